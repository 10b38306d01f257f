#!/usr/bin/perl

# The histograms: what is observed, in which bucket, by which worker; and that the status page says
# the same.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes qw(sleep);

use Personalize::Process;
use Personalize::Site;

my $t = Personalize::Site->new(workers => 2, link => 1, rules => 0);

$t->rules('rules.lua', <<'LUA');
campaign "welcome" {
  pages = { "~^/(?!quiet)" },
  show = { welcome_bar { text = "Welcome back, {{ name | there }}!" } },
}
campaign "related" {
  pages = { "/related/", "/related-cached/" },
  show = { recommendations { at = "#related", op = "replace", strategy = "popular", count = 3 } },
}
campaign "coupon" {
  pages = { "/coupon/" },
  show = { coupon { at = "main", op = "append", pool = "autumn", text = "Code {{ code }}." } },
}
LUA
$t->redis->product($_) for qw(P1 P2);
$t->redis->list('pz:recs:popular:all', qw(P1 P2));
$t->redis->command('RPUSH', 'pz:coupons:{autumn}', 'CODE1', 'CODE2');

$t->config(<<'CONF');
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 5s;
        %%admin%%
        location /quiet/   { alias %%dir%%/html/; }
        location /related/ { alias %%dir%%/html/; }
        location /coupon/  { alias %%dir%%/html/; }
        location /access/  { alias %%dir%%/html/; personalize_wait access; }
        location /related-cached/ { alias %%dir%%/html/; personalize_cache zone=some:1m ttl=10m push=off; }
        location /soon/    { alias %%dir%%/html/; personalize_deadline 30ms; }
    }
CONF
$t->start;
ok($t->welcomes($t->visit('/?as=ann')), 'the site works') for 1 .. 4;

# What some visits add to a histogram: count, sum, and by upper bound what is in its bucket alone.
sub observed {
    my ($family, $label, $do) = @_;
    my %before = $t->metrics;
    $do->();
    my %after = $t->metrics;

    my %grown = map { $_ => $after{$_} - ($before{$_} // 0) } keys %after;
    my %buckets = map { /^personalize_${family}_bucket\{\Q$label\E,le="(.*?)"\}$/ ? ($1 => $grown{$_}) : () } keys %grown;
    my ($below, %alone) = (0);
    for my $le (sort { ($a eq '+Inf') <=> ($b eq '+Inf') || $a <=> $b } keys %buckets) {
        $alone{$le} = $buckets{$le} - $below;
        $below = $buckets{$le};
    }
    return { count => $grown{"personalize_${family}_count{$label}"}, sum => $grown{"personalize_${family}_sum{$label}"},
        alone => { map { $_ => $alone{$_} } grep { $alone{$_} } keys %alone } };
}

# All of them at least as late as $least, in seconds, and there are $count.
sub is_late {
    my ($got, $count, $least, $what) = @_;
    is($got->{count}, $count, "$what: observed");
    is_deeply([ grep { $_ ne '+Inf' && $_ < $least } keys %{ $got->{alone} } ], [], '  no sooner than it took');
    cmp_ok($got->{sum}, '>=', $count * $least, '  the sum');
    cmp_ok($got->{sum}, '<', $count * ($least + 3), '  is in seconds');
}

# --- each kind, on either worker

my $wait = 0.12;
$t->link->set(delay => $wait);

is_late(observed('redis_seconds', 'query="profile"', sub { $t->visit('/?as=ann') for 1 .. 4 }), 4, $wait, 'a profile');
is_late(observed('held_seconds', 'point="header"', sub { $t->visit('/?as=ann') for 1 .. 4 }), 4, $wait, 'a held header');
is_late(observed('held_seconds', 'point="access"', sub { $t->visit('/access/?as=ann') }), 1, $wait, 'a wait for access');
is(observed('held_seconds', 'point="header"', sub { $t->visit('/access/?as=ann') })->{count}, 0, '  holds no header');
is_late(observed('held_seconds', 'point="slot"', sub { $t->visit('/related/?as=ann') }), 1, 2 * $wait, 'a slot: a list and its products');
is_late(observed('redis_seconds', 'query="list"', sub { $t->visit('/related/?as=ann') }), 1, $wait, 'the list');
is_late(observed('redis_seconds', 'query="product"', sub { $t->visit('/related/?as=ann') }), 1, $wait, 'the products');
is_late(observed('redis_seconds', 'query="coupon"', sub { $t->visit('/coupon/?as=ann') }), 1, $wait, 'a coupon');
is(observed('redis_seconds', 'query="profile"', sub { is($t->visit('/soon/?as=ann')->{log}{lookup}, 'timeout', 'too late') })->{count},
    0, '  is no round trip');
is_late(observed('held_seconds', 'point="header"', sub { $t->visit('/soon/?as=ann') }), 1, 0.028, '  but was waited for');

$t->link->set(delay => 0);
sleep 0.3;

# --- without delay

my $got = observed('redis_seconds', 'query="profile"', sub { $t->visit('/?as=ann') for 1 .. 20 });
is($got->{count}, 20, 'a Redis that is near');
cmp_ok($got->{sum}, '>', 0, '  takes less than a millisecond, and not nothing');
is(observed('held_seconds', 'point="slot"', sub { $t->visit('/quiet/?as=ann') })->{count}, 0, 'no slot, none held');

$got = observed('decision_seconds', 'outcome="applied"', sub { $t->visit('/?as=ann') for 1 .. 3 });
is($got->{count}, 3, 'decisions');
cmp_ok($got->{sum}, '<', 0.5, '  are quick');
is(observed('decision_seconds', 'outcome="nothing"', sub { $t->visit('/quiet/?as=ann') })->{count}, 1, '  also where nothing is shown');

# --- the cache's age

$t->visit('/related-cached/?as=ann') for 1 .. 2;
sleep 1.1;
for my $kind (qw(profile list product)) {
    $got = observed('cache_age_seconds', qq(kind="$kind"), sub { $t->visit('/related-cached/?as=ann') });
    is($got->{count}, $kind eq 'product' ? 2 : 1, "the age of a cached $kind");
    is($got->{alone}{1}, undef, '  is more than a second');
    cmp_ok($got->{sum} / $got->{count}, '>', 1, '  in the sum, too');
}
is(observed('cache_age_seconds', 'kind="profile"', sub { $t->visit('/related-cached/?as=new') })->{count}, 0, 'a miss has no age');

# --- the status page: the bucket's end

my $times = $t->status->{times};
my %m = $t->metrics;
for my $family (sort keys %$times) {
    for my $value (sort keys %{ $times->{$family} }) {
        my $one = $times->{$family}{$value};
        my ($count) = map { $m{$_} } grep { /^personalize_${family}_count\{\w+="$value"\}$/ } keys %m;
        is($one->{count}, $count, "$family of $value: as many") or next;
        for my $percent (50, 99) {
            my @upto = sort { $a->[0] <=> $b->[0] }
                map { /^personalize_${family}_bucket\{\w+="$value",le="([\d.]+)"\}$/ ? [ 0 + $1, $m{$_} ] : () } keys %m;
            my ($end) = map { $_->[0] } grep { $count && $_->[1] >= $count * $percent / 100 } @upto;
            is($one->{"p$percent"}, $end, "  p$percent");
        }
    }
}
cmp_ok($times->{held_seconds}{header}{p99}, '>=', $wait, 'which is late for what was');

# --- who leaves while he is held

$t->link->set(delay => 0.5);
my $before = $t->status->{times}{held_seconds}{header}{count};
my $client = Personalize::Http->new($t->port('web'));
$client->send(Personalize::Http::text('/?as=ann'));
sleep 0.1;
$client->close;
sleep 0.7;
$t->link->set(delay => 0);
is($t->status->{times}{held_seconds}{header}{count}, $before, 'who left has not been served late');

$t->finish;
