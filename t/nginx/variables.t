#!/usr/bin/perl

# The variables of DESIGN section 5, where the configuration can use them.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Personalize::Site;

my $t = Personalize::Site->new(rules => 0);

$t->rules('rules.lua', <<'LUA');
segment "many_orders" { orders = { at_least = 5 } }
campaign "first"  { segments = { "vip" }, show = { header { "X-First", "1" } } }
campaign "second" { segments = { "many_orders" }, show = { header { "X-Second", "1" } } }
campaign "none"   { segments = { "nobody-has-it" }, show = { header { "X-None", "1" } } }
campaign "split"  {
  variants = { control = { weight = 50 }, bar = { weight = 50, header { "X-Variant", "bar" } } },
}
campaign "held-out" { holdout = 100, show = { header { "X-Held", "1" } } }
segment "nobody-has-it" { orders = { at_least = 1000 } }
LUA
$t->redis->visitor("v$_", name => "Name$_") for 1 .. 60;

$t->config(<<'CONF');
    log_format own '$http_x_test|$personalize_visitor|$personalize_segment|$personalize_segments|$personalize_status'
        '|$personalize_lookup|$personalize_lookup_time|$personalize_campaigns|$personalize_variant_split'
        '|$personalize_variant_first|$personalize_variant_unknown';
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 1s;
        access_log %%dir%%/logs/own.log own;
        location /early/ { personalize_wait access; add_header X-Seen "$personalize_segments"; alias %%dir%%/html/; }
        location /off/ { personalize off; alias %%dir%%/html/; }
        location /returned { default_type text/plain; return 200 "$personalize_visitor"; }
    }
    server {
        listen 127.0.0.1:%%port:bare%%;
        access_log %%dir%%/logs/own.log own;
    }
CONF
$t->start;

my $number = 0;

sub seen {
    my ($path, %o) = @_;
    my $n = 'n' . ++$number;
    my $r = $t->get($path, %o, headers => [ @{ $o{headers} || [] }, 'X-Test' => $n ]);
    my $line;
    Personalize::Process::until_true(3, sub { ($line) = $t->read('logs/own.log') =~ /^\Q$n\E\|(.*)$/m });
    my %v;
    @v{qw(visitor segment segments status lookup time campaigns split first unknown)} = map { $_ eq '-' ? '' : $_ } split /\|/, $line // '', -1;
    $v{reply} = $r;
    return \%v;
}

my $v = seen('/?as=ann');
is($v->{visitor}, 'ann', '$personalize_visitor');
is($v->{segment}, 'vip', '$personalize_segment: the first');
is($v->{segments}, 'vip,loyal,many_orders', "\$personalize_segments: the profile's, then those of the rules");
is($v->{status}, 'applied', '$personalize_status');
is($v->{lookup}, 'miss', '$personalize_lookup: read from Redis');
like($v->{time}, qr/^\d+\.\d{3}$/, '$personalize_lookup_time: seconds, as of nginx\'s other times');
is(join(' ', sort split /[, ]+/, $v->{campaigns}), 'first held-out second split', '$personalize_campaigns')
    or diag($v->{campaigns});
like($v->{split}, qr/^(control|bar)$/, '$personalize_variant_NAME');
is($v->{split} eq 'bar' ? 1 : 0, $v->{reply}->header('X-Variant') ? 1 : 0, '  is what was shown');
is($v->{reply}->header('X-Held'), undef, 'who is held out sees nothing');

is(seen('/?as=stranger')->{lookup}, 'negative', '$personalize_lookup: nobody knows this one');
$v = seen('/');
is($v->{lookup}, 'none', '$personalize_lookup: nobody to look up');
is($v->{visitor}, '', '  no visitor');

$v = seen('/early/?as=ann');
is($v->{reply}->header('X-Seen'), 'vip,loyal,many_orders', 'with personalize_wait access they are known before the response');

for my $case ([ '/off/?as=ann' ], [ '/', port => 'bare' ]) {
    my ($path, @o) = @$case;
    $v = seen($path, @o);
    is($v->{status}, 'off', 'where it is off: $personalize_status');
    is(join('', @$v{qw(segment segments campaigns split unknown)}), '', '  the rest is empty') or diag(explain $v);
}

# --- a variant is stable, and weights are shares

my %count;
for my $n (1 .. 60) {
    my $one = seen("/?as=v$n")->{split};
    my $two = seen("/?as=v$n")->{split};
    fail("v$n changed its variant") if $one ne $two;
    $count{$one}++;
}
is(join(' ', sort keys %count), 'bar control', 'sixty visitors see both variants');
cmp_ok($count{bar}, '>', 12, '  about half of them each');
cmp_ok($count{control}, '>', 12, '  really');
my $before = seen('/?as=v7')->{split};
ok($t->reload, 'reload');
is(seen('/?as=v7')->{split}, $before, 'the variant stays the same');

$t->finish;
