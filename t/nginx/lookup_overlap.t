#!/usr/bin/perl

# The lookup runs while the upstream works: the first byte comes after the longer of the two,
# not after their sum.  And a response that is held back for the lookup arrives whole, whatever
# its kind.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Personalize::Site;
use Personalize::Upstream;

my $t = Personalize::Site->new(link => 1);
my $page = $Personalize::Site::PAGE;
my $long = $page =~ s{<p>Hello\.</p>}{join '', map { "<p>Line $_ of a long page.</p>\n" } 1 .. 60000}er;
my $slow = 0.4;

my $origin = Personalize::Upstream->start($t->port('up'), sub {
    my ($request) = @_;
    my %how = map { split /=/, $_, 2 } split /&/, ($request->{path} =~ /\?(.*)/)[0] // '';
    return {
        body => $how{long} ? $long : $page, delay => $how{delay} || 0, pause => 0.001,
        piece => $how{long} ? 16000 : 50, framing => $how{framing} || 'length', coding => $how{coding},
        status => $how{status} || 200, cut => $how{cut}, headers => [ 'X-Origin' => '1' ],
    };
});
$t->page('long.html', $long);
$t->page('ssi.html', $page =~ s{Hello\.}{<!--#include virtual="/part.html" -->}r);
$t->page('part.html', 'Hello.');
$t->write('none/none.lua', qq{campaign "none" { pages = { "/no/page" }, show = { header { "X-No", "1" } } }\n});

$t->config(<<'CONF');
    proxy_cache_path %%dir%%/cache keys_zone=pages:1m;
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 3s;
        location /gzip/      { gzip on; gzip_min_length 1; alias %%dir%%/html/; }
        location /sendfile/  { sendfile on; gzip on; gzip_min_length 1; alias %%dir%%/html/; }
        location /nothing/   {
            sendfile on; gzip on; gzip_min_length 1;
            personalize_rules %%dir%%/none;
            alias %%dir%%/html/;
        }
        location /ssi.html   { ssi on; }
        location /proxied    { proxy_pass http://127.0.0.1:%%port:up%%; proxy_http_version 1.1; }
        location /unbuffered { proxy_pass http://127.0.0.1:%%port:up%%; proxy_http_version 1.1; proxy_buffering off; }
        location /cached     {
            proxy_pass http://127.0.0.1:%%port:up%%;
            proxy_cache pages;
            proxy_cache_valid 200 1h;
        }
        location /post { proxy_pass http://127.0.0.1:%%port:up%%; }
        location /nowhere { proxy_pass http://127.0.0.1:%%port:dead%%; }
    }
CONF
$t->start;
$t->visit('/?as=ann');    # the connection is up

# --- the longer of the two

$t->link->set(delay => $slow);

my $r = $t->visit("/proxied?as=ann&delay=$slow");
ok($t->welcomes($r), 'both slow: personalized');
cmp_ok($r->ttfb, '>=', $slow * 0.95, 'after the delay');
cmp_ok($r->ttfb, '<', $slow * 1.75, 'but not after the sum of both');
diag(sprintf 'lookup and upstream of %d ms each: first byte after %d ms', $slow * 1000, $r->ttfb * 1000);

$r = $t->visit('/proxied?as=ann');
ok($t->welcomes($r), 'slow lookup, quick upstream: held, and personalized');
cmp_ok($r->ttfb, '>=', $slow * 0.95, 'after the lookup');

$t->link->set(delay => 0);
$r = $t->visit("/proxied?as=ann&delay=$slow");
cmp_ok($r->ttfb, '<', $slow * 1.75, 'quick lookup, slow upstream');
cmp_ok($r->{log}{lookup_time}, '<', $slow * 0.75, '$personalize_lookup_time is that of the lookup') if $r->{log}{lookup_time} =~ /^[\d.]+$/;

# --- every kind of response, held

$t->link->set(delay => 0.15);
my ($offered, %cases) = ('for-Ann',
    'a file'                  => '/?as=ann',
    'a long file'             => '/long.html?as=ann',
    'a file with SSI'         => '/ssi.html?as=ann',
    'gzip'                    => [ '/gzip/?as=ann', headers => [ 'Accept-Encoding' => 'gzip' ] ],
    'gzip, long'              => [ '/gzip/long.html?as=ann', headers => [ 'Accept-Encoding' => 'gzip' ] ],
    'sendfile'                => '/sendfile/?as=ann',
    'sendfile, long'          => '/sendfile/long.html?as=ann',
    'sendfile, gzip'          => [ '/sendfile/?as=ann', headers => [ 'Accept-Encoding' => 'gzip' ] ],
    'sendfile, gzip, long'    => [ '/sendfile/long.html?as=ann', headers => [ 'Accept-Encoding' => 'gzip' ] ],
    'proxied'                 => '/proxied?as=ann',
    'proxied, chunked'        => '/proxied?as=ann&framing=chunked',
    'proxied, until close'    => '/proxied?as=ann&framing=close',
    'proxied, long'           => '/proxied?as=ann&long=1&framing=chunked',
    'proxied, gzip'           => '/proxied?as=ann&coding=gzip',
    'unbuffered'              => '/unbuffered?as=ann&framing=chunked',
    'unbuffered, long'        => '/unbuffered?as=ann&long=1',
    'not cached yet'          => '/cached?as=ann',
    'cached'                  => '/cached?as=ann',
    'not cached yet, long'    => '/cached?as=ann&long=1',
    'from the cache, long'    => '/cached?as=ann&long=1',
);
for my $what (sort keys %cases) {
    my ($path, %o) = ref $cases{$what} ? @{ $cases{$what} } : $cases{$what};
    my $want = $what =~ /long/ ? $long : $page;

    $r = $t->visit($path, %o);
    ok($r->complete, "$what: complete");
    is($r->header('X-Offer'), $offered, '  with its header');
    ok($t->welcomes($r), '  with the bar');

    (my $rest = $r->decoded // '') =~ s/<body class="shop">\K.*?(?=\s*<h1 id="top">)//s;
    (my $same = $want) =~ s/<body class="shop">\K.*?(?=\s*<h1 id="top">)//s;
    ok($rest eq $same, '  and nothing else was changed')
        or diag(length($rest) . ' bytes instead of ' . length($same));
    is($r->{log}{status}, 'applied', '  applied');
}

# --- held, and then there is nothing to do

for my $coding (undef, 'gzip') {
    my $what = $coding // 'plain';
    for my $file ('', 'long.html') {
        $r = $t->visit("/nothing/$file?as=ann", headers => [ 'Accept-Encoding' => $coding ]);
        is($r->{log}{status}, 'nothing', "$what, nothing to show for /$file");
        ok($r->complete && $r->decoded eq ($file ? $long : $page), '  the bytes of the file')
            or diag(length($r->decoded // '') . ' bytes');
    }
}

# --- what is not personalized is not held up for long, and is whole

$r = $t->visit('/?as=ann', method => 'HEAD');
ok($r->complete && $r->status == 200 && $r->body eq '', 'HEAD');
is($t->visit('/proxied?as=ann&status=500')->status, 500, 'a 500 of the upstream');
is($t->visit('/nowhere?as=ann')->status, 502, 'no upstream at all');
$r = $t->visit('/proxied?as=ann&cut=100');
ok(!$r->complete, 'a page cut short stays cut short');
$r = $t->visit('/proxied?as=ann&cut=100&framing=chunked');
ok(!$r->complete, '  chunked as well');
$r = $t->visit('/?as=ann', http => '1.0');
ok($t->welcomes($r), 'HTTP/1.0');
is($r->header('Transfer-Encoding'), undef, '  without chunks');

# two requests on one connection: the second waits for nobody's lookup but its own
my $c = Personalize::Http->new($t->port('web'));
$c->send(join '', map { Personalize::Http::text("/?as=$_", headers => [ Connection => 'keep-alive' ]) } 'ann', 'bob');
ok($t->welcomes($c->reply), 'pipelined: the first');
ok($t->welcomes($c->reply, 'there'), 'pipelined: the second');

$t->link->set(delay => 0);
my $before = $t->descriptors;
$t->visit('/proxied?as=ann&long=1') for 1 .. 20;
cmp_ok($t->descriptors, '<=', $before + 2, 'no descriptor is left behind');

$t->allow(qr/connect\(\) failed .*Connection refused/);
$t->finish;
