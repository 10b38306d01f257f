#!/usr/bin/perl

# Push invalidation where reads go to a near replica: its changes count, and when it is down the
# master's; and by TLS in a cluster, where each watch has to be let in by name.

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
use Personalize::Site;

plan(skip_all => 'no redis-server') if !Personalize::Redis::available();

my $t = Personalize::Site->new(redis => 0);

sub redis {
    my ($name, @args) = @_;
    mkdir "$t->{dir}/$name";
    return Personalize::Redis->start("$t->{dir}/$name", port => $t->port($name),
        args => [ '--repl-diskless-sync-delay', 0, @args ]);
}

my $far = redis('far');
my $near = redis('near', '--replicaof', '127.0.0.1', $t->port('far'));
sub in_step { ($near->command('ROLE') || [''])->[3] eq 'connected' }
ok(Personalize::Process::until_true(10, \&in_step), 'a master and its replica');
$far->visitor('ann', name => 'Ann');
$far->command('WAIT', 1, 2000);

my $conf = <<'CONF';
    personalize_cache zone=v:1m ttl=10m;
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 2s;
        %%admin%%
    }
CONF
$t->let(redis => 'redis://127.0.0.1:' . $t->port('far') . ' near=127.0.0.1:' . $t->port('near'));
$t->config($conf)->start;

sub watch { return $t->status->{redis}[0]{invalidation} }
sub until_watched { Personalize::Process::until_true($_[0] // 8, sub { my $w = watch(); $w->{state} eq 'watching' && $w->{trusted} }) }
sub counter { my ($what) = @_; my %m = $t->metrics; return $m{$what} // 0 }
sub hits { return counter('personalize_cache_reads_total{outcome="profile_hit"}') }

# A change is seen, and what was seen comes from the cache.
sub seen {
    my ($redis, $name) = @_;
    $redis->visitor('ann', name => $name);
    my $ok = Personalize::Process::until_true(1, sub { $t->welcomes($t->get('/?as=ann'), $name) });
    my $before = hits();
    $t->get('/?as=ann') for 1 .. 3;
    return $ok && hits() - $before == 3;
}

ok(until_watched(), 'the near replica is watched') or diag(explain($t->status->{redis}), $t->log);
ok(seen($far, 'Bea'), 'a change at the master is seen once the replica has it, and then cached');
cmp_ok(counter('personalize_redis_total{event="near_query"}'), '>', 0, '  read from the replica');
is($near->calls('hgetall') > 0 && $far->calls('hgetall'), 0, '  and from nowhere else');
sub clients { my ($redis) = @_; return scalar grep { / name=/ && !/cmd=replconf| flags=S/ } split /\n/, $redis->command('CLIENT', 'LIST') }
is(clients($far) - 1, 2, 'two connections to the master: data and changes');
is(scalar(grep { / flags=P/ } split /\n/, $near->command('CLIENT', 'LIST')), 1, 'one of the replica\'s is for changes');

$near->kill9;
ok(Personalize::Process::until_true(4, sub { $t->welcomes($t->get('/?as=ann'), 'Bea') }), 'the replica is killed: the page is as it was');
ok(until_watched(5), '  the master is watched in its place');
ok(seen($far, 'Cho'), '  a change at the master is seen, and cached');
$near->run;
ok(Personalize::Process::until_true(10, \&in_step), '  the replica is back');
my $n = counter('personalize_redis_total{event="near_query"}');
ok(Personalize::Process::until_true(20, sub {
    $far->visitor('bob', name => 'Bob' . rand);
    $t->get('/?as=bob');
    return counter('personalize_redis_total{event="near_query"}') > $n;
}), '  and read from');
ok(until_watched(), '  and watched');
ok(seen($far, 'Dan'), '  a change is seen, and cached');

# Out of step: what it has is not believed, whatever it says.
$near->command('REPLICAOF', '127.0.0.1', $t->port('nobody'));
$far->visitor('ann', name => 'Eva');
ok(Personalize::Process::until_true(6, sub { $t->welcomes($t->get('/?as=ann'), 'Eva') }), 'the replica has lost its master: the change is seen all the same');
ok(until_watched(5), '  the master is watched');
ok(seen($far, 'Fay'), '  the next one at once');
$t->stop;
$_->stop for $far, $near;

# --- by TLS, in a cluster ------------------------------------------------------

SKIP: {
    skip 'no openssl', 3 if !Personalize::Certificates::available();
    my $certs = Personalize::Certificates->new($t->dir);
    my ($cert, $key) = $certs->issue('server', names => ['IP:127.0.0.1']);
    my $ca = $certs->path('ca.crt');
    my $c = eval { Personalize::Cluster->start($t, replicas => 0, tls => [
        '--tls-ca-cert-file', $ca, '--tls-auth-clients', 'no', '--tls-cert-file', $cert, '--tls-key-file', $key ]) }
        or skip 'this redis-server has no TLS', 3;
    $c->visitor('ann', name => 'Tess');
    $t->let(redis => $c->url('n1') . " ca=$ca");
    $t->config($conf)->start;
    ok(until_watched(), 'a cluster by TLS: all nodes are watched') or diag(explain($t->status->{redis}), $t->log);
    ok($t->welcomes($t->get('/?as=ann'), 'Tess'), '  and read');
    ok(seen($c, 'Uma'), '  a change is seen, and cached');
}

$t->allow(qr/redis/);
$t->finish;
