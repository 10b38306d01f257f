#!/usr/bin/perl

# Compressed pages (FAULTS H9): gzip, deflate and br are inflated, edited, and compressed again
# for who takes it; other codings, and data that is broken, pass as they are.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Personalize::Codec qw(gzip deflate raw_deflate brotli_stored);
use Personalize::Site;
use Personalize::Upstream;

my $t = Personalize::Site->new;
my $page = $Personalize::Site::PAGE;
my $big = $page . "<!-- \n" . join('', map { "line $_ of filler\n" } 1 .. 30000) . "-->\n";
my $fixture = "$FindBin::Bin/../pages/shop.html.br";    # by the reference encoder

my %bodies = (
    gzip         => gzip($page),
    deflate      => deflate($page),
    raw          => raw_deflate($page),
    br           => brotli_stored($page),
    members      => gzip(substr $page, 0, 100) . gzip(substr $page, 100),
    trailing     => gzip($page) . "\0" x 64,
    big_gzip     => gzip($big),
    big_br       => brotli_stored($big),
    bomb         => gzip($page . ' ' x 50_000_000),
    zstd         => "\x28\xb5\x2f\xfd" . 'opaque bytes' x 20,
    not_gzip     => $page,
    bad_middle   => do { my $b = gzip($big); substr($b, 2000, 50) = 'x' x 50; $b },
    bad_crc      => do { my $b = gzip($page); substr($b, -8, 4) = 'xxxx'; $b },
    short        => substr(gzip($big), 0, 3000),
    short_br     => substr(brotli_stored($big), 0, 70000),
    empty        => '',
    real_br      => -e $fixture ? Personalize::Nginx::slurp($fixture) : '',
);

my $origin = Personalize::Upstream->start($t->port('up'), sub {
    my ($request) = @_;
    my ($name, $coding) = $request->{path} =~ m{^/up/(\w+)/([^?]*)};
    return {
        body => $bodies{$name}, framing => 'chunked', piece => $name =~ /bomb|big/ ? 30000 : 40,
        headers => [ length $coding ? ('Content-Encoding' => $coding =~ s/\+/, /gr) : (), ETag => '"o"' ],
    };
});

$t->config(<<'CONF');
    proxy_http_version 1.1;
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 2s;
        %%admin%%
        location /up/ { proxy_pass http://127.0.0.1:%%port:up%%; }
        location /again/ {
            gzip on; gzip_min_length 1; gzip_proxied any;
            proxy_pass http://127.0.0.1:%%port:up%%/up/;
        }
        location /gunzip/ { gunzip on; proxy_pass http://127.0.0.1:%%port:up%%/up/; }
    }
CONF
$t->start;

my $applied = sub {
    my ($path, $what, $origin_page, %o) = @_;
    my $r = $t->visit("$path?as=ann", %o);
    is($r->{log}{status}, 'applied', "$what: applied");
    ok($t->welcomes($r), '  the bar is there');
    (my $rest = $r->decoded // '') =~ s/<body class="shop">\K.*?(?=\s*<h1 id="top">)//s;
    (my $same = $origin_page) =~ s/<body class="shop">\K.*?(?=\s*<h1 id="top">)//s;
    ok($rest eq $same, '  and the rest of the page');
    ok($r->complete, '  to its end');
    return $r;
};

for my $case ([ 'gzip' ], [ 'gzip', 'x-gzip' ], [ 'deflate' ], [ 'raw', 'deflate' ], [ 'br' ],
    [ 'members', 'gzip' ], [ 'trailing', 'gzip' ], [ 'gzip', 'GZIP' ])
{
    my ($name, $coding) = @$case;
    my $r = $applied->("/up/$name/" . ($coding // $name), "$name as " . ($coding // $name), $page);
    is($r->header('Content-Encoding'), undef, '  plain for a client that asked for no coding');
    is($r->header('ETag'), undef, '  without the validator of the origin');
}
$applied->('/up/big_gzip/gzip', 'a long page', $big);
$applied->('/up/big_br/br', 'a long page in br', $big);

SKIP: {
    skip 'no fixture by a real encoder', 4 if !length $bodies{real_br};
    my $r = $t->visit('/up/real_br/br?as=ann');
    is($r->{log}{status}, 'applied', 'br by the reference encoder');
    ok($t->welcomes($r), '  the bar is there');
    like($r->body, qr{</html>\s*\z}, '  to its end');
    like($r->header('Vary') // 'Accept-Encoding', qr/./, '  and Vary is sound');
}

my $r = $applied->('/again/gzip/gzip', 'for a client with gzip', $page,
    headers => [ 'Accept-Encoding' => 'gzip' ]);
is($r->header('Content-Encoding'), 'gzip', '  compressed again');
is(scalar(() = $r->all('Content-Encoding')), 1, '  once');
$r = $applied->('/gunzip/gzip/gzip', 'with nginx\'s own gunzip', $page);
is($r->header('Content-Encoding'), undef, '  plain');

# --- what cannot be read passes

for my $case ([ 'zstd', 'zstd' ], [ 'gzip', 'gzip+br' ], [ 'gzip', 'compress' ], [ 'not_gzip', 'unheard-of' ]) {
    my ($name, $coding) = @$case;
    $r = $t->visit("/up/$name/$coding?as=ann");
    is($r->{log}{status}, 'encoding', "Content-Encoding: $coding is left alone");
    ok($r->body eq $bodies{$name}, '  byte for byte');
    like($r->header('Content-Encoding'), qr/^\Q@{[ $coding =~ s{\+.*}{}r ]}/, '  with its header');
}
$applied->('/up/not_gzip/identity', 'Content-Encoding: identity', $page);

# --- broken data: never a page that looks complete and is not

for my $name (qw(not_gzip bad_middle short)) {
    $r = $t->visit("/up/$name/gzip?as=ann", timeout => 5);
    my $as_it_was = $r->complete && $r->body eq $bodies{$name};
    ok(!$r->complete || $as_it_was || $r->status >= 500, "$name: cut off, or as the origin sent it")
        or diag(length($r->body) . ' bytes, complete');
    is($r->{log}{status}, 'inflate', '  and the reason') if $name ne 'short';
}
$r = $t->visit('/up/short_br/br?as=ann', timeout => 5);
ok(!$r->complete || $r->body eq $bodies{short_br}, 'br cut short: cut off');
$r = $t->visit('/up/empty/gzip?as=ann', timeout => 5);
ok($r->complete && $r->body eq '', 'an empty body labelled gzip stays empty');

# --- a page of 50 MB in 50 KB of gzip costs no memory

my $before = $t->memory;
$r = $t->visit('/up/bomb/gzip?as=ann', timeout => 60);
ok($t->welcomes($r), 'a page that inflates a thousandfold');
cmp_ok(length $r->body, '>', 50_000_000, '  to its end');
cmp_ok($t->memory - $before, '<', 4000, '  in bounded memory');

$t->allow(qr/\[crit\].*inflate/);
$t->finish;
