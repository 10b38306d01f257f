#!/usr/bin/perl

# Reads from a near replica, and changes: told by the replica, in the moment in which it has them,
# so that nothing is read from it before that and kept; and by the master where that is asked.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Process;
use Personalize::Redis;
use Personalize::Site;

plan(skip_all => 'no redis-server') if !Personalize::Redis::available();
my $t = Personalize::Site->new(workers => 2, redis => 0);

sub redis {
    my ($name, @args) = @_;
    mkdir "$t->{dir}/$name";
    return Personalize::Redis->start("$t->{dir}/$name", port => $t->port($name),
        args => [ '--repl-diskless-sync-delay', 0, '--repl-ping-replica-period', 1, @args ]);
}
my $far = redis('far');
my $near = redis('near', '--replicaof', '127.0.0.1', $t->port('far'));

sub until_true { Personalize::Process::until_true(@_) }
sub in_step { return ((eval { $near->command('ROLE') } || [])->[3] // '') eq 'connected' }
sub replicates { $far->command('SET', 'beat', time); return $far->command('WAIT', 1, 1000) >= 1 }
ok(until_true(15, sub { in_step() && replicates() }), 'a master and a replica');

$t->let(redis => 'redis://127.0.0.1:' . $t->port('far') . ' near=127.0.0.1:' . $t->port('near'));
$t->config(<<'CONF');
    personalize_cache zone=v:1m ttl=10m;
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 500ms;
        %%admin%%
    }
CONF
$t->allow(qr/redis|connect\(\)|recv\(\)/);

sub shown { my ($who, $name) = @_; return scalar grep { $t->welcomes($t->get("/?as=$who"), $name) } 1 .. 12 }
sub all_watch {
    my ($seconds) = @_;
    return until_true($seconds // 8, sub {
        my %seen;
        for (1 .. 40) {
            my $status = $t->status;
            my $watch = $status->{redis}[0]{invalidation};
            return 0 if $watch->{state} ne 'watching' || !$watch->{trusted};
            $seen{ $status->{worker}{pid} }++;
        }
        return keys %seen == 2;
    });
}
sub watched { my ($redis) = @_; return scalar grep { / sub=1/ } split /\n/, eval { $redis->command('CLIENT', 'LIST') } // '' }

sub hits { my %m = $t->metrics; return $m{'personalize_cache_reads_total{outcome="profile_hit"}'} }

my $n = 0;
sub all_is_well {
    my ($what) = @_;
    $n++;
    $far->visitor('ann', name => "Ann$n");
    sleep 0.1;
    is(shown('ann', "Ann$n"), 12, "$what: a change is seen by all workers");
    my $before = hits();
    is(shown('ann', "Ann$n"), 12, '  and again');
    is(hits() - $before, 12, '  from the cache');
}

$t->start;
ok(all_watch(), 'two workers watch');
ok(until_true(5, sub { watched($near) == 2 && watched($far) == 2 }), '  the replica and the master');
all_is_well('at rest');
cmp_ok($near->calls('hgetall'), '>', 0, '  read from the replica');
is($far->calls('hgetall'), 0, '  not from the master');

# --- the replica is behind: what is read from it in that time is not kept for longer

for my $round (1 .. 5) {
    kill 'STOP', $near->{pid} if $round > 1;
    $far->visitor('ann', name => "Late$round");
    my @pages = map { $t->get('/?as=ann') } 1 .. 3;
    kill 'CONT', $near->{pid};
    my $stop = time + 0.4;
    push @pages, $t->get('/?as=ann') while time < $stop;
    is(scalar(grep { !$_->complete } @pages), 0, "a change is on its way to the replica, and pages come: all are whole, round $round");
    is(shown('ann', "Late$round"), 12, '  the change is seen after that');
}
ok(all_watch(), 'all watch');

# --- the replica goes, and comes back

$near->kill9;
$far->visitor('ann', name => 'Alone');
ok(until_true(5, sub { shown('ann', 'Alone') == 12 }), 'the replica is killed: changes are seen, from the master');
ok(all_watch(), '  which is watched');
all_is_well('without the replica');
$near->run;
ok(until_true(15, sub { in_step() && replicates() }), 'it is back');
ok(until_true(30, sub { watched($near) == 2 }), '  and watched, when the breaker has tried it again');
ok(all_watch(), '  by all');
all_is_well('with it');

# --- the connection to one of both is lost

for my $redis ($near, $far) {
    $redis->command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    $far->visitor('ann', name => 'Between');
    sleep 0.1;
    is(shown('ann', 'Between'), 12, 'the connections for changes to one of both are killed: a change is seen');
    ok(all_watch(), '  they are made again');
    all_is_well('afterwards');
}

$t->finish;
