#!/usr/bin/perl

# Reads from a near replica, writes to the master: of one server, and in a
# cluster; a replica that is down, or that has lost its master, is not asked.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Cluster;
use Personalize::Pair;
use Personalize::Probe;
use Personalize::Process;
use Personalize::Redis;
use Personalize::ScriptedRedis;

my $t = Personalize::Probe->new;
plan(skip_all => 'no redis-server') if !Personalize::Redis::available();
$t->secret('Near-Secret');

my $pair = Personalize::Pair->start($t, password => 'Near-Secret');
my ($far, $near) = ($pair->far, $pair->near);
ok($pair->wait_in_step, 'a master and its replica');
$far->command('SET', 'k', 'v');
$far->command('WAIT', 1, 2000);

sub reads  { return $t->ask('t=1000&reads=1', map { "GET $_" } @_) }
sub writes { return $t->ask('t=1000', @_) }

# Who answered: by the store's own count, since a server that hangs cannot be asked.
sub asked {
    my ($code) = @_;
    my $before = $t->state->{near};
    my $got = $code->();
    return $got->{text} =~ /v/ ? $t->state->{near} > $before ? 'near' : 'far' : 'no value';
}
sub until_asked {
    my ($who, $seconds) = @_;
    return Personalize::Process::until_true($seconds, sub { asked(sub { reads('k') }) eq $who });
}

$t->run($pair->url(':Near-Secret@'), 'warm ' . $pair->near_option);
ok($t->until_state('ready'), 'the store is ready');
is(asked(sub { reads('k') }), 'near', 'what only reads goes to the replica');
is(asked(sub { writes('GET k') }), 'far', 'anything else to the master');
is(writes('SET k v2')->{text}, "+OK\n", '  which takes writes');
is($near->calls('get'), 1, '  as the replica has counted');
my $list = "EVAL return{redis.call('type',KEYS[1]).ok} 1 k";
like($t->ask('t=1000&reads=1', $list)->{text}, qr/string/, 'a script that only reads runs on the replica');

# --- down --------------------------------------------------------------------

$near->kill9;
ok(until_asked('far', 3), 'the replica is killed: the master is asked');
my @slow = grep { $_ > 300 } map { reads('k')->{ms} } 1 .. 20;
is(scalar @slow, 0, '  and nobody waits');
$near->run;
ok($pair->wait_in_step, '  it is back');
ok(until_asked('near', 15), '  and asked again');

$near->freeze;
ok(until_asked('far', 8), 'it hangs: the master is asked');
ok($t->logged(qr/silent for too long/, 6), '  and its connection is given up');
$near->thaw;
ok(until_asked('near', 15), '  until it thaws');

# --- out of step -------------------------------------------------------------

$pair->mislead;
ok(until_asked('far', 6), 'it has lost its master: the master is asked');
ok($t->logged(qr/not in step with its master/), '  and the log says why');
sleep 0.5;
is(asked(sub { reads('k') }), 'far', '  also later');
$pair->lead;
ok($pair->wait_in_step, '  it has found it again');
ok(until_asked('near', 15), '  and is asked');

# --- the master is down -------------------------------------------------------

# Right behind one of its looks at the replica: with the next one it knows that this has lost its master.
my $looks = $near->calls('role');
Personalize::Process::until_true(5, sub { $near->calls('role') > $looks });
$far->kill9;
sleep 0.1;
isnt(writes('GET k')->{status}, 'ok', 'the master is killed: what may write fails');
is(asked(sub { reads('k') }), 'near', '  what reads is answered by the replica');
$t->stop;
$near->stop;

# --- each answer comes too late: what it says of itself in time is no reason to ask it again ----

$far->run;
$far->command('SET', 'k', 'v');
my $slow = Personalize::ScriptedRedis->start($t->dir, sub {
    my ($c) = @_;
    while (my @argv = $c->command) {
        $c->delay(0.1) if $argv[0] eq 'GET';
        $c->send($argv[0] eq 'ROLE' ? $c->array('slave', '127.0.0.1', '6379', 'connected', '1') : "+OK\r\n");
    }
}, port => $t->port('slow'));
$t->run($pair->url(':Near-Secret@'), 'near=127.0.0.1:' . $t->port('slow'));
my ($late, $began) = (0, time);
while (time - $began < 6) {
    $late++ if $t->ask('t=40&reads=1', 'GET k')->{status} ne 'ok';
    sleep 0.02;
}
cmp_ok($late, '>=', 5, "a replica that is too slow: $late queries of 6 s were lost to it");
cmp_ok($late, '<=', 45, '  then the master was asked, and from time to time the replica');
$t->stop;
$slow->stop;

# --- in a cluster --------------------------------------------------------------

my %hosts = (n4 => '127.0.1.4', n5 => '127.0.1.5', n6 => '127.0.2.6');
my $c = Personalize::Cluster->start($t, hosts => \%hosts, password => 'Near-Secret');
my %at = map { $_ => $c->key_of($_, 'key:%d') } qw(n1 n2 n3);
$c->command('SET', $at{$_}, "v of $_") for keys %at;
$c->node($_)->command('WAIT', 1, 2000) for keys %at;

# A replica is told of once it has an offset of its own.
$c->wait_for('n1 to tell of all replicas', 20, sub {
    my $ranges = $c->node('n1')->command('CLUSTER', 'SLOTS');
    return !grep { @$_ != 4 } @$ranges;
});
$t->run($c->url('n1'), 'warm near=127.0.1.0/24');
ok($t->until_state('ready'), 'a cluster: two replicas are in the network near us');
my $got = reads(@at{qw(n1 n2 n3)});
is_deeply($got->{lines}, [ '$v of n1', '$v of n2', '$v of n3' ], 'all is read');
my %gets = map { $_ => $c->node($_)->calls('get') } $c->names;
is_deeply(\%gets, { n1 => 0, n2 => 0, n3 => 1, n4 => 1, n5 => 1, n6 => 0 }, '  from near ones, where there is one');
is(writes("SET $at{n1} v2")->{text}, "+OK\n", 'writes go to the master');
sleep 2.1;
is(join(' ', map { $c->clients($_) } $c->names), '1 0 1 1 1 0', 'one connection a node that is needed');
$c->node('n1')->command('WAIT', 1, 2000);
is(reads($at{n1})->{text}, "\$v2\n", '  and are seen at the replica');

$c->node('n4')->kill9;
ok(Personalize::Process::until_true(5, sub { reads($at{n1})->{text} eq "\$v2\n" }), 'a near replica is killed: its master is asked');
is($t->state->{state}, 'ready', '  all slots are to be had');
$c->node('n4')->run;
$c->wait_until_whole;
ok(Personalize::Process::until_true(25, sub {
    my $n = $c->node('n4')->calls('get');
    reads($at{n1});
    return $c->node('n4')->calls('get') > $n;
}), '  it is back: asked again');

# The slot moves: once the replica has heard of it it says so, and the new master is asked.
my $slot = Personalize::Cluster::slot($at{n1});
$c->move($slot, 'n1', 'n2');
$c->wait_for('the old replica to hear of it', 20, sub { $c->owner($slot, 'n4') eq 'n2' });
is(reads($at{n1})->{text}, "\$v2\n", 'a slot moves: its key is found at the new master');
ok(Personalize::Process::until_true(8, sub {
    my $n = $c->node('n5')->calls('get');
    reads($at{n1});
    return $c->node('n5')->calls('get') > $n;
}), '  and soon at that one\'s replica');

$t->finish;
