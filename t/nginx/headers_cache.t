#!/usr/bin/perl

# What caches are told (FAULTS I2, S6), and validators and ranges (H10-H13): an eligible page is
# never stored for others nor validated by the origin's validators, however the lookup ended;
# images and scripts beside it keep theirs.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Personalize::Site;
use Personalize::Upstream;

my $t = Personalize::Site->new(link => 1);
my $page = $Personalize::Site::PAGE;
my $modified = 'Sat, 03 Jan 2026 10:00:00 GMT';

my @freshness = (
    'Cache-Control'           => 'public, max-age=3600, s-maxage=7200',
    'Expires'                 => 'Thu, 31 Dec 2037 23:55:55 GMT',
    'Age'                     => '100',
    'Surrogate-Control'       => 'max-age=600',
    'CDN-Cache-Control'       => 'max-age=600',
    'Cloudflare-CDN-Cache-Control' => 'max-age=600',
    'Pragma'                  => 'cache',
);
my @validators = (ETag => '"abc"', 'Last-Modified' => $modified, 'Accept-Ranges' => 'bytes');

my $origin = Personalize::Upstream->start($t->port('up'), sub {
    my ($request) = @_;
    my $path = $request->{path};
    my %with = %{ $request->{headers} };

    my @headers = (
        @freshness, @validators,
        'X-Got-INM'   => $with{'if-none-match'} // '-',
        'X-Got-IMS'   => $with{'if-modified-since'} // '-',
        'X-Got-Range' => $with{range} // '-',
    );

    return { status => 304, headers => \@headers, type => undef, framing => 'none' }
        if $path =~ /304/ || ($with{'if-none-match'} // '') eq '"abc"';
    return { status => 206, headers => [ @headers, 'Content-Range' => 'bytes 0-9/' . length $page ], body => substr($page, 0, 10) }
        if $path =~ /206/ || $with{range};
    return { headers => \@headers, body => 'body { color: red }' x 20, type => 'text/css' } if $path =~ /css/;
    return { headers => [ @headers, 'X-Accel-Expires' => 60 ], body => $page } if $path =~ /accel/;
    return { headers => [ @headers, Trailer => 'X-Sum' ], body => $page, framing => 'chunked', trailers => "X-Sum: 42\r\n" }
        if $path =~ /trailer/;
    return { headers => \@headers, body => $page };
});

$t->page('a.svg', '<svg xmlns="http://www.w3.org/2000/svg">' . ' ' x 500 . '</svg>');
$t->page('a.css', 'p { }' x 100);
$t->config(<<'CONF');
    proxy_cache_path %%dir%%/cache keys_zone=pages:1m;
    proxy_cache_path %%dir%%/front keys_zone=front:1m;
    proxy_http_version 1.1;
    etag on;
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 100ms;
        location /up/ { proxy_pass http://127.0.0.1:%%port:up%%; }
        location /expires/ { expires 1h; add_header Cache-Control public; alias %%dir%%/html/; }
        location /forced/ { proxy_force_ranges on; proxy_pass http://127.0.0.1:%%port:up%%; }
        location /cached/ {
            proxy_pass http://127.0.0.1:%%port:up%%;
            proxy_cache pages;
            proxy_cache_valid 200 1h;
            proxy_cache_revalidate on;
            add_header X-Cache $upstream_cache_status;
        }
        location /trailers/ { add_trailer X-Sum "sum of $uri"; alias %%dir%%/html/; }
        location /ttl/ { personalize_cache_control "private, max-age=5"; alias %%dir%%/html/; }
    }
    server {
        listen 127.0.0.1:%%port:front%%;
        location / {
            proxy_pass http://127.0.0.1:%%port:web%%;
            proxy_cache front;
            proxy_cache_key $uri;
            add_header X-Front $upstream_cache_status;
        }
    }
CONF
$t->start;

sub private_ok {
    my ($r, $what, $control) = @_;
    is($r->header('Cache-Control'), $control // 'private, no-cache', "$what: Cache-Control");
    my @left = grep { defined $r->header($_) } 'Expires', 'Age', 'Surrogate-Control', 'CDN-Cache-Control',
        'Cloudflare-CDN-Cache-Control', 'X-Accel-Expires', 'Pragma', 'Last-Modified', 'Accept-Ranges';
    is("@left", '', '  nothing else speaks of freshness, validators or ranges');
    isnt($r->header('ETag') // '', '"abc"', '  nor the ETag of the origin');
}

# --- personalized, and not: the same headers

my $r = $t->visit('/up/x?as=ann');
ok($t->welcomes($r), 'a proxied page');
private_ok($r, 'applied');
is($r->header('Content-Length'), undef, '  no length of the origin');
is($r->header('Content-Type'), 'text/html; charset=utf-8', '  type and charset stay');
private_ok($t->visit('/?as=ann'), 'a file');
private_ok($t->visit('/expires/?as=ann'), '`expires` and `add_header` of the operator');
private_ok($t->visit('/ttl/?as=ann'), 'personalize_cache_control', 'private, max-age=5');
private_ok($t->visit('/up/accel?as=ann'), 'X-Accel-Expires');

$t->rules('welcome.lua', qq{campaign "none" { pages = { "/no/page" }, show = { header { "X-No", "1" } } }\n});
Personalize::Process::until_true(4, sub { !$t->welcomes($t->visit('/?as=ann')) });
$r = $t->visit('/up/x?as=ann');
is($r->{log}{status}, 'nothing', 'nobody chosen');
private_ok($r, 'nothing to show');
ok($t->untouched($r), '  and the bytes are the origin\'s');
$t->rules('welcome.lua', $Personalize::Site::RULES);
Personalize::Process::until_true(4, sub { $t->welcomes($t->visit('/?as=ann')) });

$t->link->set(delay => 2);
$r = $t->visit('/up/x?as=ann');
is($r->{log}{status}, 'lookup_timeout', 'Redis too slow');
private_ok($r, 'fail-open');
$t->link->set(delay => 0);
select undef, undef, undef, 2.2;
Personalize::Process::until_true(15, sub { $t->welcomes($t->visit('/?as=ann')) });

# --- no 304 and no range by the origin's validators, on a page

for my $case (
    [ 'If-None-Match',       'If-None-Match' => '"abc"' ],
    [ 'If-None-Match: *',    'If-None-Match' => '*' ],
    [ 'If-Modified-Since',   'If-Modified-Since' => $modified ],
    [ 'Range',               'Range' => 'bytes=0-9' ],
    [ 'several ranges',      'Range' => 'bytes=0-9,20-29' ],
    [ 'If-Range',            'Range' => 'bytes=0-9', 'If-Range' => '"abc"' ],
    [ 'If-Match',            'If-Match' => '"other"' ],
    [ 'If-Unmodified-Since', 'If-Unmodified-Since' => 'Sat, 03 Jan 2015 10:00:00 GMT' ],
) {
    my ($what, @headers) = @$case;
    for my $where ('/up/x', '/cached/x', '/', '/forced/x') {
        $r = $t->visit("$where?as=ann", headers => \@headers);
        is($r->status, 200, "$what on $where: the whole page");
        ok($t->welcomes($r), '  personalized');
        is(join('', map { $r->header("X-Got-$_") // '-' } 'INM', 'IMS', 'Range'), '---',
            '  and the origin was not asked so') if $where eq '/up/x';
    }
}
is($t->visit('/cached/x?as=ann')->header('X-Cache'), 'HIT', 'the page in the cache stays one copy for everybody');
my $etag = $t->visit('/?as=ann')->header('ETag');
is($etag, undef, 'a page has no validator that could match for somebody else') if defined $etag;

# --- images and scripts in the same location keep theirs

my @image = (bare => 1, headers => [ Accept => 'image/*,*/*', 'Sec-Fetch-Dest' => 'image' ]);
$r = $t->visit('/a.svg', @image);
my ($tag, $date) = ($r->header('ETag'), $r->header('Last-Modified'));
ok($tag && $date, 'an image has its validators');
is($r->header('Accept-Ranges'), 'bytes', '  and ranges');
is($r->{log}{status}, 'not_page', '  it is no page');

sub image { my (@h) = @_; return $t->visit('/a.svg', bare => 1, headers => [ Accept => 'image/*', @h ]) }
is(image('If-None-Match' => $tag)->status, 304, '  304 by its ETag');
is(image('If-Modified-Since' => $date)->status, 304, '  304 by its date');
is(image(Range => 'bytes=0-3')->body, '<svg', '  a range');
is(image(Range => 'bytes=0-3', 'If-Range' => $tag)->status, 206, '  If-Range');

$r = $t->visit('/up/css', bare => 1, headers => [ Accept => 'text/css' ]);
is($r->header('Cache-Control'), 'public, max-age=3600, s-maxage=7200', 'a proxied style sheet: untouched');
is($r->header('ETag'), '"abc"', '  with its ETag');
$r = $t->visit('/up/css', headers => [ 'If-None-Match' => '"abc"' ], bare => 1);
is($r->status, 304, '  and its 304');
$r = $t->visit('/up/css');
is($r->{log}{status}, 'not_html', 'a style sheet that is navigated to');
is($r->header('Cache-Control'), 'public, max-age=3600, s-maxage=7200', '  keeps its headers');

# --- what must not be touched

$r = $t->visit('/up/206?as=ann');
is($r->status, 206, 'a 206 of the origin stays');
is($r->body, substr($page, 0, 10), '  byte for byte');
is($r->{log}{status}, 'partial', '  with its reason');
$r = $t->visit('/up/304?as=ann');
is($r->status, 304, 'a 304 of the origin stays');
is($r->{log}{status}, 'not_modified', '  with its reason');

$r = $t->visit('/up/x?as=ann', method => 'HEAD');
is($r->{log}{status}, 'head', 'HEAD');
is($r->status, 200, '  status 200');
private_ok($r, 'HEAD as GET would');
is($r->header('Content-Length'), undef, '  no length that GET would not have');

$r = $t->visit('/up/trailer?as=ann');
ok($t->welcomes($r), 'an upstream that sends trailers');
for my $delay (0, 0.05) {
    $t->link->set(delay => $delay);
    $r = $t->visit('/trailers/?as=ann');
    ok($t->welcomes($r), 'a page with trailers');
    is($r->trailer('X-Sum'), 'sum of /trailers/index.html', '  keeps them');
}
$t->link->set(delay => 0);
$r = $t->visit('/up/x?as=ann', http => '1.0');
ok($t->welcomes($r), 'HTTP/1.0');
is($r->header('Transfer-Encoding'), undef, '  until the connection closes');
like($r->body, qr{</html>\s*\z}, '  whole');

# --- a shared cache in front keeps nothing

my $ann = $t->get('/up/x?as=ann', port => 'front');
my $bob = $t->get('/up/x?as=bob', port => 'front');
ok($t->welcomes($ann), 'through a cache in front: ann');
ok($t->welcomes($bob, 'there'), 'and bob, another page');
isnt($bob->header('X-Front'), 'HIT', 'which was not stored');

$t->finish;
