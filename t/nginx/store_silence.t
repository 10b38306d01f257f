#!/usr/bin/perl

# FAULTS R5: a server that closes its half of the connection, and one that is gone without a word: the
# cable is pulled (a network namespace behind a veth pair that goes down), so that not even a RST comes.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Probe;
use Personalize::Process;
use Personalize::Redis;
use Personalize::ScriptedRedis;

my $t = Personalize::Probe->new;

# --- half closed --------------------------------------------------------------

my $half = Personalize::ScriptedRedis->start($t->dir, sub {
    my ($c) = @_;
    $c->greet;
    while (my @argv = $c->command) {
        my $mood = $t->read('mood');
        if ($mood eq 'reply, then half') { $c->send("+OK\r\n"); $c->half_close; return $c->hold }
        if ($mood eq 'half') { $c->half_close; return $c->hold }
        if ($mood eq 'half a reply') { $c->send("\$10\r\n12345"); $c->half_close; return $c->hold }
        $c->send("+OK\r\n");
    }
});
$t->write('mood', 'well');
$t->run($half->url, 'warm');
is($t->ask('t=1000', 'GET k')->{text}, "+OK\n", 'a scripted server');

my $sockets = $t->sockets('unix');
$t->write('mood', 'reply, then half');
is($t->ask('t=1000', 'GET k')->{text}, "+OK\n", 'R5: it answers, and closes its half');
sleep 0.1;
$t->write('mood', 'well');
is($t->ask('t=1000', 'GET k')->{text}, "+OK\n", '  the next query goes by a new connection');
is($half->connections, 2, '  by one');

for my $how ('half', 'half a reply') {
    my $before = $half->connections;
    $t->write('mood', $how);
    my $got = $t->ask('t=2000', 'GET k');
    is($got->{status}, 'closed', "R5: it closes its half with $how");
    cmp_ok($got->{ms}, '<', 300, '  the query ends at once');
    $t->write('mood', 'well');
    ok(Personalize::Process::until_true(3, sub { $t->ask('t=1000', 'GET k')->{text} eq "+OK\n" }), '  the next one is answered');
    is($half->connections, $before + 1, '  by a new connection, and one only');
}
# The one for HTTP that we asked by may be open still: nginx learns a moment later that we are gone.
is($t->sockets('unix'), $sockets, '  no socket is left half open');
$t->stop;
$half->stop;

# --- the cable is pulled ------------------------------------------------------

my ($space, $here, $there) = map { 'pz' . $$ . $_ } qw(n a b);
my $made = 0;

sub ip { return system("ip @_ >/dev/null 2>&1") == 0 }

END {
    local $?;
    if ($made) { ip("netns del $space"); ip("link del $here") }
}

SKIP: {
    skip 'no network namespaces here (root, and ip of iproute2)', 12
        if $> != 0 || !Personalize::Redis::available() || !ip("netns add $space") || !($made = 1)
        || !ip("link add $here type veth peer name $there netns $space");
    my ($net) = grep { my $net = $_; !grep { /\b\Q$net\E\./ } `ip -4 addr` } map { "10.213.$_" } 1 .. 250;
    ip("addr add $net.1/24 dev $here");
    ip("link set $here up");
    ip("netns exec $space ip addr add $net.2/24 dev $there");
    ip("netns exec $space ip link set $there up");

    my $server = Personalize::Process::spawn('redis', "$t->{dir}/redis.log", 'ip', 'netns', 'exec', $space,
        Personalize::Redis::available(), '--port', 6379, '--bind', "$net.2", '--protected-mode', 'no', '--save', '',
        '--appendonly', 'no', '--dir', $t->dir);
    $t->run("redis://$net.2:6379", 'connect_timeout=500ms');
    ok(Personalize::Process::until_true(8, sub { $t->ask('t=500', 'SET k v')->{text} eq "+OK\n" }), 'a server behind a cable');
    my $lost = $t->state->{lost};

    ip("link set $here down");
    my $began = time;
    my @out = map { $t->ask('t=100', 'GET k') } 1 .. 5;
    is(join(' ', map { $_->{status} } @out), join(' ', ('timeout') x 5), 'R5: the cable is pulled: queries run out of their time');
    is($t->ask('t=100', 'GET k')->{status}, 'refused', '  after five nobody asks');
    ok(Personalize::Process::until_true(6, sub { $t->state->{lost} > $lost }), '  the silent connection is closed');
    cmp_ok(time - $began, '<', 6, sprintf '  after %.1f s', time - $began);
    cmp_ok($t->ask('t=100', 'GET k')->{ms}, '<', 20, '  and nobody waits');

    ip("link set $here up");
    $began = time;
    ok(Personalize::Process::until_true(15, sub { $t->ask('t=200', 'GET k')->{text} eq "\$v\n" }), 'it is plugged in again: the server is found');
    cmp_ok(time - $began, '<', 12, sprintf '  after %.1f s', time - $began);
    is($t->state->{pending}, 0, '  nothing is left over');

    # Idle when it happens: there is nobody to notice, until somebody asks.
    ip("link set $here down");
    sleep 0.5;
    my $got = $t->ask('t=100', 'GET k');
    isnt($got->{status}, 'ok', 'pulled while idle: the first query runs out of its time');
    cmp_ok($got->{ms}, '<', 200, '  and no longer');
    ip("link set $here up");
    ok(Personalize::Process::until_true(15, sub { $t->ask('t=200', 'GET k')->{text} eq "\$v\n" }), '  plugged in again');
    Personalize::Process::stop($server);
}

$t->finish;
