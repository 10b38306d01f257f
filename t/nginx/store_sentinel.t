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
use Personalize::Sentinels;

my $t = Personalize::Probe->new;
plan(skip_all => 'no redis-server') if !Personalize::Redis::available();
$t->secret('Data-Secret');

my $shop = Personalize::Sentinels->start($t, password => 'Data-Secret');
ok($shop->at_rest, 'three sentinels know each other and two replicas') or BAIL_OUT('the sentinels do not work here');
$t->run($shop->url(1));

# The server that answers, by its name; '' when none does.
sub who {
    my $got = $t->ask('t=100', 'CONFIG GET port');
    return $got->{status} eq 'ok' ? $shop->name_of($got->{lines}[2] =~ s/\D//gr) // '?' : '';
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
$shop->redis('r1')->kill9;
my $second = until_who('r1', 20);
like($second, qr/^r[23]$/, 'R17: kill -9: the store is at the new master');
cmp_ok(time - $began, '<', 15, sprintf '  after %.1f s', time - $began);
is($t->ask('t=1000', 'SET k w')->{text}, "+OK\n", '  which takes writes');
is($t->state->{pending}, 0, '  and nothing is left over');

# --- the old one comes back, as a replica -------------------------------------

$shop->redis('r1')->run;
ok(Personalize::Process::until_true(15, sub { (eval { $shop->redis('r1')->command('ROLE') } || [''])->[0] eq 'slave' }),
    'the old master comes back and is made a replica');
is(who(), $second, '  the store stays where it is');

# --- moved by hand ------------------------------------------------------------

ok($shop->at_rest(20), 'all sentinels are at rest');
ok($shop->failover, 'R17: SENTINEL FAILOVER');
my $third = until_who($second, 20);
like($third, qr/^r\d$/, '  the store is at the new master');
is($t->ask('t=1000', 'SET k x')->{text}, "+OK\n", '  which takes writes');

# --- a worker restarts in the middle of it all --------------------------------

my @workers = $t->workers;
$t->reload;
ok(Personalize::Process::until_true(5, sub { !grep { -e "/proc/$_" } @workers }), 'the old worker leaves');
ok(Personalize::Process::until_true(5, sub { who() eq $third }), '  the new one finds the master');

# --- no sentinel at all -------------------------------------------------------

$shop->sentinel($_)->kill9 for qw(s1 s2 s3);
is(who(), $third, 'R18: all sentinels are killed: the master is kept');
# The failover may have closed the test's own connection.
for (1 .. 2) { eval { $shop->redis($third)->command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes') } }
ok(Personalize::Process::until_true(5, sub { who() eq $third }), '  also by a new connection');

$t->finish;
