#!/usr/bin/perl

# Redis tells what has changed: each worker hears of it by a connection of its own, and the next
# page view shows it (FAULTS R23, R25, R26, R27).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Process;
use Personalize::Watched;

my $t = Personalize::Watched->new(workers => 3, within => 5);
my $redis = $t->redis;

$t->config(<<'CONF');
    personalize_cache zone=v:1m ttl=10m negative=10m;
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 2s;
        %%admin%%
    }
CONF
$t->start;

sub until_true { Personalize::Process::until_true(@_) }
sub asked { return $redis->calls('hgetall') }
sub lookup { my ($who) = @_; return $t->visit("/?as=$who")->{log}{lookup} }
sub event { return $t->counted('invalidation', @_) }

# How many pages in a row, of all workers, show this name; each is a new connection.
sub shown { my ($who, $name) = @_; return scalar grep { $t->welcomes($t->get("/?as=$who"), $name) } 1 .. 24 }

ok($t->all_watch, 'three workers watch') or diag($t->log);
is((grep { /resp=2/ && /__redis__|sub=1/ } split /\n/, $redis->command('CLIENT', 'LIST')), 3,
    '  by one connection each');
is($redis->clients, 6, '  beside the one for data');

# --- a change is on the next page view

lookup('ann') for 1 .. 10;
is(lookup('ann'), 'hit', 'from the cache');
my $worst = 0;
for my $n (1 .. 30) {
    $redis->visitor('ann', name => "Ann$n");
    my $began = time;
    my $ok = until_true(2, sub { $t->welcomes($t->get('/?as=ann'), "Ann$n") });
    my $took = time - $began;
    $worst = $took if $took > $worst;
    $ok or fail("change $n");
}
cmp_ok($worst, '<', 0.1, sprintf 'thirty changes are seen, each within %.1f ms', 1000 * $worst);

$redis->visitor('ann', name => 'Bea');
sleep 0.1;
is(shown('ann', 'Bea'), 24, 'after 100 ms every worker shows it');
my $asked = asked();
is(shown('ann', 'Bea'), 24, '  and');
is(asked(), $asked, '  from the cache');

is(lookup('nobody'), 'negative', 'nobody knows him');
sleep 0.1;
$asked = asked();
is(lookup('nobody'), 'negative', '  still') for 1 .. 6;
is(asked(), $asked, '  from the cache');
$redis->visitor('nobody', name => 'Now');
sleep 0.1;
is(shown('nobody', 'Now'), 24, '  now somebody does');
$redis->command('DEL', 'pz:visitor:{nobody}');
sleep 0.1;
is(shown('nobody', 'there'), 24, '  and he is gone again');

# --- several in one message, expiry, eviction (R26)

$redis->visitor("m$_", name => "Old$_") for 1 .. 20;
is(lookup("m$_"), 'miss', "m$_ is read") for 1 .. 20;
my $messages = event('message');
$redis->command('MULTI');
$redis->visitor("m$_", name => "New$_") for 1 .. 20;
$redis->command('EXEC');
sleep 0.1;
is(scalar(grep { $t->welcomes($t->get("/?as=m$_"), "New$_") } 1 .. 20), 20, 'R26: twenty keys in one MULTI');
is(event('message') - $messages, 3, '  are one message a worker');
cmp_ok(event('key'), '>=', 60, '  of many keys');

$redis->visitor('brief', name => 'Brief');
$redis->command('PEXPIRE', 'pz:visitor:{brief}', 400);
is(shown('brief', 'Brief'), 24, 'R26: a key that will expire');
sleep 0.8;
is(shown('brief', 'there'), 24, '  is gone when it has');

$redis->visitor('evicted', name => 'Evicted');
is(shown('evicted', 'Evicted'), 24, 'R26: a key that will be evicted');
$redis->command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
$redis->command('CONFIG', 'SET', 'maxmemory', 1);
eval { $redis->command('SET', 'pz:visitor:x', 1) };
sleep 0.2;
is(shown('evicted', 'there'), 24, '  is gone when it is');
$redis->command('CONFIG', 'SET', 'maxmemory', 0);

# --- all at once (R25)

for my $flush ([ 'FLUSHALL' ], [ 'FLUSHDB' ], [ 'FLUSHALL', 'ASYNC' ]) {
    $redis->visitor('ann', name => 'Cid');
    sleep 0.1;
    is(shown('ann', 'Cid'), 24, "before @$flush");
    $redis->command(@$flush);
    sleep 0.1;
    is(shown('ann', 'there'), 24, 'R25: after it nobody is known');
}
cmp_ok(event('flush'), '>=', 9, '  it is counted');

# --- the connection is lost (R23)

$redis->visitor('ann', name => 'Dan');
sleep 0.1;
shown('ann', 'Dan');
my $lost = event('lost');
$redis->command('CLIENT', 'KILL', 'TYPE', 'pubsub');
$redis->visitor('ann', name => 'Eve');
sleep 0.05;
is(shown('ann', 'Eve'), 24, 'R23: all three connections are killed, a change falls between: it is seen');
is(event('lost') - $lost, 3, '  it is counted');
ok($t->all_watch, '  and they watch again');
is(shown('ann', 'Eve'), 24, '  still');
$asked = asked();
shown('ann', 'Eve');
is(asked(), $asked, '  from the cache');
$redis->visitor('ann', name => 'Fay');
sleep 0.1;
is(shown('ann', 'Fay'), 24, '  a change is seen');

# one of three
my ($id) = map { /^id=(\d+) /; $1 } grep { /sub=1/ } split /\n/, $redis->command('CLIENT', 'LIST');
my $flushed = $t->counted('cache', 'flushed');
$redis->command('CLIENT', 'KILL', 'ID', $id);
$redis->visitor('ann', name => 'Gus');
sleep 0.1;
is(shown('ann', 'Gus'), 24, 'R23: one of three connections is killed: a change is seen by all');
ok($t->all_watch, '  all watch again');
is($t->counted('cache', 'flushed'), $flushed, '  what is cached is kept, the others have heard of all');

# --- workers come and go (R27)

$redis->visitor("w$_", name => "W$_") for 1 .. 10;
sleep 0.1;    # each worker forgets them when it hears of them
lookup("w$_") for 1 .. 10;
$t->allow(qr/exited on signal 9/);
for my $round (1 .. 3) {
    my ($victim) = $t->workers;
    kill 'KILL', $victim;
    $redis->visitor('ann', name => "Kill$round");
    ok(until_true(5, sub { my @now = $t->workers; @now == 3 && !grep { $_ == $victim } @now }), "R27: a worker is killed");
    is(shown('ann', "Kill$round"), 24, '  a change in that moment is seen');
    ok($t->all_watch, '  all watch again');
    is(shown('ann', "Kill$round"), 24, '  still');
}
is($t->counted('cache', 'flushed'), $flushed, '  what is cached is kept');
is(lookup("w$_"), 'hit', "  w$_") for 1 .. 10;

for my $round (1 .. 3) {
    ok($t->reload, "R27: reload $round");
    $redis->visitor('ann', name => "Load$round");
    sleep 0.1;
    is(shown('ann', "Load$round"), 24, '  a change in that moment is seen');
    ok($t->all_watch, '  all watch');
}
is($t->counted('cache', 'flushed'), $flushed, '  what is cached is kept');
$asked = asked();
is(lookup("w$_"), 'hit', "  w$_") for 1 .. 10;
is(asked(), $asked, '  Redis is not asked');
until_true(5, sub { $redis->clients == 6 });    # an old worker stays for a moment
is($redis->clients, 6, 'and no connection is left behind');

my @all = $t->workers;
kill 'KILL', @all;
$redis->visitor('ann', name => 'Hal');
ok(until_true(5, sub { 3 == grep { my $pid = $_; !grep { $_ == $pid } @all } $t->workers }), 'R27: all workers are killed');
is(shown('ann', 'Hal'), 24, '  a change in that moment is seen');
ok($t->all_watch, '  all watch again');
cmp_ok($t->counted('cache', 'flushed'), '>', $flushed, '  nobody had heard of it: the cache began anew');
is(shown('ann', 'Hal'), 24, '  still');

# --- Redis itself goes

$redis->kill9;
$t->allow(qr/redis|connect\(\)/);
is($t->visit('/?as=ann')->{log}{status} =~ /lookup_(closed|refused)/ ? 1 : 0, 1, 'Redis is killed: the page of the origin')
    if sleep 1.1;
$redis->run;
$redis->visitor('ann', name => 'Ida');
ok(until_true(15, sub { shown('ann', 'Ida') == 24 }), '  it comes back with other data: they are seen');
ok($t->all_watch(15), '  and all watch');

$t->finish;
