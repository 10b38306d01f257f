#!/usr/bin/perl

# Each reason for which a page stays the origin's: it is named in $personalize_status, counted,
# and the bytes are the origin's.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Personalize::Site;
use Personalize::Upstream;

my $t = Personalize::Site->new(link => 1, workers => 1);
my $page = $Personalize::Site::PAGE;
my $wide = join '', map { "$_\0" } split //, $page;
$t->{admin} = 'admin';
my $redis = $t->redis;

my $origin = Personalize::Upstream->start($t->port('up'), sub {
    my ($request) = @_;
    my ($what) = $request->{path} =~ m{/up/(\w+)};
    my %special = (
        json    => { type => 'application/json', body => '{"a":"<body>"}' },
        untyped => { type => undef, body => $page },
        part    => { status => 206, body => substr($page, 0, 20), headers => [ 'Content-Range' => 'bytes 0-19/500' ] },
        notmod  => { status => 304, framing => 'none', type => undef },
        nobody  => { status => 204, framing => 'none', type => undef },
        moved   => { status => 302, headers => [ Location => '/x' ], body => $page },
        missing => { status => 404, body => $page },
        failed  => { status => 503, body => $page },
        reset   => { status => 205, framing => 'none' },
        notrans => { headers => [ 'Cache-Control' => 'max-age=5, No-Transform' ], body => $page },
        zstd    => { headers => [ 'Content-Encoding' => 'zstd' ], body => 'opaque' },
        utf16   => { type => 'text/html; charset=UTF-16LE', body => $wide },
        bom16   => { type => 'text/html', body => "\xff\xfe$wide" },
        jis     => { type => 'text/html; charset=iso-2022-jp', body => $page },
        utf7    => { type => 'text/html; charset=utf-7', body => $page },
        badgzip => { headers => [ 'Content-Encoding' => 'gzip' ], body => $page },
    );
    return $special{ $what // '' } || { body => $page };
});
$redis->command('SET', 'pz:visitor:{odd}', 'a string, not a hash');

$t->config(<<'CONF');
    proxy_http_version 1.1;
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 80ms;
        location /shown/ { personalize_admin; }
        location /up/ { proxy_pass http://127.0.0.1:%%port:up%%; }
        location /off/ { personalize off; alias %%dir%%/html/; }
        location /errors/ { personalize_errors on; rewrite ^/errors/(.*) /up/$1 break; proxy_pass http://127.0.0.1:%%port:up%%; }
        location /own404 { error_page 404 /index.html; return 404; }
        location /own404on { personalize_errors on; error_page 404 /index.html; return 404; }
        location /text { default_type text/html; return 200 "<html><body>returned</body></html>"; }
    }
    server { listen 127.0.0.1:%%port:admin%%; %%admin%% }
CONF
$t->start;
Personalize::Process::until_true(3, sub { $t->welcomes($t->visit('/?as=ann')) });

# The counter of a reason, from the metrics and the status page.
sub counted {
    my ($reason) = @_;
    my %metrics = $t->metrics;
    my $sum = 0;
    $sum += $metrics{$_} for grep { /="\Q$reason\E"/ && /respons|status|pages/ } keys %metrics;
    return $sum;
}

sub falls_back {
    my ($reason, $what, $path, $body, %o) = @_;
    my $before = counted($reason);
    my $r = $t->visit($path, %o);

    is($r->{log}{status}, $reason, "$what: $reason");
    ok($r->body eq $body, "  the origin's bytes") if defined $body;
    ok($r->complete, '  complete');
    is($r->header('X-Offer'), undef, '  no header of a rule') if !$o{late};    # known from the body only
    is(counted($reason), $before + 1, '  counted once') if $reason ne 'off';    # costs nothing at all
    return $r;
}

my @fetch = (bare => 1, headers => [ Accept => '*/*', 'Sec-Fetch-Dest' => 'empty' ]);
falls_back('off', 'switched off', '/off/?as=ann', $page);
falls_back('not_page', 'a fetch by a script', '/?as=ann', $page, @fetch);
falls_back('not_page', 'no Accept at all', '/?as=ann', $page, bare => 1);
falls_back('not_page', 'an iframe', '/?as=ann', $page, headers => [ 'Sec-Fetch-Dest' => 'iframe' ]);
falls_back('not_page', 'POST', '/up/x?as=ann', $page, method => 'POST', body => 'a=b');
falls_back('not_html', 'JSON', '/up/json?as=ann', '{"a":"<body>"}');
falls_back('not_html', 'no type', '/up/untyped?as=ann', $page);
falls_back('head', 'HEAD', '/?as=ann', '', method => 'HEAD');
falls_back('partial', '206', '/up/part?as=ann', substr $page, 0, 20);
falls_back('not_modified', '304', '/up/notmod?as=ann', '');
falls_back('status', '204', '/up/nobody?as=ann', '');
falls_back('status', '302', '/up/moved?as=ann', $page);
falls_back('status', '404', '/up/missing?as=ann', $page);
falls_back('status', '503', '/up/failed?as=ann', $page);
falls_back('status', 'an error page of nginx', '/nothing-here?as=ann', undef);
falls_back('status', 'an error_page', '/own404?as=ann', $page);
falls_back('no_transform', 'no-transform', '/up/notrans?as=ann', $page);
falls_back('encoding', 'zstd', '/up/zstd?as=ann', 'opaque');
falls_back('charset', 'UTF-16 by its header', '/up/utf16?as=ann', $wide);
falls_back('charset', 'UTF-16 by its BOM', '/up/bom16?as=ann', "\xff\xfe$wide", late => 1);
falls_back('charset', 'ISO-2022-JP', '/up/jis?as=ann', $page);

my $r = $t->visit('/up/badgzip?as=ann');
is($r->{log}{status}, 'inflate', 'data that is not gzip: inflate');

# --- what is a page though it may not look like one

ok($t->welcomes($t->visit('/?as=ann', bare => 1, headers => [ Accept => 'text/html' ])), 'Accept alone makes a page');
ok($t->welcomes($t->visit('/?as=ann', bare => 1, headers => [ 'Sec-Fetch-Dest' => 'document', Accept => '*/*' ])),
    'so does Sec-Fetch-Dest: document');
$r = $t->visit('/text?as=ann');
like($r->{log}{status}, qr/^(off|applied)$/, 'return 200 "html" answers before anybody is known');
like($r->body, qr{<body>.*returned</body></html>$}s, '  and is whole');
for my $path ('/errors/missing', '/errors/failed') {
    $r = $t->visit("$path?as=ann");
    is($r->{log}{status}, 'applied', "personalize_errors on: $path");
    ok($t->welcomes($r), '  with the bar');
    cmp_ok($r->status, '>=', 404, '  and its status');
}
is($t->visit('/errors/moved?as=ann')->{log}{status}, 'status', '  a redirect is no error page');
is($t->visit('/own404on?as=ann')->status, 404, 'personalize_errors with error_page');

my $before = counted('not_html') + counted('not_page');
$t->get('/shown/metrics') for 1 .. 3;
$t->get('/shown/status', bare => 1) for 1 .. 3;
is(counted('not_html') + counted('not_page'), $before, 'looking at the counters moves none');

# --- the lookup

$r = $t->visit('/?as=odd');
is($r->{log}{lookup}, 'error', 'a key of the wrong type: an error');
like($r->{log}{status}, qr/^(lookup_error|applied)$/, '  named');
ok($r->complete, '  and the page comes');
$r = $t->visit('/?as=stranger');
is($r->{log}{lookup}, 'negative', 'nobody knows this one');
ok($t->welcomes($r, 'there'), '  the page for nobody in particular');

$t->link->set(delay => 1);
falls_back('lookup_timeout', 'too slow', '/?as=ann', $page);
$t->link->set(delay => 0);
select undef, undef, undef, 1.2;
Personalize::Process::until_true(5, sub { $t->welcomes($t->visit('/?as=ann')) });

$t->link->set(delay => 1);
my $c = Personalize::Http->new($t->port('web'));
$c->send(Personalize::Http::text('/?as=ann', headers => [ 'X-Test' => 'cut' ]));
select undef, undef, undef, 0.03;
$t->link->cut;
$r = $c->reply;
ok($t->untouched($r), 'the connection is cut under the lookup: the page of the origin');
is($t->outcome('cut')->{status}, 'lookup_closed', '  lookup_closed');
$t->link->set(delay => 0);

$t->link->stop;
my %reasons;
for (1 .. 30) {
    $r = $t->visit('/?as=ann');
    $reasons{ $r->{log}{status} }++;
    fail('not the page of the origin') if !$t->untouched($r);
}
ok($reasons{lookup_refused}, 'nobody listens: lookup_refused once the breaker is open');
my @other = grep { !/^lookup_(refused|closed|timeout)$/ } sort keys %reasons;
is("@other", '', '  and nothing else');

$t->allow(qr/connect\(\)|redis|inflate/);
$t->finish;
