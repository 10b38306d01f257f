#!/usr/bin/perl

# A master, two replicas and three sentinels, all real (FAULTS R17, R18): the master is killed, moved
# by hand, comes back as a replica; the store follows, and nobody waits for it.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Probe;
use Personalize::Process;
use Personalize::Redis;

my $t = Personalize::Probe->new;
plan(skip_all => 'no redis-server') if !Personalize::Redis::available();
$t->secret('Data-Secret');

my %port = map { $_ => $t->port($_) } qw(r1 r2 r3 s1 s2 s3);

sub redis {
    my ($name, @args) = @_;
    mkdir "$t->{dir}/$name";
    return Personalize::Redis->start("$t->{dir}/$name", port => $port{$name}, password => 'Data-Secret',
        args => [ '--masterauth', 'Data-Secret', '--repl-diskless-sync-delay', 0, @args ]);
}

# A sentinel rewrites its configuration, so each has its own folder.
sub sentinel {
    my ($name) = @_;
    $t->write("$name/sentinel.conf", <<"CONF");
port $port{$name}
bind 127.0.0.1
unixsocket $t->{dir}/$name/redis.sock
dir $t->{dir}/$name
sentinel monitor shop 127.0.0.1 $port{r1} 2
sentinel auth-pass shop Data-Secret
sentinel down-after-milliseconds shop 400
sentinel failover-timeout shop 3000
CONF
    my $self = bless { dir => "$t->{dir}/$name", path => "$t->{dir}/$name/redis.sock" }, 'Personalize::Redis';
    $self->{pid} = Personalize::Process::spawn('sentinel', "$t->{dir}/$name/log", Personalize::Redis::available(),
        "$t->{dir}/$name/sentinel.conf", '--sentinel');
    Personalize::Process::until_true(5, sub { eval { $self->command('PING') eq 'PONG' } })
        or die "no sentinel: see $t->{dir}/$name/log\n";
    return $self;
}

my %redis = (r1 => redis('r1'));
$redis{$_} = redis($_, '--replicaof', '127.0.0.1', $port{r1}) for qw(r2 r3);
my %sentinel = map { $_ => sentinel($_) } qw(s1 s2 s3);

# Field of what a sentinel knows of the master.
sub known {
    my ($name, $field) = @_;
    my %now = eval { @{ $sentinel{$name}->command('SENTINEL', 'MASTER', 'shop') } };
    return $now{$field} // '';
}

ok(Personalize::Process::until_true(15, sub {
    !grep { known($_, 'num-other-sentinels') ne 2 || known($_, 'num-slaves') ne 2 } keys %sentinel
}), 'three sentinels know each other and two replicas') or BAIL_OUT('the sentinels do not work here');

my $nodes = join ',', map { "127.0.0.1:$port{$_}" } qw(s1 s2 s3);
$t->run("redis-sentinel://:Data-Secret\@$nodes/1#shop");

# The server that answers, by its name; '' when none does.
my %name = map { $port{$_} => $_ } keys %port;
sub who {
    my $got = $t->ask('t=100', 'CONFIG GET port');
    return $got->{status} eq 'ok' ? $name{ $got->{lines}[2] =~ s/\D//gr } // '?' : '';
}
sub until_who {
    my ($not, $seconds) = @_;
    my ($slow, $now) = (0, '');
    Personalize::Process::until_true($seconds, sub {
        my $began = time;
        $now = who();
        $slow++ if time - $began > 0.5;
        sleep 0.02;
        return $now ne '' && $now ne $not;
    });
    is($slow, 0, '  and no query waited longer than it may');
    return $now;
}

is($t->ask('t=3000', 'CONFIG GET port')->{status}, 'ok', 'a first query');
is(who(), 'r1', '  goes to the master');
is($t->ask('t=1000', 'SET k v')->{text}, "+OK\n", '  which takes writes');

# --- kill -9 of the master ----------------------------------------------------

my $began = time;
$redis{r1}->kill9;
my $second = until_who('r1', 20);
like($second, qr/^r[23]$/, 'R17: kill -9: the store is at the new master');
cmp_ok(time - $began, '<', 15, sprintf '  after %.1f s', time - $began);
is($t->ask('t=1000', 'SET k w')->{text}, "+OK\n", '  which takes writes');
is($t->state->{pending}, 0, '  and nothing is left over');

# --- the old one comes back, as a replica -------------------------------------

$redis{r1}->run;
ok(Personalize::Process::until_true(15, sub { (eval { $redis{r1}->command('ROLE') } || [''])->[0] eq 'slave' }),
    'the old master comes back and is made a replica');
is(who(), $second, '  the store stays where it is');

# --- moved by hand ------------------------------------------------------------

ok(Personalize::Process::until_true(20, sub {
    !grep { known($_, 'num-slaves') < 2 || known($_, 'flags') ne 'master' } keys %sentinel
}), 'all sentinels are at rest');
my $failed = 1;
Personalize::Process::until_true(15, sub {
    $failed = !eval { $sentinel{s1}->command('SENTINEL', 'FAILOVER', 'shop') };
    sleep 0.3 if $failed;
    return !$failed;
});
ok(!$failed, 'R17: SENTINEL FAILOVER');
my $third = until_who($second, 20);
like($third, qr/^r\d$/, '  the store is at the new master');
is($t->ask('t=1000', 'SET k x')->{text}, "+OK\n", '  which takes writes');

# --- a worker restarts in the middle of it all --------------------------------

my @workers = $t->workers;
$t->reload;
ok(Personalize::Process::until_true(5, sub { !grep { -e "/proc/$_" } @workers }), 'the old worker leaves');
ok(Personalize::Process::until_true(5, sub { who() eq $third }), '  the new one finds the master');

# --- no sentinel at all -------------------------------------------------------

$_->kill9 for values %sentinel;
is(who(), $third, 'R18: all sentinels are killed: the master is kept');
# The failover may have closed the test's own connection.
for (1 .. 2) { eval { $redis{$third}->command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes') } }
ok(Personalize::Process::until_true(5, sub { who() eq $third }), '  also by a new connection');

$t->finish;
