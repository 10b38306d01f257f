#!/usr/bin/perl

# FAULTS R20: a server that wants to renegotiate TLS in the middle of its replies.  openssl's s_server
# plays Redis by hand: it shows what comes, sends what is typed, and an "R" asks for a handshake.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use IPC::Open2;
use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Certificates;
use Personalize::Probe;
use Personalize::Process;

my $t = Personalize::Probe->new;
plan(skip_all => 'no openssl') if !Personalize::Certificates::available();

my $certs = Personalize::Certificates->new($t->dir);
my $ca = $certs->path('ca.crt');
my ($cert, $key) = $certs->issue('server', names => [ 'IP:127.0.0.1' ]);
my $port = $t->port('tls');

# What is typed goes by a named pipe, so that the server is a child of the test like any other.
my $typed = "$t->{dir}/typed";
my $shown = "$t->{dir}/shown";
system('mkfifo', $typed) == 0 or plan(skip_all => 'no mkfifo');
Personalize::Process::spawn('s_server', $shown, 'sh', '-c',
    "exec openssl s_server -accept 127.0.0.1:$port -tls1_2 -cert '$cert' -key '$key' <'$typed'");
open my $type, '>', $typed or die "$typed: $!";
$type->autoflush(1);

sub type { syswrite $type, $_[0]; sleep 0.05 }
sub shown { my $text = Personalize::Nginx::slurp($shown); return scalar(() = $text =~ /$_[0]/g) }
sub until_shown { my ($what, $n, $seconds) = @_; return Personalize::Process::until_true($seconds // 5, sub { shown($what) >= $n }) }

ok(until_shown('ACCEPT', 1), 'a server by hand');
$t->run("rediss://127.0.0.1:$port", "ca=$ca connect_timeout=3s warm");
ok(until_shown('PING', 1), 'the greeting comes by TLS 1.2');
type("+PONG\r\n");
ok($t->until_state('ready'), '  and is answered');

# A query whose reply comes when it is asked for.
sub ask_by_hand {
    my ($word, @typed) = @_;
    my $pings = shown('PING');
    my $pid = Personalize::Process::background('query', sub {
        my $got = $t->ask('t=3000', "GET $word");
        $t->write("answer-$word", "$got->{status} $got->{text}");
    });
    if (until_shown($word, 1, 2)) { type($_) for @typed }
    else {
        # The connection was given up: the next one greets anew.
        if (until_shown('PING', $pings + 1, 3)) { type("+PONG\r\n"); type("+new\r\n") if until_shown($word, 1, 3) }
    }
    Personalize::Process::stop($pid, signal => 0, seconds => 6);
    return $t->read("answer-$word");
}

is(ask_by_hand('first', "+one\r\n"), "ok +one\n", 'a query and its reply');

my $worker = $t->state->{pid};
my $answer = ask_by_hand('second', "R\n", "+two\r\n");
like($answer, qr/\A(?:ok \+two|closed|timeout)/, 'R20: renegotiation before a reply: ' . ($answer =~ /\A(\w+)/)[0]);
cmp_ok(shown('SSL_do_handshake'), '>', 0, '  which the server did try');
is($t->state->{pid}, $worker, '  the worker lives');
unlike($answer, qr/one/, '  and nobody gets another\'s reply');

# Whatever became of it, there is a way to go on.
my $ok = Personalize::Process::until_true(15, sub {
    my $pings = shown('PING');
    my $state = $t->state->{state};
    type("+PONG\r\n") if $state ne 'ready';
    sleep 0.2;
    return $t->state->{state} eq 'ready';
});
ok($ok, 'the store is ready again');
is(ask_by_hand('third', "+three\r\n"), "ok +three\n", '  and asks again');

# Errors of this connection are not left for another one's.
$t->stop;
my ($alerts) = $t->log =~ /(ignoring stale global SSL error)/;
is($alerts, undef, 'no error of OpenSSL is left behind');

$t->finish;
