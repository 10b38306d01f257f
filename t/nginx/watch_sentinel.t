#!/usr/bin/perl

# A failover by real sentinels: what was cached from the old master is not served against the new
# one, and what changes there is seen; whoever stays at the old one keeps nobody back.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Process;
use Personalize::Redis;
use Personalize::Sentinels;
use Personalize::Watched;

plan(skip_all => 'no redis-server') if !Personalize::Redis::available();
my $t = Personalize::Watched->new(redis => 0);
$t->secret('Data-Secret');
my $shop = Personalize::Sentinels->start($t, password => 'Data-Secret');
ok($shop->at_rest, 'three sentinels, a master, two replicas') or BAIL_OUT('the sentinels do not work here');

$t->let(redis => $shop->url(0));
$t->config_cached('personalize_deadline 500ms;');
$t->allow(qr/redis|connect\(\)|recv\(\)/);

sub until_true { Personalize::Process::until_true(@_) }

# A failover closes the test's own connections as well.
sub change {
    my ($at, $name) = @_;
    until_true(5, sub { defined eval { $shop->redis($at)->visitor('ann', name => $name) } }) or die "$at takes no change: $@";
    sleep 0.1;
}

$t->start;
ok($t->all_watch, 'both workers watch the master');
change('r1', 'Ann1');
is($t->shown('ann', 'Ann1'), 12, 'a change is seen');
change('r1', 'Ann2');
is($t->shown('ann', 'Ann2'), 12, '  and another');

# --- moved by hand, and back

for my $round (1 .. 2) {
    ok($shop->at_rest(20), 'all are at rest');
    my $old = $shop->master;
    ok($shop->failover, "SENTINEL FAILOVER $round");
    my $new = $shop->next_master($old);
    like($new, qr/^r/, '  another one is the master');
    change($new, "Moved$round");
    my $began = time;
    my $seen = until_true(5, sub { $t->shown('ann', "Moved$round") == 12 });
    my $took = time - $began;
    ok($seen, sprintf '  which is seen after %.1f s', $took);
    cmp_ok($took, '<', 1.6, '  a heartbeat and some');
    ok($t->all_watch(15), '  both workers watch it');
    change($new, "At$new$round");
    is($t->shown('ann', "At$new$round"), 12, '  and see its changes');
}

# --- killed

ok($shop->at_rest(20), 'all are at rest');
my $old = $shop->master;
$shop->redis($old)->kill9;
my $new = $shop->next_master($old);
like($new, qr/^r/, 'the master is killed, another takes over');
change($new, 'Heir');
sleep 1.1;
is(scalar(grep { $t->welcomes($_, 'Heir') || $t->untouched($_) } map { $t->get('/?as=ann') } 1 .. 12), 12,
    '  nothing old is served one heartbeat later');
ok($t->all_watch(15), '  both workers watch it');
is($t->shown('ann', 'Heir'), 12, '  and show the change');
change($new, 'Heir2');
is($t->shown('ann', 'Heir2'), 12, '  and the next');

# --- the old one comes back

$shop->redis($old)->run;
ok(until_true(15, sub { ((eval { $shop->redis($old)->command('ROLE') } || [''])->[0]) eq 'slave' }), 'the old one comes back as a replica');
change($new, 'Heir3');
is($t->shown('ann', 'Heir3'), 12, '  changes at the master are seen');

$t->finish;
