#!/usr/bin/perl

# Nobody gets another's reply: random time-outs, reconnects, cancels (FAULTS R4, R29, R30).
# PZ_ROUNDS sets the number of queries: 100000 here, 1000000 before a release.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use Personalize::Probe;
use Personalize::ScriptedRedis;

my $t = Personalize::Probe->new;
my $rounds = $ENV{PZ_ROUNDS} || 100_000;

# Each command's reply is its own word, now and then late; one connection in a while dies.
my $mad = Personalize::ScriptedRedis->start($t->dir, sub {
    my ($c) = @_;
    srand($c->number);
    $c->greet;
    my $life = 2000 + int rand 20_000;
    while (my @argv = $c->command) {
        $c->delay(rand() < 0.02 ? 0.04 : rand() * 0.004) if rand() < 0.01;
        $c->send($argv[0] eq 'PING' ? "+PONG\r\n" : $c->bulk($argv[1]));
        return if --$life < 0;
    }
}, quiet => 1);

$t->run($mad->url, 'max_pending=20000');
my $r = $t->burst($rounds, 'window=64&tmax=40&c=ECHO+visitor:%25d', 60 + $rounds / 1000);
is($r->{wrong}, 0, "R30: $rounds queries, each answered by its own reply or none");
is($r->{ok} + $r->{timeout} + $r->{closed}, $rounds, '  and each exactly once');
cmp_ok($r->{ok}, '>', $rounds / 4, '  many in time');
cmp_ok($r->{timeout}, '>', $rounds / 1000, '  many too late');
cmp_ok($r->{closed}, '>', 0, '  some lost with their connection');
cmp_ok($t->state->{late}, '>', 0, '  late replies were recognized');
is($r->{from_send}, 0, '  done() never from inside send()');
is($r->{deepest}, 1, '  nor from inside another done()');
is_deeply([ $mad->complaints ], [], '  as the script expects');
note(join ' ', map { "$_=$r->{$_}" } sort keys %$r);
$mad->stop;

# R4: just below and just above the time-out.
my $slow = Personalize::ScriptedRedis->start($t->dir, sub {
    my ($c) = @_;
    $c->greet;
    $c->serve(sub { $c->delay($_[1] / 1000); $c->bulk("after $_[1]") });
});
$t->again($slow->url);
is($t->ask('t=60', 'WAIT 20')->{text}, "\$after 20\n", 'R4: slower than usual, but in time');
my $late = $t->ask('t=40', 'WAIT 500');
is($late->{status}, 'timeout', 'R4: too slow');
cmp_ok($late->{ms}, '<', 400, '  costs the time-out and no more');
is($t->ask('t=2000', 'WAIT 1')->{text}, "\$after 1\n", '  and the next gets its own reply');
is($t->state->{connected}, 1, '  on the same connection');
$slow->stop;

# R29: ten thousand in flight, then the connection closes; done() starts as many again.
my $dying = Personalize::ScriptedRedis->start($t->dir, sub {
    my ($c) = @_;
    $c->greet;
    $c->command for 1 .. 5000;
    $c->send($c->bulk('k0'));
    $c->delay(0.3);
});
$t->again($dying->url, 'max_pending=20000');
$r = $t->burst(10_000, 'c=ECHO+k%25d&t=20000');
is("$r->{ok} $r->{closed} $r->{timeout}", '1 9999 0', 'R29: ten thousand, one answered, all others closed');
is($r->{deepest}, 1, '  without recursion');
isnt($t->ask('t=200', 'X')->{status}, 'none', '  and the worker lives');
$dying->stop;

# A done() that starts the next query while the dead are being told.
my $waves = Personalize::ScriptedRedis->start($t->dir, sub {
    my ($c) = @_;
    $c->greet;
    return if $c->number < 3 && $c->command;
    $c->serve(sub { $c->bulk($_[1]) });
});
$t->again($waves->url, 'max_pending=20000');
$r = $t->burst(20_000, 'window=10000&c=ECHO+k%25d&t=20000');
is($r->{ok} + $r->{closed}, 20_000, 'done() starts new queries while the old ones fail');
is("$r->{wrong} $r->{from_send} $r->{deepest}", '0 0 1', '  in step, in order, without recursion');
cmp_ok($r->{closed}, '>=', 10_000, '  the first wave was lost');
$waves->stop;

# A done() that cancels all others: on the wire, waiting, and dead.
my $echo = Personalize::ScriptedRedis->start($t->dir, sub {
    my ($c) = @_;
    $c->greet;
    return $c->command if $c->number == 1;
    $c->serve(sub { $c->bulk($_[1]) });
}, quiet => 1);
$t->again($echo->url, 'max_pending=20000');
$r = $t->burst(5000, 'drop=1&c=ECHO+k%25d&t=20000');
is("$r->{closed} $r->{cancelled}", '1 4999', 'the dead can be cancelled from a done()');
$r = $t->burst(5000, 'drop=1&c=ECHO+k%25d&t=20000');
is("$r->{ok} $r->{cancelled}", '1 4999', 'and those that are out');
is($t->ask('', 'ECHO mine')->{text}, "\$mine\n", 'the next gets its own reply');
is($t->ask('cancel=20&t=5000', 'ECHO x')->{status}, 'ok', 'an answered query needs no cancel');

# The queue is bounded.
my $deaf = Personalize::ScriptedRedis->start($t->dir, sub { my ($c) = @_; $c->greet; $c->hold });
$t->again($deaf->url, 'max_pending=100');
$r = $t->burst(150, 'c=ECHO+k%25d&t=50');
is($r->{ok}, 0, 'a deaf server');
cmp_ok($t->state->{refused_full} + $t->state->{refused_breaker}, '>', 0, '  makes the rest be refused');
cmp_ok($t->state->{pending}, '<=', 101, '  with at most max_pending waiting');

$t->finish;
