#!/usr/bin/perl

# The store when Redis is down, killed, frozen, cut off or speaks garbage (FAULTS R1-R3, R6,
# R9, R10, R12-R14, R22): nobody waits longer than his time-out, and it comes back by itself.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Link;
use Personalize::Probe;
use Personalize::Process;
use Personalize::Redis;
use Personalize::ScriptedRedis;

my $t = Personalize::Probe->new;
plan(skip_all => 'no redis-server') if !Personalize::Redis::available();
$t->secret('Right-Secret', 'Wrong-Secret', 'Other-Secret');

# How often a line stands in the log.
sub lines {
    my ($pattern) = @_;
    return scalar grep { /$pattern/ } split /\n/, $t->log;
}

sub is_quick {
    my ($status, $name) = @_;
    my $got = $t->ask('t=2000', 'PING');
    is($got->{status}, $status, $name);
    cmp_ok($got->{ms}, '<', $status eq 'ok' ? 500 : 20, '  at once');    # a reply needs a free CPU
}

# --- R1: down at the start ----------------------------------------------------

$t->run("unix://%%dir%%/redis.sock", 'warm');
is(($t->check)[0], 0, 'R1: nginx -t passes');
is_quick('refused', 'R1: a query is refused');
is_quick('refused', 'R1: and another') for 1 .. 20;
is($t->state->{state}, 'breaker open', '  the breaker is open');
sleep 1.5;
cmp_ok($t->state->{connect_failed}, '>=', 2, '  it tries again by itself');
cmp_ok($t->state->{connect_failed}, '<=', 12, '  with growing pauses');
is(lines(qr/cannot connect/), 1, '  and one line in the log');

my $redis = Personalize::Redis->start($t->dir);
ok($t->until_state('ready', 10), 'R1: it finds Redis when that comes up');
is_quick('ok', 'R1: queries pass');

# --- R2: killed under way -----------------------------------------------------

my $pid = $redis->{pid};
$redis->freeze;
Personalize::Process::background('killer', sub { sleep 0.4; kill 'KILL', $pid });
my $r = $t->burst(800, 'c=ECHO+k%25d&t=5000');
is("$r->{closed} $r->{timeout}", '800 0', 'R2: SIGKILL ends all in flight, not their time-outs');
is($r->{spread}, 0, '  in one turn of the event loop');
$redis->kill9;
is_quick('refused', 'R2: what comes then');
$redis->run;
ok($t->until_state('ready', 10), '  it comes back');
is($redis->clients, 1, '  by one connection');

# --- R3: frozen ---------------------------------------------------------------

$redis->freeze;
my @slow = map { $t->ask('t=30', 'PING') } 1 .. 5;
is(join(' ', map { $_->{status} } @slow), join(' ', ('timeout') x 5), 'R3: SIGSTOP: time-outs');
is(scalar(grep { $_->{ms} > 300 } @slow), 0, '  each at its own time');
is_quick('refused', 'R3: then none waits any more');
is($t->state->{breaker_opened} > 0, 1, '  the breaker is open');
$redis->thaw;
ok($t->until_state('ready', 5), 'R3: SIGCONT: it comes back');
is($t->ask('', 'ECHO mine')->{text}, "\$mine\n", '  and late replies are nobody\'s');

my $lost = $t->state->{lost};
$redis->freeze;
$t->ask('t=20', 'PING') for 1 .. 5;
ok(Personalize::Process::until_true(6, sub { $t->state->{lost} > $lost }),
    'R3: a hung connection is given up after some seconds');
is($t->state->{pending}, 0, '  with all that waited on it');
$redis->thaw;
ok($t->until_state('ready', 12), '  and made again');

# --- R4: each reply is too late -------------------------------------------------

my $line = Personalize::Link->start($t->dir, $redis);
$t->again($line->url);
is($t->ask('t=50&reads=1', 'ECHO fast')->{status}, 'ok', 'R4: in time');
$line->set(delay => 0.15);
@slow = map { $t->ask('t=50&reads=1', 'PING') } 1 .. 5;
is(join(' ', map { $_->{status} } @slow), join(' ', ('timeout') x 5), '  too late, five times');
my $until = time + 2;
my %then;
while (time < $until) {
    $then{ $t->ask('t=50&reads=1', 'PING')->{status} }++;
    select undef, undef, undef, 0.01;
}
is(join(' ', keys %then), 'refused', '  from then on nobody waits: PING itself comes too late');
$line->set(delay => 0);
ok($t->until_state('ready', 12), '  it is fast again: so is all');
is($t->ask('t=300&reads=1', 'ECHO patient')->{status}, 'ok', 'R4: who waits longer');
$line->set(delay => 0.15);
$t->ask('t=50&reads=1', 'PING') for 1 .. 5;
ok(Personalize::Process::until_true(8, sub { $t->ask('t=300&reads=1', 'ECHO patient')->{status} eq 'ok' }),
    '  is served, though others are too hasty');
$line->stop;

# --- R13: the password is changed ---------------------------------------------

$redis->stop;
$redis->{port} = $t->port('redis');
$redis->{password} = 'Right-Secret';
$redis->run;
$t->again("redis://:Wrong-Secret\@127.0.0.1:%%port:redis%%", 'warm');
sleep 2;
is_quick('refused', 'R13: a wrong password');
is(lines(qr/user or password is refused/), 1, '  is told once');
cmp_ok($redis->calls('auth'), '<', 15, '  and not tried in a loop');

$t->again("redis://:Right-Secret\@127.0.0.1:%%port:redis%%");
is_quick('ok', 'R13: the right one');
$redis->command('CONFIG', 'SET', 'requirepass', 'Other-Secret');
$redis->command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
ok(Personalize::Process::until_true(3, sub { $t->ask('t=100', 'PING')->{status} eq 'refused' }),
    'R13: changed at runtime');
$redis->command('CONFIG', 'SET', 'requirepass', 'Right-Secret');
ok($t->until_state('ready', 12), '  and set right again');

$t->again("redis://:Right-Secret\@127.0.0.1:%%port:redis%%/9999");
isnt($t->ask('t=300', 'PING')->{status}, 'ok', 'a database that the server does not have');
is(lines(qr/SELECT is refused/), 1, '  is told');

# --- R14: no place for another client -----------------------------------------

$redis->command('CONFIG', 'SET', 'maxclients', 1);
$t->again("redis://:Right-Secret\@127.0.0.1:%%port:redis%%");
$t->state;
my $descriptors = $t->descriptors;
isnt($t->ask('t=300', 'PING')->{status}, 'ok', 'R14: maxclients');
sleep 1.5;
is_quick('refused', 'R14: counts as no connection');
cmp_ok($t->descriptors, '<=', $descriptors + 1, '  and leaks no socket');
$redis->command('CONFIG', 'SET', 'maxclients', 1000);
ok($t->until_state('ready', 10), '  it comes back');
$redis->stop;

# --- R12: LOADING and the like ------------------------------------------------

my $loading = Personalize::ScriptedRedis->start($t->dir, sub {
    my ($c) = @_;
    if ($c->number <= 2) {
        $c->command;
        $c->send("-LOADING Redis is loading the dataset in memory\r\n");
        return;
    }
    $c->greet;
    my $n = 0;
    while (my @argv = $c->command) {
        my $busy = $argv[0] eq 'BUSY' ? $n = 2 : $n-- > 0;
        $c->send($busy ? "-BUSY Redis is busy running a script\r\n" : "+PONG\r\n");
    }
});
$t->again($loading->url);
isnt($t->ask('t=300', 'GET a')->{status}, 'ok', 'R12: LOADING at the greeting');
ok($t->until_state('ready', 5), '  is waited out');
is($loading->connections, 3, '  with a new connection each time');
like($t->ask('', 'BUSY')->{text}, qr/^-BUSY/, 'R12: BUSY as a reply is delivered');
is_quick('refused', '  and the server left alone for a while');
ok($t->until_state('ready', 5), '  until PING is answered');
is($loading->connections, 3, '  on the connection that there is');
$loading->stop;

# --- R6, R9, R10: cut off at every byte, and garbage --------------------------

my $reply = "*2\r\n\$4\r\nname\r\n\$3\r\nAnn\r\n";
my $cut = Personalize::ScriptedRedis->start($t->dir, sub {
    my ($c) = @_;
    $c->greet;
    my $at = ($c->command)[1];
    return $at < 0 ? $c->reset : $c->cut($reply, $at);
});
my @odd;
for my $at (-1 .. length($reply) - 1) {
    $t->again($cut->url) if $at % 2 == 1 || $at == -1;
    my $got = $t->ask('t=5000', "CUT $at");
    push @odd, "$at: $got->{status} $got->{ms} $got->{replies}"
        if $got->{status} ne 'closed' || $got->{ms} > 500 || $got->{replies};
}
is("@odd", '', 'R6: closed at every byte of a reply, or reset');
$cut->stop;

my @garbage = (
    "HTTP/1.1 400 Bad Request\r\n\r\n", "\x15\x03\x01\x00\x02\x02\x46", "%1\r\n+a\r\n+b\r\n",
    ">2\r\n", "_\r\n", "#t\r\n", ",1\r\n", "\$3\r\nabcXY", "+O\rK\r\n", ":abc\r\n", "\$-2\r\n",
    "*-2\r\n", "*1\r\n" x 9, "\$2147483647\r\n", "*2147483647\r\n", "+OK\r\n+OK\r\n",
);
my $noise = Personalize::ScriptedRedis->start($t->dir, sub {
    my ($c) = @_;
    $c->greet;
    my $which = ($c->command)[1];
    $c->send($garbage[$which]);
    $c->hold;
});
@odd = ();
for my $i (0 .. $#garbage) {
    $t->again($noise->url) if $i % 2 == 0;
    my $got = $t->ask('t=5000', "NOISE $i", $i == $#garbage ? 'ONE' : ());
    my $second = $i == $#garbage ? 'ok' : 'closed';
    push @odd, "$i: $got->{status} $got->{ms}" if $got->{status} ne $second || $got->{ms} > 500;
}
is("@odd", '', 'R9, R10: garbage closes the connection at once');
cmp_ok($t->state->{protocol}, '>', 0, '  and is counted');
$noise->stop;

# An endless bulk is cut at its header; endless small change, at the first unasked reply.
my $endless = Personalize::ScriptedRedis->start($t->dir, sub {
    my ($c) = @_;
    $c->greet;
    $c->command;
    $c->send("+");
    while (1) { $c->send('x' x 65536) }
});
$t->again($endless->url);
my $memory = $t->memory;
is($t->ask('t=20000', 'X')->{status}, 'closed', 'R9: an endless reply');
cmp_ok($t->memory, '<', $memory + 20_000, '  costs the limit and no more');
$endless->stop;

# A server that is garbage from its first byte is no server.
my $web = Personalize::ScriptedRedis->start($t->dir, sub {
    my ($c) = @_;
    $c->command;
    $c->send("HTTP/1.1 400 Bad Request\r\n\r\n");
});
$t->again($web->url);
isnt($t->ask('t=1000', 'X')->{status}, 'ok', 'R10: another server at the port');
is_quick('refused', '  is not asked again for a while');
$web->stop;

# Silent at the greeting: the connect time-out holds for it too.
my $mute = Personalize::ScriptedRedis->start($t->dir, sub { my ($c) = @_; $c->hold });
$t->again($mute->url, 'connect_timeout=100ms');
my $got = $t->ask('t=5000', 'X');
is($got->{status}, 'closed', 'a server that does not greet');
cmp_ok($got->{ms}, '<', 1000, '  costs the connect time-out');
$mute->stop;

# A server that closes idle clients is no fault.
my $idle = Personalize::ScriptedRedis->start($t->dir, sub {
    my ($c) = @_;
    $c->greet;
    $c->command;
    $c->send("+OK\r\n");
});
$t->again($idle->url);
for (1 .. 5) {
    sleep 0.05;
    is($t->ask('t=1000', 'X')->{status}, 'ok', "closed when idle: query $_ goes by a new connection");
}
$idle->stop;

# --- a host of two addresses: one that answers is enough ----------------------

my $second = Personalize::ScriptedRedis->start($t->dir, sub { my ($c) = @_; $c->greet; $c->serve(sub { "+OK\r\n" }) });
for my $dead ('127.0.0.1:%%port:nobody%%', 'unix:%%dir%%/nobody.sock') {
    $t->again($second->url, "before=$dead");
    is($t->ask('t=1000', 'X')->{text}, "+OK\n", "the first address refuses ($dead): the second is asked");
    is($t->state->{connect_failed}, 0, '  as one attempt');
}
$second->stop;
$t->again($second->url, 'before=127.0.0.1:%%port:nobody%%');
isnt($t->ask('t=1000', 'X')->{status}, 'ok', 'both refuse');
is_quick('refused', '  the breaker opens');
is($t->state->{refused_breaker}, 1, '  and nobody waits');

# --- R22: no connection left in the worker ------------------------------------

$t->allow(qr/worker_connections are not enough/);
$redis = Personalize::Redis->start($t->dir);
$t->again($redis->url, '', connections => 8);
$t->state;
$descriptors = $t->descriptors;
my (@held, $full);
for my $n (1 .. 8) {
    $got = $t->ask('t=300', 'PING');
    last if $full = $got->{status} ne 'ok' && $t->log =~ /worker_connections are not enough/;
    $t->again($redis->url, '', connections => 8);
    $t->state;
    # Half a request: a connection that nginx may not close to make room.
    @held = map { Personalize::Http->new($t->port('web'))->send("GET / HTTP/1.1\r\n") } 1 .. $n;
    sleep 0.1;
}
ok($full, 'R22: worker_connections used up before Redis: the request is answered all the same');
is($got->{status}, 'refused', '  without it');
$_->close for @held;
is($t->until_state('idle', 0.01) || $t->until_state('ready', 12), 1, '  Redis is back when there is room');
is($t->ask('', 'PING')->{status}, 'ok', '  for queries too');
cmp_ok($t->descriptors, '<=', $descriptors + 2, '  without a leak');

$t->finish;
