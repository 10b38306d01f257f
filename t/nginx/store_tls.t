#!/usr/bin/perl

# Redis by TLS (FAULTS R20): who is trusted, who is not, and what a handshake that goes wrong
# costs: nothing but its own connection.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Certificates;
use Personalize::Probe;
use Personalize::Process;
use Personalize::Redis;
use Personalize::ScriptedRedis;

my $t = Personalize::Probe->new;
plan(skip_all => 'no redis-server') if !Personalize::Redis::available();
plan(skip_all => 'no openssl') if !Personalize::Certificates::available();
$t->secret('Right-Secret');

my $certs = Personalize::Certificates->new($t->dir);
my $ca = $certs->path('ca.crt');
my ($cert, $key) = $certs->issue('server', names => [ 'DNS:localhost', 'IP:127.0.0.1' ]);
my ($elsewhere, $elsewhere_key) = $certs->issue('elsewhere', names => [ 'DNS:redis.example', 'IP:192.0.2.1' ]);
my ($old, $old_key) = $certs->issue('old', names => ['DNS:localhost'], expired => 1);
my ($client, $client_key) = $certs->issue('client');
$certs->authority('other');

# The log since the last start.
my $mark = 0;
sub fresh { return substr $t->log, $mark }
sub again { $t->stop; $mark = length $t->log; $t->run(@_) }
sub told { my ($pattern) = @_; return Personalize::Process::until_true(3, sub { fresh() =~ $pattern }) }
sub lines { my ($pattern) = @_; return scalar grep { /$pattern/ } split /\n/, fresh() }

my $port = $t->port('tls');
my $redis;

# A server with this certificate; `clients`: whether it asks for theirs.
sub serve {
    my ($crt, $its_key, $clients) = @_;
    $redis->stop if $redis;
    $redis = Personalize::Redis->start($t->dir, password => 'Right-Secret', args => [
        '--tls-port', $port, '--tls-cert-file', $crt, '--tls-key-file', $its_key,
        '--tls-ca-cert-file', $ca, '--tls-auth-clients', $clients // 'no',
    ]);
}

if (!eval { serve($cert, $key) }) {
    plan(skip_all => 'this redis-server has no TLS');
}

my $url = "rediss://:Right-Secret\@localhost:$port/1";

# --- what works ---------------------------------------------------------------

$t->run($url, "ca=$ca", events => 'accept_mutex off;');
is($t->ask('t=2000', 'PING')->{text}, "+PONG\n", 'a certificate that our CA issued');
is($redis->clients, 1, '  one connection');
my $big = 'x' x 300_000;
$redis->command('SELECT', 1);
$redis->command('SET', 'big', $big);
like($t->ask('t=5000', 'GET big')->{text}, qr/^\$300000 bytes/, '  a reply of many records');
my $r = $t->burst(3000, 'window=200&c=ECHO+k%25d&t=5000');
is("$r->{ok} $r->{wrong}", '3000 0', '  and queries in a pipeline');
is($t->state->{connected}, 1, '  on that connection');

my $lost = $t->state->{lost};
$redis->command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
is($t->ask('t=2000', 'PING')->{text}, "+PONG\n", 'closed by the server: a new one') for 1 .. 2;
is($t->state->{connected}, 2, '  once');

again("rediss://:Right-Secret\@127.0.0.1:$port", "ca=$ca");
is($t->ask('t=2000', 'PING')->{text}, "+PONG\n", 'an address that the certificate names');

# A command larger than a socket's buffers while replies pour in: each side waits to write.
again($url, "ca=$ca");
$r = $t->burst(400, 'window=400&c=ECHO+' . ('y' x 6000) . '%25d&t=20000');
is("$r->{ok} $r->{wrong}", '400 0', 'much out and much in at once');

# --- who is not trusted -------------------------------------------------------

# [ what, certificate, key, URL's host, parameters, what the log says ]
my @refused = (
    [ 'a CA that is not ours', $cert, $key, 'localhost', 'ca=' . $certs->path('other.crt'),
        qr/not trusted: unable to get local issuer certificate|not trusted: self.signed/ ],
    [ 'the system\'s CAs by default', $cert, $key, 'localhost', '', qr/not trusted: / ],
    [ 'expired', $old, $old_key, 'localhost', "ca=$ca", qr/not trusted: certificate has expired/ ],
    [ 'another host\'s', $elsewhere, $elsewhere_key, 'localhost', "ca=$ca",
        qr/does not name "localhost"/ ],
    [ 'another address\'s', $elsewhere, $elsewhere_key, '127.0.0.1', "ca=$ca",
        qr/does not name "127\.0\.0\.1"/ ],
);
sleep 1.1;    # the expired one is expired now
my $running = $cert;
for my $case (@refused) {
    my ($what, $crt, $its_key, $host, $more, $says) = @$case;
    serve($crt, $its_key) if $crt ne $running;
    $running = $crt;
    $t->stop;
    my $before = $redis->calls('auth');
    again("rediss://:Right-Secret\@$host:$port/1", "$more warm");
    ok(told($says), "R20: $what");
    my $got = $t->ask('t=2000', 'PING');
    is($got->{status}, 'refused', '  no query passes');
    cmp_ok($got->{ms}, '<', 20, '  and none waits');
    is($redis->calls('auth'), $before, '  the password was not sent');
}

$redis->stop;
ok(told(qr/cannot connect, trying again \(111: Connection refused\)$/m), 'another fault comes without the reason of this one');
serve($elsewhere, $elsewhere_key);

# --- and who is all the same --------------------------------------------------

again($url, "ca=$ca name=redis.example");
is($t->ask('t=2000', 'PING')->{text}, "+PONG\n", 'name= says whom the certificate must name');
again($url, 'verify=off');
is($t->ask('t=2000', 'PING')->{text}, "+PONG\n", 'verify=off trusts anybody');

# --- the client's certificate -------------------------------------------------

serve($cert, $key, 'yes');
again($url, "ca=$ca warm");
ok(told(qr/personalize: redis .*(?:certificate required|handshake|closed the connection)/),
    'R20: a client certificate is required');
is($t->ask('t=2000', 'PING')->{status}, 'refused', '  and we have none');
again($url, "ca=$ca cert=$client key=$client_key");
is($t->ask('t=2000', 'PING')->{text}, "+PONG\n", '  and now we have');

# --- the wrong protocol at the port -------------------------------------------

again("redis://:Right-Secret\@localhost:$port", 'warm connect_timeout=500ms');
ok(told(qr/speaks TLS: write rediss:|closed the connection during the greeting/),
    'R20: TLS at a plaintext URL');
is($t->ask('t=2000', 'PING')->{status}, 'refused', '  no query passes');

my $plain = Personalize::Redis->start($t->dir, port => $t->port('plain'), path => $t->dir . '/plain.sock');
again("rediss://localhost:" . $t->port('plain'), "ca=$ca connect_timeout=300ms warm");
ok(told(qr/TLS handshake in time|TLS with the server failed/), 'R20: plaintext at a TLS URL');
my $got = $t->ask('t=2000', 'PING');
is($got->{status}, 'refused', '  no query passes');
$plain->stop;

my $alert = Personalize::ScriptedRedis->start($t->dir, sub {
    my ($c) = @_;
    $c->waiting(2);
    $c->send("\x15\x03\x01\x00\x02\x02\x46");
}, port => $t->port('alert'));
again('redis://localhost:' . $t->port('alert'), 'warm');
ok(told(qr/speaks TLS: write rediss:/), 'a TLS alert where RESP2 is expected is told by its name');
again('rediss://localhost:' . $t->port('alert'), 'warm');
ok(told(qr/TLS with the server failed.*SSL_do_handshake\(\) failed.*alert/), 'an alert in the handshake too');
is(lines(qr/SSL_do_handshake/), 1, '  with OpenSSL\'s reason, once');
$alert->stop;

my $hung = Personalize::ScriptedRedis->start($t->dir, sub { my ($c) = @_; $c->waiting(1); sleep 30 },
    port => $t->port('hung'));
again('rediss://localhost:' . $t->port('hung'), 'connect_timeout=150ms');
$got = $t->ask('t=5000', 'X');
is($got->{status}, 'closed', 'R20: a handshake that hangs');
cmp_ok($got->{ms}, '<', 1000, '  costs connect_timeout');
like(fresh(), qr/no end of the TLS handshake in time/, '  and is told');

again('rediss://localhost:' . $t->port('hung'), 'connect_timeout=20s warm');
sleep 0.2;
my @workers = $t->workers;
$t->reload;
ok(Personalize::Process::until_true(2, sub { !grep { -e "/proc/$_" } @workers }),
    'a worker that is still shaking hands leaves at once');
$hung->stop;

# --- cut off without close_notify ---------------------------------------------

# A relay in front of Redis: it passes bytes, and cuts the connection when it is told to.
my $cut = $t->dir . '/cut';
my $relay = Personalize::ScriptedRedis->start($t->dir, sub {
    my ($c) = @_;
    my $to = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port") or return;
    my $both = IO::Select->new($c->{sock}, $to);
    while (!-e $cut) {
        for my $from ($both->can_read(0.02)) {
            sysread($from, my $bytes, 65536) or return;
            syswrite($from == $to ? $c->{sock} : $to, $bytes);
        }
    }
}, port => $t->port('relay'));
my @relayed = ('rediss://:Right-Secret@localhost:' . $t->port('relay'), "ca=$ca cert=$client key=$client_key");
again(@relayed);
is($t->ask('t=2000', 'PING')->{text}, "+PONG\n", 'through a relay');
$t->write('cut', '');
sleep 0.2;
unlink $cut;
is($t->state->{state}, 'idle', 'R20: no close_notify: the end of an idle connection is no fault');
is($t->ask('t=2000', 'PING')->{text}, "+PONG\n", '  the next query makes a new one');
is(lines(qr/\[error\]/), 0, '  and nothing is in the log');
my $waiting = Personalize::Process::background('cutter', sub { sleep 0.3; $t->write('cut', '') });
$redis->freeze;
$got = $t->ask('t=5000', 'PING');
is($got->{status}, 'closed', '  with a query out it is a loss');
$redis->thaw;
unlink $cut;
$relay->stop;

# --- OpenSSL's error queue is the worker's: others must not find our errors ----

$t->stop;
serve($elsewhere, $elsewhere_key);
$t->config(<<"CONF", main => "load_module $t->{probe};\n");
    pz_probe_redis $url ca=$ca warm;
    server {
        listen 127.0.0.1:%%port:web%%;
        listen 127.0.0.1:%%port:https%% ssl;
        ssl_certificate $cert;
        ssl_certificate_key $key;
        location / { pz_probe; }
        location /page { return 200 page; }
    }
CONF
$t->start;
my $https = 'https://localhost:' . $t->port('https') . '/page';
my @pages = map { sleep 0.05; scalar `curl -sk --max-time 5 --resolve localhost:@{[ $t->port('https') ]}:127.0.0.1 $https $https` } 1 .. 30;
cmp_ok($t->state->{connect_failed}, '>=', 3, 'while handshakes with Redis fail');
is(scalar(grep { $_ ne 'pagepage' } @pages), 0, '  HTTPS of the same worker does not suffer');
is(lines(qr/ignoring stale global SSL error/), 0, '  nor finds our errors');

# --- what nginx -t says -------------------------------------------------------

$t->stop;
$t->write('nothing.pem', "no certificate\n");
$t->secret('pass-phrase-of-key');
system("cd '$t->{dir}' && openssl ec -aes128 -passout pass:pass-phrase-of-key -in $client_key -out locked.key >/dev/null 2>&1");
for my $case (
    [ 'a CA file that is not there', 'ca=%%dir%%/nowhere.pem', qr/nowhere\.pem.*No such file/s ],
    [ 'a CA file without certificates', 'ca=%%dir%%/nothing.pem', qr/cannot use ca=\S*nothing\.pem/ ],
    [ 'a certificate without key', "cert=$client", qr/cert= and key= go together/ ],
    [ 'another one\'s key', "cert=$client key=$key", qr/cannot use cert=/ ],
    [ 'a key with a pass phrase', "cert=$client key=%%dir%%/locked.key", qr/without a pass phrase/ ],
    [ 'a verify that is neither', 'verify=maybe', qr/invalid value in "verify=maybe"/ ],
    [ 'an empty name', 'name=', qr/invalid value in "name="/ ],
    [ 'a word that there is not', 'tls=on', qr/unknown parameter "tls=on"/ ],
    [ 'parameters of TLS without TLS', 'verify=off', qr/write rediss:\/\//, 'redis://127.0.0.1' ],
) {
    my ($what, $more, $says, $other) = @$case;
    $t->config('pz_probe_redis ' . ($other // $url) . " $more;", main => "load_module $t->{probe};\n");
    my ($code, $text) = $t->check;
    is($code, 1, "nginx -t: $what");
    like($text, $says, '  is told');
    like($text, qr/in \S+nginx\.conf:\d+/, '  with file and line');
    unlike($text, qr/Right-Secret|pass-phrase/, '  without a secret');
}
$t->allow(qr/\[emerg\]/);

$t->finish;
