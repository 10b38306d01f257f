#!/usr/bin/perl

# Eight workers restart under load, again and again: never more than one connection for data and one
# for changes, a worker and server, is open, and none is made that was not needed.

# alone: it is a load, and takes all cores.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Judge;
use Personalize::Process;
use Personalize::Site;

plan(skip_all => 'no wrk: install wrk') if !Personalize::Judge::available();

use constant WORKERS => 8;

my $t = Personalize::Site->new(workers => WORKERS);
my $redis = $t->redis;
$redis->visitor("v$_", name => "Name$_") for 0 .. 99;
my $judge = Personalize::Judge->new($t, ask => '"/?as=v" .. (n % 100)');
my %conf = map {
    my $cache = $_;
    ($cache => <<CONF);
    @{[ $cache ? 'personalize_cache zone=v:1m ttl=50ms;' : '' ]}
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 500ms;
        %%admin%%
    }
CONF
} 0, 1;

# Our connections: the test's own is on the socket too, and named.
$redis->command('CLIENT', 'SETNAME', 'test');
sub open_now { return scalar grep { /^id=/ && !/ name=test / } split /\r?\n/, $redis->command('CLIENT', 'LIST') }
sub accepted { return $redis->command('INFO', 'stats') =~ /^total_connections_received:(\d+)/m ? $1 : undef }
sub lost { my $c = $t->status->{counters}; return $c->{redis}{lost} + $c->{redis}{connect_failed} + ($c->{invalidation}{lost} // 0) }

# The most that were open while something happened, and how many were made.
sub under_load {
    my ($seconds, $happens) = @_;
    my ($most, $before) = (0, accepted());
    my $r = $judge->run($seconds, sub {
        my ($until) = @_;
        $happens->();
        while (time < $until) {
            my $n = open_now();
            $most = $n if $n > $most;
            sleep 0.01;
        }
    }, connection => 'close');
    cmp_ok($r->{requests}, '>', 200, "  $r->{requests} pages under load");
    return ($most, accepted() - $before);
}

for my $each (1, 2) {
    my $what = $each == 1 ? 'without a cache' : 'with a cache: data and changes';
    my $all = $each * WORKERS;

    $t->config($conf{ $each - 1 });
    my $before = accepted();
    $t->start;
    ok(Personalize::Process::until_true(10, sub { open_now() == $all }), "$what: $all connections of " . WORKERS . ' workers');
    is(accepted() - $before, $all, '  and none was made in vain');

    for my $round (1, 2) {
        my $lost = lost();
        my ($most, $made) = under_load(3, sub { kill 'KILL', $t->workers });
        cmp_ok($most, '<=', $all, "all workers are killed: at most $most are open");
        $lost = lost() - $lost;
        cmp_ok($made, '<=', $all + $lost, "  $made were made, $lost were lost");
    }
    ok(Personalize::Process::until_true(10, sub { open_now() == $all }), '  one each in the end');

    # Old workers hold theirs while they answer what they have begun.
    my $lost = lost();
    my ($most, $made) = under_load(3, sub { $t->reload });
    cmp_ok($most, '<=', 2 * $all, "a reload: at most $most are open, with those of the old workers");
    ok(Personalize::Process::until_true(10, sub { open_now() == $all }), '  one each in the end');

    # Redis goes away and comes back under load: all connect at once, and once.
    ($most, $made) = under_load(4, sub { $redis->command('CLIENT', 'KILL', 'SKIPME', 'yes') for 1 .. 3 });
    cmp_ok($most, '<=', $all, "all connections are cut three times: at most $most are open");
    ok(Personalize::Process::until_true(10, sub { open_now() == $all }), '  one each in the end');
    $t->stop;
}

$t->allow(qr/redis|exited on signal 9|signal 9/);
$t->finish;
