#!/usr/bin/perl

# Reads from a near replica, and changes: told by the replica, in the moment in which it has them,
# so that nothing is read from it before that and kept; and by the master while that is asked,
# and no longer.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Pair;
use Personalize::Process;
use Personalize::Redis;
use Personalize::Watched;

plan(skip_all => 'no redis-server') if !Personalize::Redis::available();
my $t = Personalize::Watched->new(redis => 0);
my $pair = Personalize::Pair->start($t);
my ($far, $near) = ($pair->far, $pair->near);
ok($pair->wait_in_step, 'a master and a replica');

$t->let(redis => $pair->url . ' ' . $pair->near_option);
$t->config_cached('personalize_deadline 500ms;');
$t->allow(qr/redis|connect\(\)|recv\(\)/);

sub until_true { Personalize::Process::until_true(@_) }
sub clients { my ($redis, $type) = @_; return scalar grep { / addr=127\./ } split /\n/, eval { $redis->command('CLIENT', 'LIST', 'TYPE', $type) } // '' }
sub watched { return clients($_[0], 'pubsub') }
sub asked   { return clients($_[0], 'normal') }
sub change  { my ($name) = @_; $far->visitor('ann', name => $name) }
sub all_see { $t->all_see($_[0], 'ann', \&change) }

$t->start;
ok($t->all_watch, 'two workers watch');
is(watched($near), 2, '  the replica');
all_see('at rest');
cmp_ok($near->calls('hgetall'), '>', 0, '  read from the replica');
is($far->calls('hgetall'), 0, '  not from the master');
is(asked($near), 2, '  by one connection a worker');
is(watched($far) + asked($far), 0, '  and none to the master');
my $status = $t->status->{redis}[0];
is(join(', ', map { "$_->{role} $_->{state} $_->{invalidation}" } @{ $status->{nodes} }), 'replica ready watching, master idle off',
    '  as the status page says');
is($status->{state}, 'ready', '  which is all that is needed');

# --- the replica is behind: what is read from it in that time is not kept for longer

for my $round (1 .. 5) {
    kill 'STOP', $near->{pid} if $round > 1;
    change("Late$round");
    my @pages = map { $t->get('/?as=ann') } 1 .. 3;
    kill 'CONT', $near->{pid};
    my $stop = time + 0.4;
    push @pages, $t->get('/?as=ann') while time < $stop;
    is(scalar(grep { !$_->complete } @pages), 0, "a change is on its way to the replica, and pages come: all are whole, round $round");
    is($t->shown('ann', "Late$round"), 12, '  the change is seen after that');
}
ok($t->all_watch, 'all watch');

# --- the replica goes, and comes back

$near->kill9;
change('Alone');
ok(until_true(5, sub { $t->shown('ann', 'Alone') == 12 }), 'the replica is killed: changes are seen, from the master');
ok($t->all_watch, '  which is watched');
is(watched($far), 2, '  by two connections');
all_see('without the replica');
$near->run;
ok($pair->wait_in_step, 'it is back');
ok(until_true(30, sub { watched($near) == 2 }), '  and watched, when the breaker has tried it again');
ok($t->all_watch, '  by all');
ok(until_true(5, sub { watched($far) == 0 }), '  and the master no longer');
all_see('with it');

# --- the replica has lost its master: it answers, and knows nothing of what changes

$t->shown('ann', 'Nobody');
$pair->mislead;
change('Eva');
sleep 1.1;
is($t->shown('ann', 'Eva'), 12, 'the replica has lost its master: one heartbeat later nothing old is served');
ok($t->all_watch, '  the master is watched');
all_see('out of step');
$pair->lead;
ok($pair->wait_in_step, 'it has found it again');
ok(until_true(30, sub { watched($near) == 2 && watched($far) == 0 }), '  and is watched, alone');
ok($t->all_watch, '  by all');
all_see('in step');

# --- the connections for changes are lost

$near->command('CLIENT', 'KILL', 'TYPE', 'pubsub');
change('Between');
sleep 0.1;
is($t->shown('ann', 'Between'), 12, 'the connections for changes are killed: a change is seen');
ok($t->all_watch, '  they are made again');
is(watched($far), 0, '  to the replica');
all_see('afterwards');

# --- the master is read from, and cannot be watched: what it says is shown, and not kept

my $mine = 1;
$far->command('CONFIG', 'SET', 'maxclients', $mine + 2);
$near->kill9;
change('Only');
ok(until_true(5, sub { $t->shown('ann', 'Only') == 12 }), 'the replica is killed, the master takes no more than two clients: it is read from');
is(watched($far), 0, '  and not watched');
my $before = $t->hits;
for my $n (1 .. 5) {
    change("Only$n");
    is($t->shown('ann', "Only$n"), 12, "  a change is seen at once, round $n");
}
is($t->hits - $before, 0, '  nothing comes from the cache');
$far->command('CONFIG', 'SET', 'maxclients', 100);
ok($t->all_watch(20), '  when it takes more, it is watched');
all_see('by the master alone');

# --- workers that have never seen the replica

ok($t->reload, 'a reload, with the replica down');
ok($t->all_watch(20), '  the new workers watch the master');
all_see('they too');

$t->finish;
