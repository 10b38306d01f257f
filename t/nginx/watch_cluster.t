#!/usr/bin/perl

# What changes in a Redis Cluster is on the next page view, whichever node has it: while slots
# move, while a master is replaced, and by one more connection a worker and node.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Cluster;
use Personalize::Process;
use Personalize::Redis;
use Personalize::Watched;

plan(skip_all => 'no redis-server') if !Personalize::Redis::available();
my $t = Personalize::Watched->new(redis => 0);
my $c = Personalize::Cluster->start($t, args => [ '--cluster-require-full-coverage', 'no' ]);
my @masters = qw(n1 n2 n3);

# A visitor of each node.
my %who = map { $_ => ($c->key_of($_, 'pz:visitor:{v%d}') =~ /\{(.*)\}/)[0] } @masters;

$t->let(redis => $c->url('n1', 'n2', 'n3'));
$t->config_cached('personalize_deadline 2s;');

my %last;    # name of each, as the last change has it
sub until_true { Personalize::Process::until_true(@_) }

# A change of each visitor is seen, and what is seen comes from the cache then.
sub all_is_well {
    my ($what) = @_;
    for my $at (@masters) {
        $t->all_see("$what, of $at", $who{$at}, sub { $c->visitor($who{$at}, name => $last{$at} = $_[0]) });
    }
}

$t->start;
ok($t->all_watch, 'two workers watch three nodes') or diag(explain($t->status->{redis}), $t->log);
is(join(' ', map { $c->clients($_) } @masters), '2 2 2', 'one connection for data a worker and node');
is(join(' ', map { $c->clients($_, 'pubsub') } @masters), '2 2 2', '  and one for changes');
all_is_well('at rest');

# --- one node's connections are lost

my $flushed = $t->counted('cache', 'flushed');
$c->node('n2')->command('CLIENT', 'KILL', 'TYPE', 'pubsub');
$c->visitor($who{n2}, name => 'Missed');
sleep 0.05;
is($t->shown($who{n2}, 'Missed'), 12, 'the connections to one node are killed, a change falls between: it is seen');
ok($t->all_watch, '  they are made again');
cmp_ok($t->counted('cache', 'flushed'), '>', $flushed, '  nobody vouched: the cache began anew');
all_is_well('afterwards');

# --- FLUSHALL of one node

$c->node('n3')->command('FLUSHALL');
sleep 0.1;
is($t->shown($who{n3}, 'there'), 12, 'FLUSHALL at one node: its visitors are not known any more');
all_is_well('afterwards');

# --- slots move

my $slot = Personalize::Cluster::slot("pz:visitor:{$who{n1}}");
is($t->shown($who{n1}, $last{n1}), 12, 'a visitor whose slot will move');
$c->move_begin($slot, 'n1', 'n2');
$c->move_keys($slot, 'n1', 'n2');
$c->node('n2')->command('ASKING');
$c->node('n2')->command('HSET', "pz:visitor:{$who{n1}}", name => 'Moving');
sleep 0.1;
is($t->shown($who{n1}, 'Moving'), 12, '  a change while it moves is seen');
$c->move_end($slot, 'n1', 'n2');
$c->visitor($who{n1}, name => 'Moved');
sleep 0.1;
is($t->shown($who{n1}, 'Moved'), 12, '  a change when it has moved is seen');
all_is_well('afterwards');

# --- a reload

$flushed = $t->counted('cache', 'flushed');
ok($t->reload, 'a reload');
ok($t->all_watch, '  the new workers watch');
is($t->counted('cache', 'flushed'), $flushed, '  and go on with what is cached');
all_is_well('afterwards');

# --- a master dies

$t->allow(qr/redis|connect\(\)|recv\(\)/);
my ($dead) = grep { $_ ne 'n2' } $c->owner(Personalize::Cluster::slot("pz:visitor:{$who{n3}}"));
$c->node($dead)->kill9;
my $wrong = 0;
my $began = time;
my $new = until_true(20, sub {
    my $owner = $c->owner(Personalize::Cluster::slot("pz:visitor:{$who{n3}}"), 'n2');
    return $owner && $owner ne $dead;
});
ok($new, sprintf 'a master dies, its replica takes over after %.1f s', time - $began);
ok(until_true(10, sub {
    my $owner = $c->owner(Personalize::Cluster::slot("pz:visitor:{$who{n3}}"), 'n2');
    return defined eval { $c->node($owner)->command('HSET', "pz:visitor:{$who{n3}}", name => 'Heir') };
}), '  it takes a change');
sleep 1.1;
my @names = map { $t->get("/?as=$who{n3}") } 1 .. 12;
is(scalar(grep { $t->welcomes($_, 'Heir') || $t->untouched($_) } @names), 12, '  one heartbeat later nothing old is served');
ok($t->all_watch(15), '  all nodes are watched again') or diag(explain($t->status->{redis}));
is($t->shown($who{n3}, 'Heir'), 12, '  and the change is seen');

$t->finish;
