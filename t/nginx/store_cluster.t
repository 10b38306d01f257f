#!/usr/bin/perl

# The store and a real Redis Cluster of six nodes: slots, keys of several nodes in one query,
# slots that move, a master that dies.

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
$t->secret('Cluster-Secret');

my $c = Personalize::Cluster->start($t, password => 'Cluster-Secret', args => [ '--cluster-require-full-coverage', 'no' ]);
my @masters = qw(n1 n2 n3);
my %at = map { $_ => $c->key_of($_, 'key:%d') } @masters;
$c->command('SET', $at{$_}, "value of $_") for @masters;

sub get { return $t->ask('t=1000', map { "GET $_" } @_) }

# Queries until one is as wanted: seconds, or undef.
sub until_got {
    my ($key, $wanted, $seconds) = @_;
    my $began = time;
    my $ok = Personalize::Process::until_true($seconds, sub { get($key)->{text} eq $wanted });
    return $ok ? time - $began : undef;
}

# Our connections to each node, and their sum.
sub clients { return join ' ', map { $c->clients($_) } $c->names }

# --- any seed will do --------------------------------------------------------

$t->run($c->url('n5'), 'warm');
ok($t->until_state('ready'), 'one seed, a replica: the worker knows the cluster');

for my $name (@masters) {
    my $got = get($at{$name});
    is($got->{text}, "\$value of $name\n", "a key of $name");
}
is(clients(), '1 1 1 0 0 0', 'one connection a node that serves slots, and none to the seed');

my $got = get(@at{qw(n3 n1 n2 n3 n1)});
is_deeply($got->{lines}, [ map { "\$value of $_" } qw(n3 n1 n2 n3 n1) ],
    'keys of three nodes in one query, in the order in which they were asked');
is($t->state->{pending}, 0, 'nothing is left over');

$got = $t->ask('t=1000', "SET $at{n1} changed", "GET $at{n1}", "GET $at{n2}", "GET pz:{nothing}");
is_deeply($got->{lines}, [ '+OK', '$changed', '$value of n2', '(nil)' ], 'each reply to its own command');
$c->command('SET', $at{n1}, 'value of n1');

# --- the same server by another name ----------------------------------------

$t->again($c->url('n2', 'n1'), 'warm');
get(@at{@masters}) for 1 .. 3;
is(clients(), '1 1 1 0 0 0', 'a seed that serves slots is the same node: still one connection');

$t->again('redis-cluster://:Cluster-Secret@127.0.0.1:' . $t->port('nobody') . ',localhost:' . $c->port('n3'), 'warm');
ok(defined until_got($at{n1}, "\$value of n1\n", 5), 'a seed that is down: the next one is asked');
get(@at{@masters});
is(clients(), '1 1 1 0 0 0', '  and one that goes by a name is known by its id');

# --- a slot moves ------------------------------------------------------------

my $slot = Personalize::Cluster::slot($at{n1});
my ($stay, $gone) = ("{$at{n1}}stay", "{$at{n1}}gone");
$c->command('SET', $stay, 'stays');
$c->command('SET', $gone, 'goes');

$c->move_begin($slot, 'n1', 'n2');
$c->move_keys($slot, 'n1', 'n2', $gone);
is(get($stay)->{text}, "\$stays\n", 'a slot on its way: a key that is still there');
is(get($gone)->{text}, "\$goes\n", '  ASK: one that has gone already');
is(get($gone, $at{n3}, $stay)->{text}, "\$goes\n\$value of n3\n\$stays\n", '  both and another node in one query');
is(get("{$at{n1}}never")->{text}, "(nil)\n", '  one that never was');
my $before = $t->state;
get($gone) for 1 .. 3;
is($t->state->{asked} - $before->{asked}, 3, '  ASK changes no map: the old node is asked first each time');
is($t->state->{moved}, $before->{moved}, '  and nothing was taken for a MOVED');
my $both = sub { $t->ask('t=1000', "EVAL return{redis.call('get',KEYS[1]),redis.call('get',KEYS[2])} 2 $stay $gone") };
like($both->()->{text}, qr/TRYAGAIN/, '  TRYAGAIN: two keys in two places, and nobody moves them: the reply is the error');
is($t->state->{again} - $before->{again}, 5, '  after a few attempts');
cmp_ok($t->quickest($both), '<', 300, '  and no longer');

$c->move_keys($slot, 'n1', 'n2');
$c->move_end($slot, 'n1', 'n2');
is(get($stay)->{text}, "\$stays\n", 'MOVED: the slot is elsewhere');
is(get($gone)->{text}, "\$goes\n", '  and is asked there');
is(clients(), '1 1 1 0 0 0', '  over the connections that are there');

$t->finish;
