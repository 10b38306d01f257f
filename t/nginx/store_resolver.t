#!/usr/bin/perl

# Redis by name with nginx's resolver (FAULTS R21): asked at each connection, never in the way of
# anybody, and never worse than the address that was right before.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Dns;
use Personalize::Probe;
use Personalize::Process;
use Personalize::ScriptedRedis;

my $t = Personalize::Probe->new;
my $port = $t->port('redis');
my $dns = Personalize::Dns->start($t->dir, $t->port('dns'));
my $drop = $t->dir . '/drop';

# Servers that say which one they are, at the same port of different addresses.  DROP: the connection ends.
my %server;
for my $n (1 .. 3) {
    $server{$n} = Personalize::ScriptedRedis->start($t->dir, sub {
        my ($c) = @_;
        $c->greet;
        $c->serve(sub { die "dropped\n" if $_[0] eq 'DROP'; return "+server$n\r\n" });
    }, host => "127.0.0.$n", port => $port, quiet => 1);
}

my $mark = 0;
sub fresh { return substr $t->log, $mark }
sub run_with {
    my ($resolver, $more) = @_;
    $t->stop if $t->running;
    $mark = length $t->log;
    $t->run("redis://localhost:$port", $more // '', http => $resolver);
}
sub who { my ($ms) = @_; return $t->ask('t=' . ($ms // 3000), 'WHO')->{text} =~ s/[+\n]//gr }
sub drop { $t->ask('t=3000', 'DROP') }
my $resolver = 'resolver 127.0.0.1:%%port:dns%% ipv6=off;';

run_with('');
is(who(), 'server1', 'without a resolver: the address of the configuration');
is($dns->asked, 0, '  and nobody is asked');

# --- the resolver's answer ----------------------------------------------------

$dns->let(localhost => { address => '127.0.0.2', ttl => 1 });
run_with($resolver);
is(who(), 'server2', 'with a resolver: its answer, not the one of the configuration');
is($dns->asked, 1, '  asked once');
is(who(), 'server2', '  and then the connection is kept');

$dns->let(localhost => { address => '127.0.0.3', ttl => 1 });
sleep 2.1;
is(who(), 'server2', 'the address changes: a connection that works stays');
is($dns->asked, 1, '  and nobody asks');
drop();
is(who(), 'server3', '  the next one goes to the new address');
is($dns->asked, 2, '  asked again after the time to live');

$dns->let(localhost => { address => '127.0.0.2', ttl => 300 });
sleep 2.1;
drop();
is(who(), 'server2', 'a long time to live');
$dns->let(localhost => { address => '127.0.0.3', ttl => 300 });
drop();
is(who(), 'server2', '  is believed');
is($dns->asked, 3, '  and not asked again');

$dns->let(localhost => { address => [ '127.0.0.9', '127.0.0.3' ], ttl => 1 });
run_with($resolver);
is(who(), 'server3', 'two addresses, one of them dead: the other one');
is($t->state->{connect_failed}, 0, '  in one attempt');

# --- a resolver that fails ----------------------------------------------------

$dns->let(localhost => { address => '127.0.0.3', ttl => 1 });
run_with($resolver, 'connect_timeout=400ms');
is(who(), 'server3', 'an address');
$dns->let(localhost => { none => 1 });
sleep 2.1;
drop();
is(who(), 'server3', 'R21: NXDOMAIN: the last address');
like(fresh(), qr/name is not resolved, its last address is tried: Host not found/, '  and a line in the log');

$dns->let(localhost => { address => '127.0.0.3', ttl => 1 });
run_with($resolver, 'connect_timeout=400ms');
is(who(), 'server3', 'an address');
$dns->let(localhost => { silent => 1 });
sleep 2.1;
drop();
my $began = time;
my $got = $t->ask('t=60', 'WHO');
is($got->{status}, 'timeout', 'R21: a silent name server: a query ends at its own time');
cmp_ok($got->{ms}, '<', 300, '  and not later');
$began = time;
is($t->state->{state}, 'connecting', '  while the worker does other work');
cmp_ok(time - $began, '<', 0.2, '  at once');
is(who(), 'server3', '  then the last address');
like(fresh(), qr/its last address is tried: Operation timed out/, '  and a line in the log');

$dns->let(localhost => { address => '127.0.0.2', ttl => 1, delay => 0.15 });
sleep 2.1;
drop();
is(who(), 'server2', 'R21: a slow name server: its answer');

run_with($resolver, 'warm connect_timeout=10s');
$dns->let(localhost => { silent => 1 });
sleep 2.1;
drop();
is($t->ask('t=50', 'WHO')->{status}, 'timeout', 'a worker that is still asking for a name');
my @workers = $t->workers;
$t->reload;
ok(Personalize::Process::until_true(2, sub { !grep { -e "/proc/$_" } @workers }), '  leaves at once');

$dns->stop;
run_with($resolver, 'connect_timeout=300ms');
is(who(), 'server1', 'no name server at all: the address of the configuration');

# Wherever the resolver stands in the block, also behind the Redis.
$dns = Personalize::Dns->start($t->dir, $t->port('dns'));
$dns->let(localhost => { address => '127.0.0.2' });
$t->stop;
$t->config(<<"CONF", main => "load_module $t->{probe};\n");
    pz_probe_redis redis://localhost:$port;
    server { listen 127.0.0.1:%%port:web%%; location / { pz_probe; } }
    $resolver
CONF
$t->start;
is(who(), 'server2', 'a resolver that is named behind the Redis');

$t->finish;
