#!/usr/bin/perl

# Redis down, killed, frozen, cut off, with another password (FAULTS R1-R3, R6, R7, R13): pages
# come at once or at the deadline, as the origin's; then all is well again by itself.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Http;
use Personalize::Site;

my $t = Personalize::Site->new(redis => 0);
my $page = $Personalize::Site::PAGE;

my $conf = <<'CONF';
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 200ms;
        %%admin%%
        location /tcp/ {
            alias %%dir%%/html/;
            personalize_redis redis://:Right-Secret@127.0.0.1:%%port:redis%%/3;
        }
        location /wrong/ {
            alias %%dir%%/html/;
            personalize_redis redis://:Wrong-Secret@127.0.0.1:%%port:redis%%/3;
        }
    }
CONF
$t->config($conf);
$t->secret('Right-Secret', 'Wrong-Secret');
$t->allow(qr/redis|connect\(\)|recv\(\)/i);

my ($code, $out) = $t->check;
is($code, 0, 'R1: nginx -t passes with Redis down');
$t->start;

# All pages of a number of requests are the origin's; the slowest of them in seconds.
sub all_untouched {
    my ($n, $what, $path) = @_;
    my ($good, $slowest) = (0, 0);
    for (1 .. $n) {
        my $r = $t->get($path // '/?as=ann');
        $good++ if $t->untouched($r);
        $slowest = $r->ttfb if ($r->ttfb // 99) > $slowest;
    }
    is($good, $n, "$what: $n pages, all of the origin");
    return $slowest;
}

sub recovers {
    my ($seconds, $what, $path) = @_;
    my $start = time();
    ok(Personalize::Process::until_true($seconds, sub { $t->welcomes($t->get($path // '/?as=ann')) }), $what);
    diag(sprintf '%s after %.1f s', $what, time() - $start);
}

cmp_ok(all_untouched(20, 'R1: down at start'), '<', 0.19, '  and at once, not at the deadline');

my $redis = $t->{redis} = Personalize::Redis->start($t->dir);
$redis->visitor('ann', name => 'Ann');
recovers(12, 'R1: it is found when it comes');
is($redis->clients, 1, '  by one connection');

# --- R2: killed with lookups in flight

$redis->freeze;
my @open = map { my $c = Personalize::Http->new($t->port('web')); $c->send(Personalize::Http::text('/?as=ann')); $c } 1 .. 30;
sleep 0.05;
my $killed = time();
$redis->kill9;
my @replies = map { $_->reply } @open;
is(scalar(grep { $t->untouched($_) } @replies), 30, 'R2: killed under 30 lookups: 30 pages of the origin');
cmp_ok(time() - $killed, '<', 0.15, '  at once, not at the deadline');
all_untouched(10, '  and after it');
$redis->run;
$redis->visitor('ann', name => 'Ann');
recovers(12, '  it comes back');
is($redis->clients, 1, '  by one connection, not one a lookup');

# --- R3: frozen

$redis->freeze;
my $slowest = all_untouched(1, 'R3: frozen');
cmp_ok($slowest, '>=', 0.19, '  the first waits for its deadline');
cmp_ok($slowest, '<', 0.6, '  and no longer');
all_untouched(12, '  more of them');
cmp_ok(all_untouched(10, '  once the breaker is open'), '<', 0.15, '  they wait no more');
$redis->thaw;
recovers(12, '  it thaws');
my $wrong = grep { my $b = $t->get('/?as=stranger')->body; $b =~ /Welcome back, Ann!/ } 1 .. 20;
is($wrong, 0, '  and no late reply reached somebody else');

# --- R6, R7: cut and split by the line

my $link = Personalize::Link->start($t->dir, $redis, split => 1);
$t->let(redis => $link->url);
$t->config($conf);
ok($t->reload, 'R7: through a line that gives one byte at a time');
recovers(12, '  the profile is whole');
$redis->visitor('big', name => 'Big', map { ("field$_" => 'x' x 100) } 1 .. 400);
$link->set(split => 0);
my $r;
recovers(3, '  and quick again');
ok($t->welcomes($t->visit('/?as=big'), 'Big'), 'R8: a profile of 40 KB');
$redis->visitor('huge', name => 'Huge', map { ("field$_" => 'x' x 100_000) } 1 .. 30);
$r = $t->visit('/?as=huge');
ok($r->complete, 'R8, R9: a profile of 3 MB: the page comes');
ok($t->untouched($r) || $t->welcomes($r, 'Huge'), '  one way or the other');
recovers(12, '  and the next visitor is served');

my $bad = 0;
for my $n (1 .. 20) {
    $link->set(delay => 0.02);
    my $c = Personalize::Http->new($t->port('web'));
    $c->send(Personalize::Http::text('/?as=ann'));
    sleep 0.001 * $n;
    $link->cut;
    $r = $c->reply;
    $bad++ if !$t->untouched($r) && !$t->welcomes($r);
    $link->set(delay => 0);
    Personalize::Process::until_true(3, sub { $t->welcomes($t->get('/?as=ann')) }) if $n % 5 == 0;
}
is($bad, 0, 'R6: cut at twenty moments: each page is whole, with the bar or without');
$link->stop;

# --- R13: passwords

$redis->stop;
$redis->{port} = $t->port('redis');
$redis->{password} = 'Right-Secret';
$redis->run;
$redis->command('SELECT', 3);
$redis->visitor('ann', name => 'Ann');
recovers(15, 'R13: a port, a password, a database', '/tcp/?as=ann');
my $size = length $t->log;
all_untouched(30, '  a wrong password', '/wrong/?as=ann');
sleep 1;
cmp_ok(length($t->log) - $size, '<', 3000, '  is not told at each request');
cmp_ok($redis->calls('auth'), '<', 15, '  nor tried');
is(scalar(grep { /(?:Right|Wrong)-Secret/ } split /\n/, $t->get('/_personalize_admin/status')->body), 0, '  nor on the status page');

$redis->command('CONFIG', 'SET', 'requirepass', 'Another-Secret');
$redis->command('CLIENT', 'KILL', 'TYPE', 'normal');
delete $redis->{sock};
all_untouched(10, '  the password is changed under way', '/tcp/?as=ann');
$redis->{password} = 'Another-Secret';
$redis->command('CONFIG', 'SET', 'requirepass', 'Right-Secret');
recovers(15, '  and changed back', '/tcp/?as=ann');

my $descriptors = $t->descriptors;
all_untouched(5, 'wrong', '/wrong/?as=ann');
cmp_ok($t->descriptors, '<=', $descriptors + 2, 'no descriptor is left behind');

$t->finish;
