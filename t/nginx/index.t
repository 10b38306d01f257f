#!/usr/bin/perl

# The placement index: a page that is known is not tokenized again, and nobody can tell by what
# comes out; a page that only looks like one that is known is found out.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Process;
use Personalize::Site;
use Personalize::Upstream;

my $t = Personalize::Site->new(rules => 0, who => '$cookie_who');
$t->redis->visitor('bob', name => 'Bob <the> "second"');
$t->redis->product($_) for qw(P1 P2 P3);
$t->redis->list('pz:recs:popular:all', qw(P1 P2 P3));

$t->rules('edits.lua', <<'LUA');
campaign "edits" {
  show = {
    welcome_bar { text = "Welcome back, {{ name | there }}!" },
    before { at = "h1", html = "<i>before {{ name }}</i>" },
    append { at = "main", html = "<b>appended: สวัสดี</b>" },
    after { at = "li", html = "<em>{{ name }}</em>", limit = 2 },
    inner { at = "#inner", html = "<u>inner</u>" },
    remove { at = ".gone" },
    set_attr { at = "img", name = "src", value = "b.png" },
    add_class { at = "span.a", class = "d" },
    before { at = "nosuchelement", html = "never" },
  },
}
campaign "related" {
  pages = { "~related" },
  show = { recommendations { at = "#related", op = "replace", strategy = { "popular" }, count = 2 } },
}
campaign "personal" {
  pages = { "~personal" },
  show = { set_attr { at = "body", name = "data-name", value = "{{ name }}" } },
}
LUA

$t->write('bare/bare.lua', qq{campaign "bare" { show = { remove { at = ".gone" }, append { at = "main", html = "+" } } }\n});

# Much or little text in each of four places.
sub page {
    my ($size, $word) = @_;
    my $filler = sub { "<p class=x>" . join(' ', map { "$word$_" } 1 .. $size * 16) . "</p>\n" };
    return <<"HTML" . $filler->() . "</body></html>\n";
<!DOCTYPE html>
<html lang="th"><head><meta charset="utf-8"><title>a < b</title></head>
<body class='shop'><!-- <h1> -->
@{[ $filler->() ]}<h1 id=top>ร้านค้า</h1><ul><li>one<li>two<li>three</ul>
@{[ $filler->() ]}<div id="inner"><p>old</p></div><p class=gone>gone</p><img src=a.png alt="x"><br/>
<div id="related"><div><p>Nothing yet.</p></div></div><span class="a b  c">x</span>
@{[ $filler->() ]}<main><p>Hello</main>
HTML
}

my %page = (small => page(1, 'word'), large => page(600, 'word'), huge => page(3000, 'words'));
$page{related} = $page{'related-large'} = undef;
$page{related} = page(2, 'related');
$page{'related-large'} = page(700, 'related');
$t->page("$_.html", $page{$_}) for keys %page;
$t->page('personal.html', $page{small});
$t->page('gone.html', $page{small} =~ s{<p class=gone>gone</p>}{"<div class=gone>" . "<p>gone</p>" x 40_000 . "</div>"}er);

# The origin answers with another page of that length when it is told to.
my $origin = Personalize::Upstream->start($t->port('up'), sub {
    my ($request) = @_;
    my ($path, $query) = $request->{path} =~ m{([^/?]+)\.html(?:\?(.*))?$};
    my %how = map { split /=/, $_, 2 } map { s/%(..)/chr hex $1/ger } split /&/, $query // '';
    my $body = $page{$path};
    $body = substr(page(600, 'wordy'), 0, length $body) if $request->{headers}{'x-lie'};
    my @headers = ('X-Origin' => 1);
    push @headers, ETag => $how{etag} if defined $how{etag};
    push @headers, 'Last-Modified' => $how{date} =~ s/_/ /gr if defined $how{date};
    return { body => $body, headers => \@headers, coding => $how{coding}, framing => $how{framing},
             piece => $how{piece}, pause => $how{pause} };
});

my $locations = <<'CONF';
        personalize_deadline 2s;
        location /sendfile/ { alias %%dir%%/html/; sendfile on; }
        location /bare/     { alias %%dir%%/html/; sendfile on; personalize_rules %%dir%%/bare; }
        location /without/  { alias %%dir%%/html/; sendfile on; personalize_index off;
                              location /without/with/ { alias %%dir%%/html/; personalize_index on; } }
        location /nocache/  { alias %%dir%%/html/; sendfile on; personalize_cache off; }
        location /nopush/   { alias %%dir%%/html/; sendfile on; tcp_nopush on; }
        location /file/     { alias %%dir%%/html/; sendfile off; }
        location /tiny/     { alias %%dir%%/html/; sendfile off; output_buffers 1 512; }
        location /gzip/     { alias %%dir%%/html/; sendfile on; gzip on; gzip_min_length 1; }
        location /proxy/    { proxy_pass http://127.0.0.1:%%port:up%%/; }
        location /small/    { proxy_pass http://127.0.0.1:%%port:up%%/; proxy_buffer_size 512; proxy_buffers 4 512;
                              proxy_busy_buffers_size 512; }
        location /stream/   { proxy_pass http://127.0.0.1:%%port:up%%/; proxy_buffering off; }
        location /cached/   { proxy_pass http://127.0.0.1:%%port:up%%/; proxy_cache pages; proxy_cache_valid 200 1h; sendfile on; }
        location /cached-memory/ { proxy_pass http://127.0.0.1:%%port:up%%/; proxy_cache pages; proxy_cache_valid 200 1h; sendfile off; }
CONF
$t->config($t->expand(<<"CONF"));
    proxy_cache_path %%dir%%/cache keys_zone=pages:1m;
    personalize_cache zone=visitors:4m ttl=1h;
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        %%admin%%
        $locations
    }
    server {
        listen 127.0.0.1:%%port:off%%;
        %%pz%%
        personalize_index off;
        $locations
    }
CONF
$t->start;
$t->get("/cached/$_.html?") for keys %page;
sleep 2.3;    # until a file is of a time that is over

my $strong = 'etag=%22v1%22';

sub counts {
    my %metrics = $t->metrics;
    return { map { /^personalize_index_total\{outcome="(\w+)"\}/ ? ($1 => $metrics{$_}) : () } keys %metrics };
}

# What happened to the counts while `code` ran: "hit 1, miss 2".
sub counted(&) {
    my ($code) = @_;
    my $before = counts();
    $code->();
    my $after = counts();
    return join ', ', map { "$_ " . ($after->{$_} - $before->{$_}) }
        grep { $after->{$_} != $before->{$_} } sort keys %$after;
}

# A page view; who it is comes as a cookie, since the query is part of what names a page.
sub view {
    my ($path, $who, %o) = @_;
    return $t->get($path, %o, headers => [ @{ $o{headers} || [] }, Cookie => "who=$who" ]);
}

sub same {
    my ($r, $want, $what) = @_;
    my ($got) = $r->decoded // '';
    ok($r->complete && $got eq $want, $what) and return;
    my $n = 0;
    $n++ while $n < length $want && substr($got, $n, 1) eq substr($want, $n, 1);
    diag(sprintf "differs at %d of %d (%d bytes came)\n got: %s\nwant: %s", $n, length $want, length $got,
        substr($got, $n, 80), substr($want, $n, 80));
}

# The first visit to a file records, the second one to a URI; the others replay.  Each is what the tokenizer makes of it.
sub indexed {
    my ($path, $what, %o) = @_;
    my @headers = $o{gzip} ? ('Accept-Encoding' => 'gzip') : ();
    my %want = map { my $w = $_; ($w => view($path, $w, port => 'off')->decoded) } qw(ann bob nobody);

    ok($want{ann} =~ m{<i>before Ann</i>.*appended}s, "$what: is edited");
    my $counted = counted {
        same(view($path, "ann", headers => \@headers), $want{ann}, '  recorded');
        for my $who (qw(ann bob nobody bob)) {
            same(view($path, $who, headers => \@headers), $want{$who}, "  replayed for $who");
        }
    };
    is($counted, $o{file} ? 'hit 4, kept 1, miss 1' : 'hit 3, kept 1, miss 2', '  by the index');
}

for my $size (qw(small large huge related related-large)) {
    indexed("/sendfile/$size.html?", "$size, sendfile", file => 1);
    is(counted { view("/nopush/$size.html", "ann") }, 'hit 1', "  the same file in another location");
    indexed("/file/$size.html?", "$size, sendfile off");
    indexed("/tiny/$size.html?", "$size, small buffers") if $size ne 'huge';
    indexed("/gzip/$size.html?", "$size, gzip behind it", gzip => 1);
    indexed("/proxy/$size.html?$strong", "$size, proxied");
    indexed("/small/$size.html?$strong", "$size, proxied, small buffers") if $size ne 'huge';
    indexed("/stream/$size.html?$strong&piece=3000", "$size, proxied, unbuffered");
    indexed("/stream/$size.html?$strong&piece=3", "$size, byte by byte") if $size eq 'small';
    indexed("/proxy/$size.html?$strong&coding=gzip", "$size, compressed by the origin");
    indexed("/cached/$size.html?", "$size, from nginx's cache", file => 1);
    indexed("/cached-memory/$size.html?$strong", "$size, from nginx's cache, in memory");
}

# so little comes of the first pieces of the file that nginx waits for more before it sends
for my $visit (1 .. 2) {
    my $began = time;
    same(view('/bare/gone.html', 'ann', timeout => 8),
        $t->read('html/gone.html') =~ s{<div class=gone>.*</p></div>}{}r =~ s{(?=</main>)}{</p>+}r, "half a megabyte is taken out, $visit");
    cmp_ok(time - $began, '<', 4, '  at once');
}

# --- what is not to be kept

my @unfit = (
    'no validator'       => '/proxy/small.html?x=1',
    'a weak ETag'        => '/proxy/small.html?etag=W/%22v1%22',
    'no length'          => '/proxy/small.html?framing=chunked&etag=%22v2%22',
    "a visitor's attribute" => '/sendfile/personal.html?',
    'modified right now' => '/proxy/small.html?date=' . http_date(time + 1),
);
while (my ($what, $path) = splice @unfit, 0, 2) {
    is(counted { view($path, "ann") for 1 .. 2 }, 'unfit 2', "$what: not kept");
}
indexed('/proxy/small.html?date=' . http_date(time - 3600), 'Last-Modified and a length');

is(counted { view('/without/small.html', 'ann') }, '', 'switched off in a location');
is(counted { view('/without/with/small.html', 'ann') }, 'hit 1', '  and on again in one of it');
is(counted { view('/nocache/small.html', 'ann') }, '', 'there is none without a cache');

# --- the page has changed

my $old = (stat $t->dir . '/html/small.html')[9];
$t->page('small.html', page(1, 'fresh'));
ok(view('/sendfile/small.html', 'ann')->body =~ /before Ann.*fresh/s, 'a new file is seen at once');
is(counted { view('/sendfile/small.html', 'ann') }, 'unfit 1', '  and not kept while it may still change');
utime $old, $old, $t->dir . '/html/small.html';

# the same validators, and other bytes: shorter words, spaces at the end
{
    my $other = page(1, 'wor') . ' ' x 400;
    my $path = '/html/small.html';
    $page{small} = page(1, 'word');
    $t->page('small.html', $page{small});
    utime 1e9, 1e9, $t->dir . $path;
    indexed('/file/small.html?', 'a file with a time of long ago');

    $other = substr $other, 0, length $page{small};
    $t->page('small.html', $other);
    utime 1e9, 1e9, $t->dir . $path;
    my $want = view('/file/small.html', 'ann', port => 'off')->body;
    is(counted { same(view('/file/small.html?', 'ann'), $want, 'changed behind its time and size: right all the same') },
        'kept 1, mismatch 1', '  found out, and tokenized');
    is(counted { same(view('/file/small.html?', 'ann'), $want, '  and again') }, 'hit 1', '  from the index');
}

# an origin that lies, in pieces: the page is the origin's from there on
{
    my $path = "/stream/large.html?$strong&piece=2000&pause=0.001";
    view($path, 'ann') for 1 .. 2;
    is(counted { view($path, 'ann') }, 'hit 1', 'known');
    my $r;
    is(counted { $r = view($path, 'ann', headers => [ 'X-Lie' => 1 ]) }, 'hit 1, mismatch 1',
        'the origin sends another page under the same ETag');
    my $lie = substr page(600, 'wordy'), 0, length $page{large};
    my $got = $r->body =~ s{<div class="pz-welcome-bar".*?</div>}{}sr;
    ok($r->complete && $got eq $lie, '  from there on the page is the origin\'s');
}

# --- untouched by it: HEAD, ranges, validators

{
    my $head = view('/sendfile/large.html', 'ann', method => 'HEAD');
    is($head->status . $head->body, '200', 'HEAD');
    my $range = view('/sendfile/large.html', 'ann', headers => [ Range => 'bytes=0-99' ]);
    is($range->status, 200, 'a range of an eligible page is all of it');
    my $r = view('/sendfile/large.html', 'ann', headers => [ 'If-Modified-Since' => http_date(time + 9) =~ s/_/ /gr ]);
    is($r->status, 200, 'a validator of the origin does not count');
    is($r->header('ETag'), undef, '  and none goes out');
}

# --- alternating memory and file: no segment waits for the client's delayed acknowledgement

{
    my $http = Personalize::Http->new($t->port('web'));
    my @took;
    for (1 .. 15) {
        my $began = time;
        $http->send(Personalize::Http::text('/sendfile/large.html', cookie => 'who=ann', headers => [ Connection => 'keep-alive' ]));
        $http->reply(timeout => 5)->complete or last;
        push @took, time - $began;
    }
    is(scalar @took, 15, 'fifteen pages on one connection');
    cmp_ok((sort { $a <=> $b } @took)[10], '<', 0.035, '  none of them is held back for 40 ms');
}

# --- URIs without end

is(counted { view("/proxy/small.html?$strong&utm=$_", 'ann') for 1 .. 20 }, 'miss 20', 'what comes once is not kept');

# --- the figures

my $status = $t->status;
cmp_ok($status->{caches}[0]{index_entries} // 0, '>', 10, 'the status page tells how many pages are known');
my %metrics = $t->metrics;
is($metrics{'personalize_index_entries{zone="visitors"}'}, $status->{caches}[0]{index_entries}, '  and so do the metrics');

$t->finish;

sub http_date {
    my @t = gmtime shift;
    my @day = qw(Sun Mon Tue Wed Thu Fri Sat);
    my @month = qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec);
    return sprintf '%s,_%02d_%s_%d_%02d:%02d:%02d_GMT', $day[$t[6]], $t[3], $month[$t[4]], $t[5] + 1900, @t[2, 1, 0];
}
