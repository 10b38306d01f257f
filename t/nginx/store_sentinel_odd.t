#!/usr/bin/perl

# Sentinels that are down, silent, behind the times or know another master (FAULTS R18, R19),
# and servers that are no masters: all scripted.

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
$t->secret('Data-Secret', 'Sentinel-Secret');
my $mark = 0;
sub fresh { return substr $t->log, $mark }
sub told { my ($pattern) = @_; return Personalize::Process::until_true(4, sub { fresh() =~ $pattern }) }
sub start { $t->stop if $t->running; $mark = length $t->log; $t->run(@_) }
sub who { my ($ms) = @_; return $t->ask('t=' . ($ms // 4000), 'WHO')->{text} =~ s/[+\n]//gr }

# A server that says who it is; its role is what the file says, "master" without one.
sub server {
    my ($name) = @_;
    return Personalize::ScriptedRedis->start($t->dir, sub {
        my ($c) = @_;
        while (my @argv = $c->command) {
            my $role = Personalize::Nginx::slurp($t->dir . "/$name.role") || 'master';
            $c->send($argv[0] eq 'PING' ? "+PONG\r\n" : $argv[0] eq 'ROLE' ? "*1\r\n" . $c->bulk($role)
                : $argv[0] =~ /AUTH|SELECT/ ? "+OK\r\n" : $argv[0] eq 'WRITE' && $role ne 'master'
                ? "-READONLY You can't write against a read only replica.\r\n" : "+$name\r\n");
            return if $argv[0] eq 'DROP';
        }
    }, port => $t->port($name));
}

# A sentinel: a file says what it answers, another one what it publishes.
sub sentinel {
    my ($name) = @_;
    my ($answer, $publish) = map { $t->dir . "/$name.$_" } qw(answer publish);
    return Personalize::ScriptedRedis->start($t->dir, sub {
        my ($c) = @_;
        my $subscribed = 0;
        while (1) {
            if ($c->waiting(0.02)) {
                my @argv = $c->command or return;
                $subscribed = 1 if $argv[0] eq 'SUBSCRIBE';
                $c->send($argv[0] eq 'PING' ? $subscribed ? $c->array('pong', '') : "+PONG\r\n"
                    : $argv[0] eq 'AUTH' ? "+OK\r\n"
                    : $argv[0] eq 'SENTINEL' ? Personalize::Nginx::slurp($answer)
                    : "*3\r\n" . $c->bulk('subscribe') . $c->bulk($argv[1]) . ":1\r\n");
            }
            if ($subscribed && -e $publish) {
                my $text = Personalize::Nginx::slurp($publish);
                unlink $publish;
                $c->send($c->array('message', '+switch-master', $text));
            }
        }
    }, port => $t->port($name));
}

sub at { my ($host, $name) = @_; return Personalize::ScriptedRedis->array($host, $t->port($name)) }
sub says { my ($name, $bytes) = @_; $t->write("$name.answer", $bytes) }
sub role { my ($name, $role) = @_; $t->write("$name.role", $role) }

my ($m1, $m2) = map { server($_) } qw(m1 m2);
my %s = map { $_ => sentinel($_) } qw(s1 s2 s3);
my $all = join ',', map { '127.0.0.1:' . $t->port($_) } qw(s1 s2 s3);
my $url = "redis-sentinel://web:Data-Secret\@$all/3#shop";

says($_, at('127.0.0.1', 'm1')) for qw(s1 s2 s3);

# --- the way it should be -----------------------------------------------------

start($url, 'sentinel_user=watch sentinel_password=Sentinel-Secret');
is(who(), 'm1', 'the master that the sentinels name');
my ($asked) = grep { @$_ } map { [ $_->seen(1) ] } values %s;
is_deeply([ map { "@$_" } @$asked[0 .. 3] ], [ 'AUTH watch Sentinel-Secret', 'PING',
    'SENTINEL get-master-addr-by-name shop', 'SUBSCRIBE +switch-master' ], 'what a sentinel is asked');
is_deeply([ map { "@$_" } ($m1->seen)[0 .. 4] ], [ 'AUTH web Data-Secret', 'SELECT 3', 'ROLE', 'PING', 'WHO' ],
    'what the master is greeted with');
is((grep { $_->connections } values %s), 1, 'one connection, to one of them');
is($m1->connections, 1, '  and one to the master');

my ($used) = grep { $s{$_}->connections } sort keys %s;
my $old = '127.0.0.1 ' . $t->port('m1');
my $new = '127.0.0.1 ' . $t->port('m2');
$t->write("$used.publish", "other $old $new");
sleep 0.2;
is(who(), 'm1', 'another master moves: nothing');
$t->write("$used.publish", "shop $old nonsense");
sleep 0.2;
is(who(), 'm1', 'an odd message: nothing');
says($_, at('127.0.0.1', 'm2')) for qw(s1 s2 s3);
$t->write("$used.publish", "shop $old $new");
ok(Personalize::Process::until_true(2, sub { who() eq 'm2' }), 'our master moves: the new one');
is($m2->connections, 1, '  by one connection');
is((map { $_->connections } values %s) + 0, 3, '(three sentinels)');

sleep 2.5;
my $pings = grep { $_->[0] eq 'PING' } map { $_->seen } values %s;
cmp_ok($pings, '>=', 2, 'a subscription is tried with PING now and then');
is((grep { $_->connections } values %s), 1, '  and kept');

# --- stale, wrong, silent -----------------------------------------------------

says('s1', at('127.0.0.1', 'm1'));
says('s2', at('127.0.0.1', 'm1'));
role('m1', 'slave');
my $answered = grep { $_->[0] eq 'WHO' } $m1->seen;
for (1 .. 4) {    # each begins with any of them
    start($url, 'warm');
    ok($t->until_state('ready', 8), 'R17: sentinels behind the times are passed over');
    is(who(), 'm2', '  and the master found');
}
is(scalar(grep { $_->[0] eq 'WHO' } $m1->seen), $answered, '  nothing was asked of the one that is none');

says('s1', "*-1\r\n");
says('s2', "-ERR No such master with that name\r\n");
says('s3', at('127.0.0.1', 'm2'));
start($url, 'warm');
ok($t->until_state('ready', 8), 'R19: sentinels that know no such master are passed over');
is(who(), 'm2', '  and the master found');

for my $odd (Personalize::ScriptedRedis->array('x y', 1), Personalize::ScriptedRedis->array('127.0.0.1', '99999'),
    Personalize::ScriptedRedis->array('no-such-host.invalid', 6379), "+OK\r\n", "*0\r\n")
{
    says($_, $odd) for qw(s1 s2 s3);
    start($url, 'warm');
    ok(told(qr/"sentinels of shop": a sentinel knows no usable address/),
        'R19: told: ' . $odd =~ s/[^ -~]+/ /gr);
    is($t->ask('t=1500', 'WHO')->{status} eq 'ok', '', '  and nobody is asked');
    says('s2', at('127.0.0.1', 'm2'));
    ok($t->until_state('ready', 12), '  until one knows');
}

$s{s1}->stop;
$s{s3}->stop;
start($url);
is(who(), 'm2', 'two of three are down: the third is asked');
my $mute = Personalize::ScriptedRedis->start($t->dir, sub { $_[0]->hold }, port => $t->port('s1'));
start($url, 'connect_timeout=200ms warm');
ok($t->until_state('ready', 8), 'one of them is mute: the next is asked');
$mute->stop;

# --- all of them gone, the master is there ------------------------------------

my $before = $m2->connections;
$s{s2}->stop;
is(who(), 'm2', 'R18: all sentinels are down: the master is kept');
sleep 2.5;
is(who(), 'm2', '  also later');
is($m2->connections, $before, '  on its connection');
$t->ask('', 'DROP');
ok(Personalize::Process::until_true(6, sub { who() eq 'm2' }), '  and found again when that ends');
my $got = $t->ask('t=2000', 'WHO');
cmp_ok($got->{ms}, '<', 500, '  nobody waits for sentinels');

role('m2', 'slave');
$got = $t->ask('t=2000', 'WRITE');
like($got->{text}, qr/^-READONLY/, 'READONLY: delivered');
ok(told(qr/is not the master/), '  and taken for a master that is none any more');
isnt($t->ask('t=300', 'WHO')->{status}, 'ok', '  that is not asked');
role('m1', 'master');
says('s2', at('127.0.0.1', 'm1'));
$s{s2} = sentinel('s2');
ok(Personalize::Process::until_true(15, sub { who(500) eq 'm1' }), '  until a sentinel knows the new one');

start($url, 'warm');
$s{s2}->stop;
$t->stop;
start($url, 'connect_timeout=300ms');
isnt($t->ask('t=2000', 'WHO')->{status}, 'ok', 'no sentinel at the start: no master');
$got = $t->ask('t=2000', 'WHO');
is($got->{status}, 'refused', '  and nobody waits');
cmp_ok($got->{ms}, '<', 20, '  at all');
$s{s2} = sentinel('s2');
ok($t->until_state('ready', 12), '  until one comes up');

# --- sentinels that announce names --------------------------------------------

my $dns = Personalize::Dns->start($t->dir, $t->port('dns'));
$dns->let('master.test' => { address => '127.0.0.1' });
says('s2', at('master.test', 'm1'));
start($url, '', http => 'resolver 127.0.0.1:%%port:dns%% ipv6=off;');
is(who(), 'm1', 'a name from a sentinel is asked for at the resolver');
$dns->let('gone.test' => { none => 1 });
says('s2', at('gone.test', 'm1'));
start($url, 'warm', http => 'resolver 127.0.0.1:%%port:dns%% ipv6=off;');
ok(told(qr/name is not resolved: Host not found/), 'R19: a name that is not known is told');
says('s2', at('127.0.0.1', 'm1'));
ok($t->until_state('ready', 12), '  and asked again');

# --- leaving ------------------------------------------------------------------

my @workers = $t->workers;
$t->reload;
ok(Personalize::Process::until_true(2, sub { !grep { -e "/proc/$_" } @workers }), 'workers leave at once');

$t->stop;
for my $case (
    [ 'a master without name', 'redis-sentinel://127.0.0.1/0', '', qr/master's name/ ],
    [ 'a user without password', $url, 'sentinel_user=x', qr/needs sentinel_password=/ ],
    [ 'a password file that is not there', $url, 'sentinel_password=file:/nowhere/pw', qr/nowhere/ ],
    [ 'a password elsewhere', 'redis://127.0.0.1', 'sentinel_password=Sentinel-Secret', qr/for redis-sentinel:/ ],
) {
    my ($what, $its_url, $more, $says) = @$case;
    $t->config("pz_probe_redis $its_url $more;", main => "load_module $t->{probe};\n");
    my ($code, $text) = $t->check;
    is($code, 1, "nginx -t: $what");
    like($text, $says, '  is told');
    unlike($text, qr/-Secret/, '  without a secret');
}
$t->allow(qr/\[emerg\]/);

$t->finish;
