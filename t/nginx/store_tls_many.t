#!/usr/bin/perl

# TLS where there are several servers (FAULTS R20): with Sentinel, and in a Cluster; each is reached by
# TLS, and none is trusted without a certificate of its own.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Certificates;
use Personalize::Cluster;
use Personalize::Probe;
use Personalize::Process;
use Personalize::Redis;

my $t = Personalize::Probe->new;
plan(skip_all => 'no redis-server') if !Personalize::Redis::available();
plan(skip_all => 'no openssl') if !Personalize::Certificates::available();
$t->secret('Right-Secret');

my $certs = Personalize::Certificates->new($t->dir);
my $ca = $certs->path('ca.crt');
my ($cert, $key) = $certs->issue('server', names => [ 'DNS:localhost', 'IP:127.0.0.1' ]);
my ($common, $common_key) = $certs->issue('common', names => ['DNS:redis.shop.example']);
my @tls = ('--tls-ca-cert-file', $ca, '--tls-auth-clients', 'no');

sub with { my ($crt, $its_key) = @_; return (@tls, '--tls-cert-file', $crt, '--tls-key-file', $its_key) }

# --- Sentinel -----------------------------------------------------------------

my $running;

# One sentinel, with this certificate, that knows a master.
sub sentinel {
    my ($crt, $its_key) = @_;
    Personalize::Process::stop($running) if $running;
    mkdir "$t->{dir}/sentinel";
    $t->write('sentinel/sentinel.conf', <<"CONF");
port 0
tls-port @{[ $t->port('sentinel') ]}
tls-replication yes
tls-ca-cert-file $ca
tls-auth-clients no
tls-cert-file $crt
tls-key-file $its_key
bind 127.0.0.1
unixsocket $t->{dir}/sentinel/redis.sock
dir $t->{dir}/sentinel
sentinel monitor shop 127.0.0.1 @{[ $t->port('master') ]} 1
sentinel auth-pass shop Right-Secret
CONF
    my $self = bless { path => "$t->{dir}/sentinel/redis.sock" }, 'Personalize::Redis';
    unlink $self->{path};
    $running = Personalize::Process::spawn('sentinel', "$t->{dir}/sentinel/log", Personalize::Redis::available(),
        "$t->{dir}/sentinel/sentinel.conf", '--sentinel');
    Personalize::Process::until_true(5, sub { eval { $self->command('PING') eq 'PONG' } })
        or die "no sentinel: see $t->{dir}/sentinel/log\n";
}

mkdir "$t->{dir}/master";
my $master = eval {
    Personalize::Redis->start("$t->{dir}/master", password => 'Right-Secret',
        args => [ '--tls-port', $t->port('master'), with($cert, $key) ]);
} or plan(skip_all => 'this redis-server has no TLS');
sentinel($cert, $key);

my $at = '127.0.0.1:' . $t->port('sentinel');
my $url = "rediss-sentinel://:Right-Secret\@$at/1#shop";
$t->run($url, "ca=$ca warm");
ok($t->until_state('ready'), 'Sentinel by TLS: the master is found');
is($t->ask('t=2000', 'SET k v', 'GET k')->{text}, "+OK\n\$v\n", '  and asked by TLS');
cmp_ok($master->clients, '>=', 1, '  which is where it has to be');

my $named = $url =~ s/127\.0\.0\.1/localhost/r;
$t->again($named, "ca=$ca warm");
ok($t->until_state('ready'), 'a sentinel by its name: its certificate has to name it');

sentinel($common, $common_key);
$t->again($url, "ca=$ca warm");
ok($t->logged(qr/sentinels of shop.*does not name "127\.0\.0\.1"/), 'R20: a sentinel with another\'s certificate is not believed');
isnt($t->ask('t=300', 'GET k')->{status}, 'ok', '  and no query passes');
$t->again($url, "ca=$ca name=redis.shop.example warm");
ok(!$t->until_state('ready', 1), 'name=: the sentinel has it, the master has not');

$t->again($url =~ s/rediss/redis/r, 'warm');
isnt($t->ask('t=1500', 'GET k')->{status}, 'ok', 'without TLS nobody is reached');
$t->stop;
Personalize::Process::stop($running);
$master->stop;

# --- Cluster ------------------------------------------------------------------

my $c = Personalize::Cluster->start($t, password => 'Right-Secret', tls => [ with($cert, $key) ]);
my %key = map { $_ => $c->key_of($_, 'key:%d') } qw(n1 n2 n3);
$t->run($c->url('n2'), "ca=$ca warm");
ok($t->until_state('ready'), 'a Cluster by TLS: one seed tells of all');
for my $name (sort keys %key) {
    is($t->ask('t=2000', "SET $key{$name} v", "GET $key{$name}")->{text}, "+OK\n\$v\n", "  $name is asked");
}
is_deeply([ map { scalar grep { / addr=127/ } split /\n/, $c->node($_)->command('CLIENT', 'LIST', 'TYPE', 'normal') } qw(n1 n2 n3) ],
    [ 1, 1, 1 ], '  over one connection each');
$c->move(Personalize::Cluster::slot($key{n1}), 'n1', 'n3');
is($t->ask('t=2000', "GET $key{n1}")->{text}, "\$v\n", '  MOVED is followed, by TLS');
$t->again($c->url('n2'), 'ca=' . $certs->authority('other') . ' warm');
ok($t->logged(qr/not trusted/), 'R20: a Cluster that our CA does not know is not asked');
isnt($t->ask('t=500', "GET $key{n1}")->{status}, 'ok', '  no query passes');

$t->finish;
