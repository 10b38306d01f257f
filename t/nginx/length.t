#!/usr/bin/perl

# Where a page ends: with a length that the origin gave, with a wrong one, and without one.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Personalize::Http;
use Personalize::Site;
use Personalize::Upstream;

my $page = $Personalize::Site::PAGE;
my $long = $page =~ s{Hello\.}{'<p>A line of text.</p>' x 3000}er;

my $t = Personalize::Site->new;
my $origin = Personalize::Upstream->start($t->port('up'), sub {
    my ($request) = @_;
    my ($what) = $request->{path} =~ m{^/(\w+)};
    my $length = length $long;

    return { body => $long } if $what eq 'whole';
    return { body => $long, framing => 'chunked' } if $what eq 'chunked';
    return { body => $long, piece => 4096, pause => 0.002 } if $what eq 'pieces';
    return { body => $long, cut => 30000 } if $what eq 'short';
    return { body => $long . 'more' x 100, framing => 'close', headers => [ 'Content-Length' => $length ] };
});

$t->page('long.html', $long);
$t->config(<<'CONF');
    proxy_cache_path %%dir%%/cache keys_zone=pages:1m;
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 2s;    # a machine that stalls is no matter here
        location /up/     { proxy_pass http://127.0.0.1:%%port:up%%/; }
        location /direct/ { proxy_pass http://127.0.0.1:%%port:up%%/; proxy_buffering off; }
        location /cached/ { proxy_pass http://127.0.0.1:%%port:up%%/; proxy_cache pages; proxy_cache_valid 1m; }
        location /gzip/   { proxy_pass http://127.0.0.1:%%port:up%%/; gzip on; gzip_proxied any; }
        location /other/  { alias %%dir%%/html/; personalize_rules %%dir%%/other; }
        location /otherup/ { proxy_pass http://127.0.0.1:%%port:up%%/; personalize_rules %%dir%%/other; }
    }
CONF
$t->write('other/none.lua', qq{campaign "none" { pages = "/none", show = { header { "X-None", "1" } } }\n});
$t->start;

# --- personalized: the end is where it was, and the connection goes on

for my $where (qw(up direct cached gzip)) {
    for my $what (qw(whole chunked pieces more)) {
        my $c = Personalize::Http->new($t->port('web'));
        my @coding = $where eq 'gzip' ? ('Accept-Encoding' => 'gzip') : ();
        for my $turn (1, 2) {
            $c->send(Personalize::Http::text("/$where/$what?as=ann", headers => [ Connection => 'keep-alive', @coding ]));
            my $r = $c->reply(timeout => 5);
            my $body = $r->decoded // '';
            ok($r->complete && $t->welcomes($r) && $body =~ m{</html>\n\z} && length $body > length $long,
                "/$where/$what, request $turn of a connection");
            is($r->header('Content-Length'), undef, '  without the length of the origin') if $turn == 1;
        }
        $c->close;
    }
}

for my $where (qw(up direct)) {
    my $r = $t->get("/$where/short?as=ann");
    ok(!$r->complete, "/$where/short: cut short, and seen to be");
}

# --- nobody touches the body: eligible all the same, so the header is that of any such page

for my $path ('/other/long.html?as=ann', '/otherup/whole?as=ann', '/otherup/pieces?as=ann', '/otherup/chunked?as=ann') {
    my $r = $t->get($path);
    is($r->header('Content-Length'), undef, "$path: untouched, without the origin's length");
    ok($r->complete && $r->body eq $long, '  every byte of it');
    is($r->header('Cache-Control'), 'private, no-cache', '  private');
}

$t->allow(qr/upstream prematurely closed|upstream sent more data/);
$t->finish;
