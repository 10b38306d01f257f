#!/usr/bin/perl

# Pages from a Redis Cluster: profile, recommendations and coupon from whichever node has them,
# while slots move under load; and no more than one connection a worker and node, whatever happens.

# alone: it is a load, and takes all cores.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Cluster;
use Personalize::Judge;
use Personalize::Process;
use Personalize::Site;

plan(skip_all => 'no wrk: install wrk') if !Personalize::Judge::available();

use constant { WORKERS => 8, VISITORS => 60 };

my $t = Personalize::Site->new(redis => 0, rules => 0, workers => WORKERS);
plan(skip_all => 'no redis-server') if !Personalize::Redis::available();

Personalize::Process::ahead();

# No failover meanwhile, which a node starts that was not served by the machine for so long.
my $c = Personalize::Cluster->start($t, timeout => 10_000);
my @masters = qw(n1 n2 n3);

$t->rules('all.lua', <<'LUA');
campaign "welcome" { show = { welcome_bar { text = "Welcome back, {{ name | there }}!" } } }
campaign "related" {
  pages = { "/recs.html" },
  show = { recommendations { at = "#related", op = "replace", strategy = { "visitor", "popular" }, count = 6 } },
}
campaign "autumn" {
  pages = { "/coupon.html" },
  show = { coupon { at = "main", op = "append", pool = "autumn", text = "Your code: {{ code }}." } },
}
LUA
$t->page("$_.html", $Personalize::Site::PAGE) for qw(recs coupon);
$t->let(redis => $c->url('n1', 'n2') . ' connect_timeout=5s');
$t->config(<<'CONF');
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 2s;
        keepalive_requests 100000;
        %%admin%%
    }
CONF

my @visitors = map { "v$_" } 0 .. VISITORS - 1;
$c->visitor($_, name => "Name$_") for @visitors;
my @products = map { "P$_" } 1 .. 6;
$c->product($_) for @products;
$c->list('pz:recs:popular:all', @products);
my @codes = map { sprintf 'CODE%03d', $_ } 1 .. 200;
$c->list('pz:coupons:{autumn}', @codes);

my %before = map { $_ => $c->accepted($_) } $c->names;
$t->start;

# --- what a page needs, from everywhere ----------------------------------------

sub key { return "pz:visitor:{$_[0]}" }
sub home { my ($key) = @_; return $c->owner(Personalize::Cluster::slot($key)) }

my %of = map { home(key($_)) => $_ } @visitors;
is(join(' ', sort keys %of), "@masters", 'visitors live on all three nodes');
for my $name (@masters) {
    ok($t->welcomes($t->visit("/?as=$of{$name}"), "Name$of{$name}"), "a visitor of $name");
}
my %homes = map { home("pz:product:$_") => 1 } @products;
cmp_ok(scalar keys %homes, '>', 1, 'products live on several nodes');
my @shown = $t->get('/recs.html?as=v0')->body =~ m{href="/product/(\w+)"}g;
is("@shown", "@products", '  and a block shows them all, in order');
like($t->get('/coupon.html?as=v0')->body, qr/Your code: (?:<[^>]*>)?CODE001/, 'a coupon: two keys in one slot');
is(too_many(WORKERS), '', 'all this over one connection a worker and node');

# Nodes that took more connections than that since then, and the most that one has open.
sub too_many {
    my ($bound) = @_;
    return join ' ', map { my $n = $c->accepted($_) - $before{$_}; $n > $bound ? "$_:$n" : () } @masters;
}
sub most { my $most = 0; for (@masters) { my $n = $c->clients($_); $most = $n if $n > $most } return $most }

# --- slots move under load -----------------------------------------------------

my $judge = Personalize::Judge->new($t, ask => 'page .. "?as=v" .. (n % 60)', good => <<'LUA');
status == 200 and body:find("Welcome back, Namev%d+!") and (not page:find("coupon") or body:find("CODE%d+"))
LUA

sub all_good {
    my ($what, $r) = @_;
    is(Personalize::Judge::failures($r), '', "$what: each of $r->{requests} pages as it should be");
    cmp_ok($r->{requests}, '>', 300, '  under load');
}

# Move the slots of these keys from node to node until then, so many at least; how many moved.
sub shuffle {
    my ($until, $least, @keys) = @_;
    my $n = 0;
    while (time < $until || $n < $least) {
        my $slot = Personalize::Cluster::slot($keys[ $n++ % @keys ]);
        my $from = $c->owner($slot);
        my ($to) = grep { $_ ne $from } @masters[ map { ($n + $_) % 3 } 0 .. 2 ];
        $c->move($slot, $from, $to);

        # Masters that gossip about this move still would contradict each other in the next.
        $c->agree(@masters);
    }
    return $n;
}

my $moved = 0;
my $began = time;
my $r = $judge->run(5, sub { $moved = shuffle($_[0], 60, map { key($_) } @visitors) });
my $took = time - $began;
all_good("R16: $moved slots move", $r);
cmp_ok($moved, '>', 50, '  many of them');
my $redis = $t->status->{counters}{redis};
cmp_ok($redis->{moved}, '>', 20, "  nodes said MOVED $redis->{moved} times");
cmp_ok($redis->{slots_read}, '<', 8 * $took * WORKERS, sprintf "  the map was read %d times in %.1f s, by %d workers",
    $redis->{slots_read}, $took, WORKERS);

$r = $judge->run(5, sub { $moved = shuffle($_[0], 0, 'pz:coupons:{autumn}') }, page => '/coupon.html');
all_good("the slot of the coupons moves $moved times", $r);
my %held = map { ($_ => $c->command('GET', "pz:coupon:{autumn}:$_")) } @visitors;
my %codes = reverse %held;
is(scalar keys %codes, VISITORS, '  each visitor holds a code of his own');
is($c->command('LLEN', 'pz:coupons:{autumn}'), @codes - VISITORS, '  and no code was lost');

# --- connections -----------------------------------------------------------------

# A worker that got few pages may not have asked each of the nodes yet.
$r = $judge->run(1, sub {
    Personalize::Process::until_true(20, sub { !grep { $c->clients($_) < WORKERS } @masters });
}, connection => 'close');
is(join(' ', map { $c->clients($_) } @masters), join(' ', (WORKERS) x @masters), 'all this over one connection a worker and node');
all_good('  which all have asked', $r);

# The nodes' own, for MIGRATE, count among the accepted ones.
is(too_many(WORKERS + 2), '', '  and none was made twice');

my $most = 0;
$r = $judge->run(4, sub {
    my ($until) = @_;

    $before{$_} = $c->accepted($_) for $c->names;
    kill 'KILL', $t->workers;
    while (time < $until) { my $n = most(); $most = $n if $n > $most; sleep 0.02 }
}, connection => 'close');
cmp_ok($most, '<=', WORKERS, 'all workers are killed under load: never more than one connection a worker and node');
is(too_many(WORKERS), '', '  and none was made twice') or diag(explain($t->status->{counters}{redis}));
cmp_ok($r->{requests}, '>', 300, "  $r->{requests} pages meanwhile");

$before{$_} = $c->accepted($_) for $c->names;
$r = $judge->run(4, sub { $t->reload }, connection => 'close');
# An old one that was idle has let go of its connections, and may need them for a last page.
is(too_many(2 * WORKERS), '', 'a reload under load: each worker makes one a node');
is($r->{bad}, 0, '  and no page went without');
ok(Personalize::Process::until_true(5, sub { most() == WORKERS }), '  the old ones are let go');

my ($server) = @{ $t->status->{redis} };
is($server->{state}, 'ready', 'the status page: the whole');
is(scalar @{ $server->{nodes} }, 3, '  and its nodes');
is_deeply([ sort map { $_->{address} } @{ $server->{nodes} } ], [ sort map { '127.0.0.1:' . $c->port($_) } @masters ],
    '  by their addresses');
my $slots = 0;
$slots += $_->{slots} for @{ $server->{nodes} };
is($slots, 16384, '  and all slots');

$t->allow(qr/worker process \d+ exited on signal 9|signal 9/);
$t->finish;
