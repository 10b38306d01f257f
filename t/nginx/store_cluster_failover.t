#!/usr/bin/perl

# A real Redis Cluster of six nodes in trouble (FAULTS R16): a master is killed, frozen, moved by hand,
# its slots are taken away; a node joins and one leaves.  Slots of other nodes never suffer.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Cluster;
use Personalize::Probe;
use Personalize::Process;
use Personalize::Redis;

my $t = Personalize::Probe->new;
plan(skip_all => 'no redis-server') if !Personalize::Redis::available();

my $c = Personalize::Cluster->start($t, args => [ '--cluster-require-full-coverage', 'no' ]);
my @masters = qw(n1 n2 n3);
my %at = map { $_ => $c->key_of($_, 'key:%d') } @masters;
$c->command('SET', $at{$_}, "value of $_") for @masters;
$c->node($_)->command('WAIT', 1, 2000) for @masters;
$t->run($c->url('n1', 'n2', 'n3'), 'warm');
ok($t->until_state('ready'), 'the cluster is known');

sub get { return $t->ask('t=500', map { "GET $_" } @_) }
sub right { my ($name) = @_; return get($at{$name})->{text} eq "\$value of $name\n" }

# Until the key of `name` is had; all this while those of `others` must be, and nobody may wait long.
sub until_right {
    my ($name, $seconds, @others) = @_;
    my ($lost, $slow, $began) = (0, 0, time);
    my $ok = Personalize::Process::until_true($seconds, sub {
        my $from = time;
        my $right = right($name);
        $slow++ if time - $from > 0.8;
        $lost += !right($_) for @others;
        return $right;
    });
    is($lost, 0, "  meanwhile all is well with @others");
    is($slow, 0, '  and no query waited longer than it may');
    return $ok ? time - $began : undef;
}

ok(right($_), "$_ answers") for @masters;

# --- killed -------------------------------------------------------------------

$c->node('n1')->kill9;
my $got = get($at{n1});
isnt($got->{status}, 'ok', 'kill -9 of a master: a query for its slots fails');
cmp_ok($got->{ms}, '<', 400, '  at once');
$got = get(@at{qw(n2 n1 n3)});
is($got->{status}, 'ok', '  a query for keys of three nodes');
is_deeply($got->{lines}, [ '$value of n2', '(no room)', '$value of n3' ], '  has the replies of the two that live');
my $took = until_right('n1', 20, 'n2', 'n3');
ok(defined $took, '  the replica has taken over') and diag(sprintf 'after %.1f s', $took);
is($c->owner(Personalize::Cluster::slot($at{n1}), 'n2'), 'n4', '  as the cluster says');
is($t->ask('t=1000', "SET $at{n1} new")->{text}, "+OK\n", '  and takes writes');
is($t->ask('t=1000', "SET {$at{n1}}x y", "SET $at{n1} value")->{text}, "+OK\n+OK\n", '  more than one');

$c->node('n1')->run;
$c->wait_until_whole;
ok(Personalize::Process::until_true(8, sub { $t->state->{state} eq 'ready' }), 'all is well again: the dead node is forgotten');
$c->node('n4')->command('SET', $at{n1}, 'value of n1');
ok(right($_), "  $_ answers") for @masters;

# --- moved by hand ------------------------------------------------------------

my $before = $t->state;
my $asked = 0;
$c->wait_for('the failover', 25, sub {
    return $c->node('n4')->command('ROLE')->[0] eq 'slave' if $c->node('n1')->command('ROLE')->[0] eq 'master';
    return 0 if time - $asked < 6;    # an attempt has its own time-out of 5 s
    $asked = time;
    eval { $c->node('n1')->command('CLUSTER', 'FAILOVER') };
    return 0;
});
ok(defined until_right('n1', 10, 'n2', 'n3'), 'CLUSTER FAILOVER: the slots are back where they were');
cmp_ok($t->state->{moved}, '>', $before->{moved}, '  the old master said MOVED');

# --- frozen -------------------------------------------------------------------

$c->wait_until_whole;
$c->node('n2')->freeze;
$took = until_right('n2', 25, 'n1', 'n3');
ok(defined $took, 'a master hangs: its replica takes over') and diag(sprintf 'after %.1f s', $took);
$c->node('n2')->thaw;
$c->wait_until_whole;
ok($t->until_state('ready', 10), '  and the old one is let go');

# --- nobody serves a slot ------------------------------------------------------

my $slot = Personalize::Cluster::slot($at{n3});
my $holder = $c->owner($slot);    # a busy machine may have made it another one
$c->node($holder)->command('CLUSTER', 'DELSLOTS', $slot);
$c->wait_for('the others to hear of it', 10, sub {
    for my $name ($c->names) {
        eval { $c->node($name)->command('CLUSTER', 'DELSLOTS', $slot) };
    }
    return !grep { defined $c->owner($slot, $_) } $c->names;
});
$got = get($at{n3});
like($got->{text}, qr/CLUSTERDOWN|MOVED/, 'a slot that nobody serves: an error reply');
ok(Personalize::Process::until_true(10, sub { $t->state->{uncovered} > 0 || !get($at{n3}) }), '  soon it is not even asked for');
is($t->state->{state}, 'degraded', '  state: degraded');
my $other = $c->key_of($holder, 'other:%d');
is(get($other)->{text}, "(nil)\n", '  the node serves its other slots');
ok(right($_), "  $_ answers") for qw(n1 n2);
$c->node($holder)->command('CLUSTER', 'ADDSLOTS', $slot);
$c->wait_for('all to hear of it', 10, sub { !grep { !defined $c->owner($slot, $_) } $c->names });
ok(Personalize::Process::until_true(12, sub { right('n3') }), '  served again: found again');
ok($t->until_state('ready', 10), '  state: ready');

# --- one joins, one leaves -----------------------------------------------------

$c->add('n7');
$c->meet('n7');
$c->wait_for('the new node', 10, sub {
    !grep { my %i = $c->info($_); ($i{cluster_known_nodes} // 0) != 7 } $c->names, 'n7'
});
$c->wait_until_whole($c->names, 'n7');
$holder = $c->owner($slot);
$c->move($slot, $holder, 'n7');
ok(right('n3'), 'a node joins, and a slot goes there');
is($c->clients('n7'), 1, '  by one connection');
$c->move($slot, 'n7', $holder);
ok(right('n3'), '  and back');
my $gone = $c->id('n7');
$c->node($_)->command('CLUSTER', 'FORGET', $gone) for $c->names;
ok(Personalize::Process::until_true(10, sub { $c->clients('n7') == 0 }), 'it serves nothing: its connection is closed');
$c->node('n7')->kill9;
ok(right($_), "  $_ answers") for @masters;
is($t->state->{state}, 'ready', '  state: ready');

# --- all of it ------------------------------------------------------------------

$c->node($_)->kill9 for $c->names;
$got = get($at{n1});
isnt($got->{status}, 'ok', 'all nodes are dead: a query fails');
Personalize::Process::until_true(5, sub { get(@at{@masters})->{status} eq 'refused' });
$got = get(@at{@masters});
is($got->{status}, 'refused', '  then nobody asks');
cmp_ok($got->{ms}, '<', 20, '  and nobody waits');
$c->node($_)->run for $c->names;
$c->wait_until_whole;
ok(defined $c->owner($slot), 'all come back');
ok($t->until_state('ready', 15), '  and the store');
is(get($at{n1}, $at{n2})->{status}, 'ok', '  answers');
is(join(' ', grep { $_ > 1 } map { $c->clients($_) } $c->names), '', '  over one connection a node at most');

$t->finish;
