#!/usr/bin/perl

# Ways to run nginx (FAULTS H23, R22): several workers, one process, reuseport, accept_mutex, and
# a worker that has no connection left for Redis.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Personalize::Site;

my $conf = 'server { listen 127.0.0.1:%%port:web%%%%reuse%%; %%pz%% personalize_deadline 1s; %%admin%% }';
my $t;

sub works {
    my ($what, %o) = @_;
    my $good = Personalize::Process::until_true(5, sub { $t->welcomes($t->get('/?as=ann')) });
    my $whole = grep { my $r = $t->get('/?as=ann'); $r->complete && $t->welcomes($r) } 1 .. 20;
    ok($good && $whole == 20, $what);
}

for my $workers (1, 2, 8) {
    $t = Personalize::Site->new(workers => $workers);
    $t->let(reuse => '');
    $t->config($conf);
    $t->start;
    works("$workers workers");
    cmp_ok($t->redis->clients, '<=', $workers, '  at most one connection to Redis each');
    $t->stop;
    like($t->log, qr/\A(?:(?!\[alert\]|\[emerg\]|signal 11).)*\z/s, '  nothing alarming');
}

$t = Personalize::Site->new;
$t->let(reuse => ' reuseport');
$t->config($conf, events => 'accept_mutex on; multi_accept on;', main => "worker_shutdown_timeout 5s;\n");
$t->start;
works('reuseport');
$t->reload;
works('  after a reload');
$t->stop;

$t = Personalize::Site->new;
$t->let(reuse => '');
$t->config($conf, main => "master_process off;\n");
$t->start;
works('one process');
$t->rules('welcome.lua', $Personalize::Site::RULES =~ s/Welcome back/Hello again/r);
ok(Personalize::Process::until_true(4, sub { $t->get('/?as=ann')->body =~ /Hello again, Ann/ }), '  watches its rules');
kill 'QUIT', $t->{pid};
ok(Personalize::Process::until_true(3, sub { !$t->running }), '  and goes');
$t->stop;

# so few connections that there is none left for Redis
$t = Personalize::Site->new;
$t->let(reuse => '');
$t->config($conf, connections => 8);
$t->start;
my @open = map { eval { Personalize::Http->new($t->port('web')) } } 1 .. 6;
my $replies = 0;
for (1 .. 5) {
    my $r = eval { $t->get('/?as=ann', timeout => 3) };
    $replies++ if $r && $r->complete;
}
$_->close for grep { $_ } @open;
works('with connections for Redis again');
ok(1, "$replies replies while they were short");

$t->allow(qr/worker_connections are not enough/, qr/\[alert\].*worker_connections/);
$t->finish;
