#!/usr/bin/perl

# Reload and graceful stop (FAULTS H20): requests in flight are finished by the old worker, with
# their lookups; then it goes at once, and leaves nothing open.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Http;
use Personalize::Site;
use Personalize::Upstream;

my $t = Personalize::Site->new(link => 1);
my $page = $Personalize::Site::PAGE;

$t->rules('slot.lua', <<'LUA');
campaign "slot" {
  pages = { "/slot.html" },
  show = { coupon { at = "main", op = "append", pool = "autumn", text = "Code {{ code }}." } },
}
LUA
$t->page('slot.html', $page);
$t->redis->list('pz:coupons:{autumn}', 'C1', 'C2', 'C3');
my $origin = Personalize::Upstream->start($t->port('up'), sub {
    my ($request) = @_;
    return { body => $page, delay => 0.6 } if $request->{path} =~ /late/;
    return { body => $page, piece => 40, pause => 0.05, framing => 'chunked' };
});

$t->config(<<'CONF');
    proxy_http_version 1.1;
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 2s;
        location /up/ { proxy_pass http://127.0.0.1:%%port:up%%; }
        location /streamed/ { proxy_pass http://127.0.0.1:%%port:up%%; proxy_buffering off; }
        location /waits/ { personalize_wait access; alias %%dir%%/html/; }
    }
CONF
$t->start;
ok($t->welcomes($t->visit('/?as=ann')), 'all is well');
$t->visit('/?as=ann');

sub gone { my ($pid, $seconds) = @_; return Personalize::Process::until_true($seconds, sub { !-e "/proc/$pid" }) }

# --- an idle worker goes at once, in spite of its connection to Redis

my ($old) = $t->workers;
ok($t->reload, 'reload');
ok(gone($old, 1.5), 'the idle worker goes within a second or so');
ok($t->welcomes($t->visit('/?as=ann')), 'the new one personalizes');
is($t->redis->clients, 1, 'with one connection to Redis');

# --- with requests in flight

for my $what ('reload', 'quit') {
    $t->link->set(delay => 0.4);
    ($old) = $t->workers;

    my @open = map {
        my $c = Personalize::Http->new($t->port('web'));
        $c->send(Personalize::Http::text("$_?as=ann"));
        [ $_, $c ];
    } '/', '/slot.html', '/up/late', '/up/x', '/streamed/x', '/waits/';
    sleep 0.1;

    my $pid = $t->{pid};
    if ($what eq 'reload') {
        ok($t->reload, 'reload with requests in flight');
    } else {
        kill 'QUIT', $pid;
    }

    for (@open) {
        my ($path, $c) = @$_;
        my $r = $c->reply(timeout => 8);
        ok($r->complete && $t->welcomes($r), "$what: $path is finished, and personalized")
            or diag($r->head, $r->body);
        like($r->body, qr{Code (?:<[^>]+>)?C1\b}, '  with its slot') if $path =~ /slot/;
    }
    my $last = time();
    ok(gone($old, 2), '  then the old worker goes');
    diag(sprintf '%.2f s after the last request', time() - $last);
    $t->link->set(delay => 0);

    if ($what eq 'reload') {
        ok($t->welcomes($t->visit('/?as=ann')), '  the new one personalizes');
        next;
    }
    is(Personalize::Process::until_true(3, sub { !$t->running }) ? 1 : 0, 1, 'the master goes as well');
    $t->stop;
}

# --- a storm of reloads under traffic: no failed page, no leak

$t->start;
my $failed = 0;
for my $n (1 .. 15) {
    kill 'HUP', $t->{pid};
    for (1 .. 5) {
        my $r = eval { $t->get('/?as=ann', timeout => 5) };
        $failed++ if !$r || !$r->complete || $r->status != 200;
        sleep 0.01;
    }
}
is($failed, 0, 'no page failed under a storm of reloads');
ok(Personalize::Process::until_true(5, sub { $t->workers == 1 }), 'one worker is left');
ok($t->welcomes($t->visit('/?as=ann')), 'which personalizes');
ok(Personalize::Process::until_true(3, sub { $t->redis->clients <= 1 }), 'the others have closed their connections to Redis');

# --- Redis away while reloading; a worker that waits for the back-off must go as well

$t->link->stop;
$t->get('/?as=ann') for 1 .. 10;
($old) = $t->workers;
ok($t->reload, 'reload with Redis away');
ok(gone($old, 1.5), 'the old worker does not wait for it');
ok($t->untouched($t->visit('/?as=ann')), 'the page of the origin comes');

# --- a worker is killed: the next one works

$t->allow(qr/exited on signal 9/);
($old) = $t->workers;
kill 'KILL', $old;
ok(Personalize::Process::until_true(5, sub { my ($w) = $t->workers; $w && $w != $old }), 'a killed worker is replaced');
ok($t->untouched($t->visit('/?as=ann')), 'and pages come');

$t->finish;
