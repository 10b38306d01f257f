#!/usr/bin/perl

# Everything at once, by chance: pages of all kinds, slow and dead lookups, slots, clients that
# leave or read slowly, cut lines, reloads, edited rules.  Each page that comes is the origin's
# bytes, or those with what this visitor is to see; none is anything else, none is cut short.
#
# PZ_SEED chooses the dice, PZ_ROUNDS how often they are thrown.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Codec qw(brotli_stored);
use Personalize::Http;
use Personalize::Site;
use Personalize::Upstream;

my $seed = $ENV{PZ_SEED} // 1 + int rand 1e6;
my $rounds = $ENV{PZ_ROUNDS} // 60;
srand $seed;
diag("PZ_SEED=$seed") if $ENV{PZ_SEED} || $ENV{PZ_KEEP};

my $t = Personalize::Site->new(rules => 0, link => 1, workers => 2);
my $small = $Personalize::Site::PAGE;
my $large = $small =~ s{Hello\.}{join '', map { "<p>Line $_ of a <b>long</b> page.</p>\n" } 1 .. 8000}er;
my %pages = (small => $small, large => $large);

my $rules = <<'LUA';
campaign "bar"  { show = { header { "X-Offer", "for-{{ name }}" }, welcome_bar { text = "Welcome back, {{ name | there }}!" } } }
campaign "slot" {
  pages = { "~slot" },
  show = {
    coupon { at = "main", op = "append", pool = "autumn", text = "Code {{ code }}." },
    recommendations { at = "#related", op = "replace", strategy = "popular", count = 2 },
  },
}
LUA
$t->rules('rules.lua', $rules);
$t->redis->visitor("v$_", name => "Name$_") for 1 .. 30;
$t->redis->list('pz:coupons:{autumn}', map { "C$_" } 1 .. 100);
$t->redis->list('pz:recs:popular:all', 'P1', 'P2');
$t->redis->product($_) for 'P1', 'P2';

my $origin = Personalize::Upstream->start($t->port('up'), sub {
    my ($request) = @_;
    my ($size) = $request->{path} =~ /(small|large)/;
    return {
        body => $pages{$size}, piece => (1000, 'random', 16000)[rand 3], pause => rand() < 0.3 ? 0.0005 : 0,
        delay => rand() < 0.3 ? rand 0.1 : 0, framing => (qw(length chunked close))[rand 3],
        coding => (undef, undef, qw(gzip deflate br))[rand 5],
    };
});
for my $size (qw(small large)) {
    $t->page("$size$_.html", $pages{$size}) for '', '-slot';
}

$t->config(<<'CONF');
    proxy_cache_path %%dir%%/cache keys_zone=pages:1m;
    proxy_http_version 1.1;
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 60ms;
        %%admin%%
        location /plain/      { alias %%dir%%/html/; }
        location /sendfile/   { sendfile on; gzip on; gzip_min_length 1; alias %%dir%%/html/; }
        location /ssi/        { ssi on; gzip on; alias %%dir%%/html/; }
        location /threads/    { aio threads; output_buffers 2 4k; alias %%dir%%/html/; }
        location /proxied/    { proxy_pass http://127.0.0.1:%%port:up%%; }
        location /unbuffered/ { proxy_buffering off; gzip on; gzip_proxied any; proxy_pass http://127.0.0.1:%%port:up%%; }
        location /tiny/       { proxy_buffer_size 1k; proxy_buffers 3 1k; proxy_busy_buffers_size 1k; proxy_pass http://127.0.0.1:%%port:up%%; }
        location /cached/     { proxy_cache pages; proxy_cache_valid 200 1s; proxy_ignore_headers Vary; proxy_pass http://127.0.0.1:%%port:up%%; }
        location /waits/      { personalize_wait access; try_files /nothing /waited$uri; }
        location /waited/waits/ { alias %%dir%%/html/; }
    }
CONF
$t->start;

# What a reply is: 'applied', 'origin', or what is wrong with it.
sub judge {
    my ($reply, $size, $visitor) = @_;
    my $page = $pages{$size};

    return 'status ' . $reply->status if $reply->status != 200;
    return 'cut short after ' . length $reply->body if !$reply->complete;
    return 'origin' if $reply->body eq brotli_stored($page);    # an untouched page keeps its coding
    my $body = $reply->decoded;
    return 'not what its Content-Encoding says' if !defined $body;
    return 'origin' if $body eq $page;

    $body =~ s{(<body class="shop">).*?(?=\n<h1 id="top">)}{$1}s or return 'no bar';
    $reply->decoded =~ /Welcome back, Name$visitor!/ or return "not the page of Name$visitor";
    $body =~ s{<div class="pz-coupon".*?(?=</main>)}{}s;
    $body =~ s{<section class="pz-recs".*?</section>}{<div id="related"><p>Nothing yet.</p></div>}s;
    return $body eq $page ? 'applied' : 'other bytes than the origin\'s';
}

my @places = qw(plain sendfile ssi threads proxied unbuffered tiny cached waits);
my (%count, @wrong);

sub throw_dice {
    my @open;
    for (1 .. 3 + rand 12) {
        my $place = $places[rand @places];
        my $size = rand() < 0.6 ? 'small' : 'large';
        my $slot = $place =~ /plain|sendfile|ssi|threads/ && rand() < 0.4 ? '-slot' : '';
        my $visitor = 1 + int rand 30;
        my @coding = rand() < 0.4 ? ('Accept-Encoding' => 'gzip') : ();

        my $c = Personalize::Http->new($t->port('web'), rand() < 0.3 ? (rcvbuf => 4096) : ());
        $c->send(Personalize::Http::text("/$place/$size$slot.html?as=v$visitor", headers => \@coding));
        push @open, [ $c, $size, $visitor, "$place/$size$slot" . (@coding ? ' gzip' : '') ];
        sleep rand 0.01 if rand() < 0.3;
    }

    my $event = rand;
    $t->link->set(delay => (0, 0, 0.02, 0.055, 0.06, 0.2)[rand 6]) if $event < 0.5;
    $t->link->cut if $event > 0.93;
    $t->rules('rules.lua', $rules . '-- ' . 'x' x rand(50) . "\n") if $event > 0.85 && $event < 0.93;
    kill 'HUP', $t->{pid} if $event > 0.8 && $event < 0.85;

    for (@open) {
        my ($c, $size, $visitor, $what) = @$_;
        if (rand() < 0.15) {
            sysread $c->{sock}, my $some, 1 + rand 50_000 if rand() < 0.5;
            rand() < 0.5 ? $c->reset : $c->close;
            $count{left}++;
            next;
        }
        my $verdict = judge($c->reply(timeout => 15), $size, $visitor);
        $count{$verdict}++;
        push @wrong, "$what: $verdict" if $verdict !~ /^(applied|origin)$/;
    }
}

throw_dice() for 1 .. $rounds;
is(join("\n", @wrong[0 .. ($#wrong > 9 ? 9 : $#wrong)]), '', 'each page is the origin\'s, or this visitor\'s')
    or diag("PZ_SEED=$seed");
diag(join ', ', map { "$count{$_} $_" } sort keys %count);
cmp_ok($count{applied} // 0, '>', $rounds, 'many were personalized');

$t->link->set(delay => 0);
ok(Personalize::Process::until_true(15, sub { $t->welcomes($t->get('/plain/small.html?as=v1'), 'Name1') }), 'and in the end all is well');
my $connections;
ok(Personalize::Process::until_true(10, sub { ($connections = $t->redis->clients) <= 2 }), 'with one connection to Redis a worker')
    or diag($connections);
$t->finish;
