#!/usr/bin/perl

# Coupons: never one code for two visitors, always the same code for one; an empty pool shows
# nothing and is counted.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Personalize::Http;
use Personalize::Site;

my $t = Personalize::Site->new(rules => 0, workers => 2);
my $redis = $t->redis;

$t->rules('coupon.lua', <<'LUA');
campaign "autumn" {
  show = { coupon { at = "main", op = "append", pool = "autumn", text = "Your code: {{ code }}." } },
}
campaign "hostile" {
  pages = { "/hostile.html" },
  show = { coupon { at = "main", op = "append", pool = "evil", text = "Take {{ code }}." } },
}
LUA
$t->page('hostile.html', $Personalize::Site::PAGE);

my @codes = map { sprintf 'CODE%03d', $_ } 1 .. 60;
$redis->list('pz:coupons:{autumn}', @codes);
$redis->list('pz:coupons:{evil}', map { "<b id=evil>$_" } 1 .. 3);

$t->config(<<'CONF');
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 2s;
        %%admin%%
    }
CONF
$t->start;

sub code_of { my ($r) = @_; return $r->body =~ m{Your code: (?:<[^>]*>)?(\w+)(?:</\w+>)?\.} ? $1 : "" }
sub counter { my ($what) = @_; my %m = $t->metrics; my ($k) = grep { /$what/ } keys %m; return $k ? $m{$k} : 0 }

my $ann = code_of($t->visit('/?as=ann'));
like($ann, qr/^CODE\d\d\d$/, 'ann gets a code');
is(code_of($t->visit('/?as=ann')), $ann, 'and the same one again');
my $bob = code_of($t->visit('/?as=bob'));
isnt($bob, $ann, 'bob gets another');
is($redis->command('LLEN', 'pz:coupons:{autumn}'), 58, 'two codes have left the pool');
my $held = $redis->command('GET', 'pz:coupon:{autumn}:ann');
is($held, $ann, 'the code that ann holds is where the contract says');
cmp_ok($redis->command('TTL', 'pz:coupon:{autumn}:ann'), '>', 60, 'until it expires');

# --- all at once: 58 codes, 80 visitors, three requests each, on two workers

my @open;
for my $round (1 .. 3) {
    for my $n (1 .. 80) {
        my $c = Personalize::Http->new($t->port('web'));
        $c->send(Personalize::Http::text("/?as=crowd$n"));
        push @open, [ $n, $c ];
    }
}
my (%of, %whose, @wrong);
my $whole = 0;
for (@open) {
    my ($n, $c) = @$_;
    my $r = $c->reply(timeout => 20);
    $whole++ if $r->complete && $r->status == 200;
    my $code = code_of($r) or next;
    push @wrong, "$n: $code after $of{$n}" if ($of{$n} // $code) ne $code;
    push @wrong, "$code: $n after $whose{$code}" if ($whose{$code} // $n) ne $n;
    $of{$n} = $code;
    $whose{$code} = $n;
}
is("@wrong[0 .. ($#wrong > 3 ? 3 : $#wrong)]", '', 'never one code for two, never two codes for one');
is($whole, 240, 'every page was whole');
is(scalar keys %whose, 58, 'every code found its visitor');
ok(!grep({ $_ eq $ann || $_ eq $bob } keys %whose), 'and none of those given before');

# --- the pool is empty

my $before = counter('coupon_pool_empty');
my $r = $t->visit('/?as=latecomer');
ok($r->complete, 'an empty pool: the page comes');
unlike($r->body, qr/Your code/, 'and shows no widget');
is(counter('coupon_pool_empty'), $before + 1, 'and it is counted');
is(code_of($t->visit('/?as=ann')), $ann, 'who holds a code keeps it');

$redis->command('RPUSH', 'pz:coupons:{autumn}', 'CODE999');
is(code_of($t->visit('/?as=latecomer')), 'CODE999', 'a refilled pool serves again');

$redis->command('DEL', 'pz:coupon:{autumn}:ann');
$redis->command('RPUSH', 'pz:coupons:{autumn}', 'CODE998');
is(code_of($t->visit('/?as=ann')), 'CODE998', 'after it expired there is a new one');

# --- the script was forgotten by Redis (it restarted): nobody notices

$redis->command('SCRIPT', 'FLUSH');
$redis->command('RPUSH', 'pz:coupons:{autumn}', 'CODE997');
is(code_of($t->visit('/?as=afterflush')), 'CODE997', 'after SCRIPT FLUSH the very first visitor gets a code');

# --- nobody known, no code

unlike($t->visit('/')->body, qr/Your code/, 'a visitor without an id gets none');

$r = $t->visit('/hostile.html?as=ann');
unlike($r->body, qr/<b id=evil>/, 'a code is escaped');
like($r->body, qr/&lt;b id=evil&gt;/, 'and shown');

$redis->command('SET', 'pz:coupons:{autumn}', 'not a list') if $redis->command('DEL', 'pz:coupons:{autumn}') >= 0;
$r = $t->visit('/?as=wrongtype');
ok($r->complete && $r->body !~ /Your code/, 'a pool of the wrong type: the page, no widget');

$t->finish;
