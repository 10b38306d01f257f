#!/usr/bin/perl

# Push invalidation where reads of a cluster go to near replicas: those are watched, and of the
# masters none but that of a replica that is down; and by TLS, where each watch has to be let in by
# name.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Certificates;
use Personalize::Cluster;
use Personalize::Process;
use Personalize::Redis;
use Personalize::Watched;

plan(skip_all => 'no redis-server') if !Personalize::Redis::available();
my $t = Personalize::Watched->new(redis => 0);
$t->allow(qr/redis|connect\(\)|recv\(\)/);

# --- near replicas of all masters

my @masters = qw(n1 n2 n3);
my %near_of = (n1 => 'n4', n2 => 'n5', n3 => 'n6');
my $c = Personalize::Cluster->start($t, hosts => { map { $_ => '127.0.1.' . substr $_, 1 } values %near_of },
    args => [ '--repl-ping-replica-period', 1 ]);
my %who = map { $_ => ($c->key_of($_, 'pz:visitor:{v%d}') =~ /\{(.*)\}/)[0] } @masters;

sub until_true { Personalize::Process::until_true(@_) }
sub change { my ($at, $name) = @_; $c->visitor($who{$at}, name => $name) }
sub all_see {
    my ($what) = @_;
    for my $at (@masters) {
        $t->all_see("$what, of $at", $who{$at}, sub { change($at, $_[0]) });
    }
}
sub connections { my ($type) = @_; return join ' ', map { eval { $c->clients($_, $type) } // '-' } $c->names }

# A replica is told of once it has an offset of its own.
change($_, 'First') for @masters;
$c->node($_)->command('WAIT', 1, 2000) for @masters;
$c->wait_for('the nodes to tell of all replicas', 20, sub {
    for my $name ($c->names) {
        return 0 if grep { @$_ != 4 } @{ $c->node($name)->command('CLUSTER', 'SLOTS') };
    }
    return 1;
});

$t->let(redis => $c->url(values %near_of) . ' near=127.0.1.0/24');
$t->config_cached('personalize_deadline 2s;')->start;
ok($t->all_watch, 'two workers watch three near replicas') or diag(explain($t->status->{redis}), $t->log);
all_see('at rest');
sleep 2.1;
is(connections('normal'), '0 0 0 2 2 2', 'each has a connection to each near replica, and none to a master');
is(connections('pubsub'), '0 0 0 2 2 2', '  and one for changes');
my %says = map { ("$_->{role} $_->{state} $_->{invalidation}" => 1) } @{ $t->status->{redis}[0]{nodes} };
is_deeply([ sort keys %says ], [ 'master idle off', 'replica ready watching' ], '  as the status page says');

# --- a near replica is down

$c->node('n4')->kill9;
ok(until_true(5, sub { $t->shown($who{n1}, 'Nobody'); connections('pubsub') eq '2 0 0 - 2 2' }), 'one is killed: its master is watched, and no other')
    or diag(connections('pubsub'));
ok($t->all_watch, '  by all workers');
all_see('without it');
my $made = $c->accepted('n1');
$c->node('n1')->command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
ok(until_true(5, sub { $c->accepted('n1') > $made }) && $t->all_watch(5), '  connections to the master are lost: it is watched again, though nobody asks')
    or diag(explain($t->status->{redis}));
$c->node('n4')->run;
$c->wait_until_whole;
ok(until_true(30, sub { connections('pubsub') eq '0 0 0 2 2 2' }), '  it is back, and watched in its master\'s place') or diag(connections('pubsub'));
ok($t->all_watch, '  by all workers');
all_see('with it');

# --- it has lost its master

change('n1', 'Old');
sleep 0.1;
is($t->shown($who{n1}, 'Old'), 12, 'what is known');
kill 'STOP', $c->node('n4')->{pid};
change('n1', 'New');
my @pages = map { $t->get("/?as=$who{n1}") } 1 .. 4;
sleep 1.1;
push @pages, map { $t->get("/?as=$who{n1}") } 1 .. 12;
is(scalar(grep { !$_->complete } @pages), 0, 'it hangs: all pages are whole');
is(scalar(grep { $t->welcomes($_, 'Old') } @pages[4 .. $#pages]), 0, '  and one heartbeat later nothing old is served');
kill 'CONT', $c->node('n4')->{pid};
ok(until_true(30, sub { connections('pubsub') eq '0 0 0 2 2 2' }), '  it goes on, and is watched in its master\'s place') or diag(connections('pubsub'));
ok($t->all_watch, '  by all workers');
all_see('afterwards');

# --- a slot moves

my $flushed = $t->counted('cache', 'flushed');
my $slot = Personalize::Cluster::slot("pz:visitor:{$who{n1}}");
my @way = ($slot, 'n1', 'n2');
change('n1', 'Moving');
$c->node('n1')->command('WAIT', 1, 2000);
$c->move_begin(@way);
$c->move_keys(@way);
sleep 0.1;
is($t->shown($who{n1}, 'there'), 12, 'a slot moves: for the old replica its keys are gone');
$c->move_end(@way);
$c->wait_for('the old replica to know better', 20, sub { $c->owner($slot, 'n4') eq 'n2' });
sleep 1.1;
is($t->shown($who{n1}, 'Moving'), 12, '  one heartbeat after it knows better they are found');
change('n1', 'Moved');
sleep 0.1;
is($t->shown($who{n1}, 'Moved'), 12, '  a change there is seen');
ok(until_true(15, sub { my $n = $t->hits; $t->shown($who{n1}, 'Moved'); $t->hits - $n == 12 }), '  and soon kept');
all_see('at its new place');
is($t->counted('cache', 'flushed'), $flushed, '  what was cached of the others stays believed');
is(connections('pubsub'), '0 0 0 2 2 2', '  no master is watched for it') or diag(explain($t->status->{redis}));
$t->stop;

# --- by TLS

SKIP: {
    skip 'no openssl', 4 if !Personalize::Certificates::available();
    my $certs = Personalize::Certificates->new($t->dir);
    my ($cert, $key) = $certs->issue('server', names => ['IP:127.0.0.1']);
    my $ca = $certs->path('ca.crt');
    my $secure = Personalize::Watched->new(redis => 0);
    my $tls = eval { Personalize::Cluster->start($secure, replicas => 0, tls => [
        '--tls-ca-cert-file', $ca, '--tls-auth-clients', 'no', '--tls-cert-file', $cert, '--tls-key-file', $key ]) }
        or skip 'this redis-server has no TLS', 4;
    $secure->let(redis => $tls->url('n1') . " ca=$ca");
    $secure->config_cached('personalize_deadline 2s;')->start;
    ok($secure->all_watch, 'a cluster by TLS: all nodes are watched') or diag(explain($secure->status->{redis}), $secure->log);
    $secure->all_see('by TLS', 'ann', sub { $tls->visitor('ann', name => $_[0]) });
    $secure->stop;
}

$t->finish;
