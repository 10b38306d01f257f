#!/usr/bin/perl

# Clients that leave (FAULTS H18, H19): before the lookup is answered, after the header, in the
# body, with the next request already sent.  Nothing leaks, nobody else notices.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes qw(sleep);

use Personalize::Http;
use Personalize::Site;
use Personalize::Upstream;

my $t = Personalize::Site->new(link => 1, rules => 0);
my $page = $Personalize::Site::PAGE;
my $long = $page =~ s{Hello\.}{join '', map { "<p>Line $_.</p>\n" } 1 .. 100000}er;

$t->rules('rules.lua', $Personalize::Site::RULES . <<'LUA');
campaign "slots" {
  pages = { "~slot" },
  show = {
    coupon { at = "main", op = "append", pool = "autumn", text = "{{ code }}" },
    recommendations { at = "#related", op = "replace", strategy = { "popular" }, count = 2 },
  },
}
LUA
$t->redis->list('pz:coupons:{autumn}', map { "C$_" } 1 .. 5000);
$t->redis->list('pz:recs:popular:all', 'P1', 'P2');
$t->redis->product($_) for 'P1', 'P2';

my $origin = Personalize::Upstream->start($t->port('up'), sub {
    my ($request) = @_;
    return { body => $long, piece => 8000, pause => 0.001, framing => 'chunked', headers => [ 'Cache-Control' => 'max-age=60' ] }
        if $request->{path} =~ /long/;
    return { body => $page, delay => 0.1 };
});
$t->page('long.html', $long);
$t->page('slot.html', $page);

$t->config(<<'CONF');
    proxy_cache_path %%dir%%/cache keys_zone=pages:1m;
    proxy_http_version 1.1;
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 1s;
        location /up/ { proxy_pass http://127.0.0.1:%%port:up%%; }
        location /unbuffered/ { proxy_pass http://127.0.0.1:%%port:up%%; proxy_buffering off; }
        location /cached/ {
            proxy_pass http://127.0.0.1:%%port:up%%;
            proxy_cache pages;
            proxy_cache_key $request_uri$arg_n;
        }
        location /kept/ { proxy_ignore_client_abort on; proxy_pass http://127.0.0.1:%%port:up%%; }
        location /waits/ { personalize_wait access; alias %%dir%%/html/; }
        location /gzip/ { gzip on; alias %%dir%%/html/; }
    }
CONF
$t->start;
ok($t->welcomes($t->visit('/?as=ann')), 'all is well');
$t->visit('/slot.html?as=ann');

my @paths = qw(/ /long.html /slot.html /up/x /up/long /unbuffered/x /unbuffered/long /cached/long /kept/x /waits/ /gzip/long.html);

# [ delay of Redis, seconds until the client goes, bytes that it reads first ]
my @ways = (
    [ 'before the lookup is answered',  0.3,  0.02, 0 ],
    [ 'as the deadline comes',          1.2,  1.0,  0 ],
    [ 'as the reply comes',             0.05, 0.05, 0 ],
    [ 'after the header',               0,    0,    200 ],
    [ 'in the middle of the body',      0,    0,    100_000 ],
);

sub abort_all {
    my ($round) = @_;
    for my $way (@ways) {
        my (undef, $delay, $wait, $bytes) = @$way;
        $t->link->set(delay => $delay);

        my @open = map {
            my $path = $_;
            my $c = Personalize::Http->new($t->port('web'), rcvbuf => 4096);
            $c->send(Personalize::Http::text("$path?as=ann&n=$round$wait$bytes", headers => [ 'Accept-Encoding' => 'gzip' ]));
            $c;
        } @paths;

        sleep $wait if $wait;
        for my $c (@open) {
            sysread $c->{sock}, my $ignored, $bytes if $bytes;
            $round % 2 ? $c->reset : $c->close;
        }
    }
    $t->link->set(delay => 0);
    sleep 1.5;    # late replies and time-outs come in
    Personalize::Process::until_true(10, sub { $t->welcomes($t->visit('/?as=ann')) });
}

abort_all(0);
my ($descriptors, $memory, @workers) = ($t->descriptors, $t->memory, $t->workers);
abort_all($_) for 1 .. 4;

is(join(' ', $t->workers), "@workers", 'the workers are those that started');
my $now;
ok(Personalize::Process::until_true(5, sub { ($now = $t->descriptors) <= $descriptors + 2 }), 'no descriptor is left behind')
    or diag("$descriptors before, $now now");
cmp_ok($t->memory, '<', $memory + 3000, 'memory is what it was');
ok($t->welcomes($t->visit('/?as=ann')), 'and pages are personalized');
ok($t->visit('/slot.html?as=ann')->body =~ />\s*C\d+|C\d+/, 'with their slots');

# half-close: the client has said all that it has to say, and waits
my $c = Personalize::Http->new($t->port('web'));
$t->link->set(delay => 0.2);
$c->send(Personalize::Http::text('/?as=ann'));
shutdown $c->{sock}, 1;
my $r = $c->reply;
ok($t->welcomes($r) || $r->body eq '', 'half-closed: the page, or as nginx does without us');
$t->link->set(delay => 0);

# pipelined: the first is aborted by nobody, the second is cut in the middle
$c = Personalize::Http->new($t->port('web'));
$c->send(Personalize::Http::text('/?as=ann', headers => [ Connection => 'keep-alive' ]) . "GET /?as=ann HT");
ok($t->welcomes($c->reply), 'half a request behind a whole one');
$c->reset;

# a slow client: its page is whole
$c = Personalize::Http->new($t->port('web'), rcvbuf => 2048);
$c->send(Personalize::Http::text('/unbuffered/long?as=ann'));
sleep 0.5;
$r = $c->reply(timeout => 30);
ok($t->welcomes($r) && $r->complete, 'a slow reader gets the whole page');
is(length($r->body) > length $long, 1, 'and not a byte less');

ok($t->welcomes($t->visit('/?as=ann')), 'all is well in the end');
$t->finish;
