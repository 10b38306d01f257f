#!/usr/bin/perl

# Reload and quit with queries out (FAULTS H20): the last requests of an old worker are answered,
# then it leaves within a second, and no socket is left open.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Http;
use Personalize::Probe;
use Personalize::Process;
use Personalize::ScriptedRedis;

my $t = Personalize::Probe->new;

my $redis = Personalize::ScriptedRedis->start($t->dir, sub {
    my ($c) = @_;
    $c->greet;
    $c->serve(sub { $c->delay($_[1] / 1000); $c->bulk("after $_[1]") });
});
$t->run($redis->url, 'warm');

sub gone_within {
    my ($seconds, @pids) = @_;
    return Personalize::Process::until_true($seconds, sub { !grep { kill 0, $_ } @pids });
}

# A request that is under way while the worker is told to leave.
sub begin {
    my ($query) = @_;
    my $http = Personalize::Http->new($t->port('web'));
    $http->send("GET /?$query HTTP/1.0\r\nHost: x\r\n\r\n");
    sleep 0.1;
    return $http;
}

is($t->ask('', 'WAIT 0')->{text}, "\$after 0\n", 'a connection is there');
my @old = $t->workers;
$t->reload;
ok(gone_within(1, @old), 'idle: the old worker leaves at once');

@old = $t->workers;
$t->ask('', 'WAIT 0');
my $late = begin('c=WAIT+600&t=5000');
$t->reload;
like($late->reply->body, qr/^\$after 600$/m, 'a query that is out is answered');
ok(gone_within(1, @old), '  then the worker leaves');

# Two in a row by one request's worth of connection: the second is sent while leaving.
$t->ask('', 'WAIT 0');
@old = $t->workers;
$late = begin('burst=2&window=1&c=WAIT+300&t=5000');
$t->reload;
like($late->reply->body, qr/^ok=2$/m, 'a query that starts while the worker leaves is answered')
    or diag($t->log);
ok(gone_within(1, @old), '  then the worker leaves');

# Abandoned: the time-out passes, the reply would come much later.
$t->ask('', 'WAIT 0');
@old = $t->workers;
$late = begin('c=WAIT+3000&t=300');
$t->reload;
like($late->reply->body, qr/^status=timeout$/m, 'a query that times out while the worker leaves');
ok(gone_within(1, @old), '  does not hold it until the reply comes');

# Cancelled while leaving.
sleep 0.2;
$t->again($redis->url, 'warm');
$t->ask('', 'WAIT 0');
@old = $t->workers;
$late = begin('c=WAIT+3000&t=5000&cancel=300');
$t->reload;
like($late->reply->body, qr/^status=cancelled$/m, 'a query that is cancelled while the worker leaves');
ok(gone_within(1, @old), '  does not hold it either');
$redis->stop;

# Redis away: the timers of the breaker hold nobody.
$t->again($redis->url, 'warm');
is($t->ask('', 'PING')->{status}, 'refused', 'Redis away');
sleep 3;    # the next attempt is more than a second away by now
@old = $t->workers;
$t->reload;
ok(gone_within(1, @old), '  the worker leaves at once');

# A greeting that never ends.
my $mute = Personalize::ScriptedRedis->start($t->dir, sub { my ($c) = @_; $c->hold });
$t->again($mute->url, 'warm connect_timeout=10s');
@old = $t->workers;
sleep 0.2;
$t->reload;
ok(gone_within(1, @old), 'a worker that is still greeting leaves at once');
is($t->stop(signal => 'QUIT'), 0, 'quit');
$mute->stop;

$t->finish;
