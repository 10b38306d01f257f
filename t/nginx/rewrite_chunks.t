#!/usr/bin/perl

# The page is the same however it arrives (FAULTS H1, H2): byte by byte, in random pieces, in
# tiny nginx buffers, framed in each way; and a page that ends anywhere goes out to its last byte.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Personalize::Site;
use Personalize::Upstream;

my $t = Personalize::Site->new(rules => 0);

# A page with what splits badly.
my $page = <<'HTML';
<!DOCTYPE html>
<html lang="th"><head><meta charset="utf-8"><title>a < b & "c" <h1>not a tag</h1></title>
<script>var s = "<h1 id='no'>" + '</h1>'; <!-- </script ><style>h1 > p { color: red }</style></head>
<body class='shop'><!-- <h1>a comment --> <!-->-->
<H1 ID=top  data-x = '>' >ร้านค้า</H1 ><p title="a>b"/>สวัสดี
<div id="related"><div><p>inner</div></div><img src=a.png alt="x"><br/>
<textarea><h1>raw</h1></textarea><main><p>Hello &amp; goodbye</main><a href="/x?a=1&b=2">link</a>
<span class="a b  c">x</span><?php h1 ?><![CDATA[ <h1> ]]></p foo="bar"><p>last</body></html>
HTML

$t->rules('edits.lua', <<'LUA');
campaign "edits" {
  show = {
    before { at = "h1", html = "<i>before {{ name }}</i>" },
    append { at = "main", html = "<b>appended</b>" },
    replace { at = "#related", html = "<div id=related>other</div>" },
    set_attr { at = "img", name = "src", value = "b.png" },
    add_class { at = "span.a", class = "d" },
    welcome_bar { text = "Welcome back, {{ name | there }}!" },
  },
}
LUA

my $origin = Personalize::Upstream->start($t->port('up'), sub {
    my ($request) = @_;
    my %how = map { split /=/, $_, 2 } split /&/, ($request->{path} =~ /\?(.*)/)[0] // '';
    return {
        body => $how{cut} ? substr($page, 0, $how{cut}) : $page,
        piece => $how{piece}, pause => $how{pause}, framing => $how{framing}, coding => $how{coding},
    };
});
$t->page('page.html', $page);

$t->config(<<'CONF');
    proxy_http_version 1.1;
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 2s;
        keepalive_requests 10000;
        location /buffered   { proxy_pass http://127.0.0.1:%%port:up%%; }
        location /unbuffered { proxy_pass http://127.0.0.1:%%port:up%%; proxy_buffering off; }
        location /tiny       {
            proxy_pass http://127.0.0.1:%%port:up%%;
            proxy_buffering off;
            proxy_buffer_size 256;
        }
        location /small      {
            proxy_pass http://127.0.0.1:%%port:up%%;
            proxy_buffer_size 256;
            proxy_buffers 3 256;
            proxy_busy_buffers_size 256;
        }
        location /file/      { alias %%dir%%/html/; output_buffers 1 512; sendfile off; }
        location /sendfile/  { alias %%dir%%/html/; sendfile on; }
        location /aio/       { alias %%dir%%/html/; aio threads; output_buffers 2 1k; }
        location /direct/    { alias %%dir%%/html/; directio 1; output_buffers 1 512; }
        location /limited/   { alias %%dir%%/html/; limit_rate 4k; }
    }
CONF
$t->start;

my $want = $t->visit('/page.html?as=ann');
is($want->{log}{status}, 'applied', 'from a file, in one piece');
$want = $want->body;
like($want, qr{<i>before Ann</i><H1 ID=top  data-x = '>' >}, 'the edits are in it');
like($want, qr{goodbye<b>appended</b></main>|goodbye</?[^>]*>?<b>appended</b></main>}, 'at the end of an element too');
like($want, qr{<div id=related>other</div><img [^>]*b\.png}, 'and instead of one');
like($want, qr{<span class="a b +c d">}, 'and a class');
unlike($want, qr{<i>before Ann</i><h1>(?:not|raw|a comment)}, 'and nowhere in raw text');

my %ways = (
    'output_buffers of 512 bytes' => '/file/page.html?',
    'sendfile'                    => '/sendfile/page.html?',
    'aio threads'                 => '/aio/page.html?',
    'directio'                    => '/direct/page.html?',
    'limit_rate'                  => '/limited/page.html?',
);
for my $framing (qw(length chunked close)) {
    $ways{"proxied, $framing, whole"} = "/buffered?framing=$framing&";
    $ways{"proxied, $framing, byte by byte"} = "/buffered?framing=$framing&piece=1&";
    $ways{"unbuffered, $framing, byte by byte"} = "/unbuffered?framing=$framing&piece=1&pause=0.0001&";
    $ways{"unbuffered, $framing, seven bytes"} = "/unbuffered?framing=$framing&piece=7&pause=0.0001&";
    $ways{"tiny buffers, $framing"} = "/tiny?framing=$framing&piece=3&";
    $ways{"small buffers, $framing"} = "/small?framing=$framing&piece=100&";
    $ways{"unbuffered, $framing, random"} = "/unbuffered?framing=$framing&piece=random&pause=0.0005&";
}
for my $coding (qw(gzip deflate br)) {
    $ways{"$coding, byte by byte"} = "/unbuffered?framing=chunked&coding=$coding&piece=1&pause=0.0001&";
    $ways{"$coding, whole"} = "/buffered?coding=$coding&";
    $ways{"$coding, tiny buffers"} = "/small?coding=$coding&piece=13&";
}

for my $way (sort keys %ways) {
    my $r = $t->visit("$ways{$way}as=ann");
    ok($r->complete && $r->body eq $want, $way) or diag(first_difference($r->body, $want));
}

# --- every end: what is there goes out, and the rest of the edits with it; byte for byte when
# nothing can match

$t->rules('edits.lua', qq{campaign "none" { show = { before { at = "nosuchelement", html = "x" } } }\n});
Personalize::Process::until_true(4, sub { $t->get('/page.html?as=ann')->body eq $page });

my @wrong;
for my $cut (1 .. length($page) - 1) {
    my $r = $t->get("/buffered?cut=$cut&as=ann", timeout => 5);
    push @wrong, $cut if !$r->complete || $r->body ne substr $page, 0, $cut;
}
is("@wrong", '', 'cut at each byte: nothing is lost, nothing is added');
is($t->visit('/buffered?piece=1&as=ann')->body, $page, 'untouched when nothing matches');

$t->finish;

sub first_difference {
    my ($got, $wanted) = @_;
    my $n = 0;
    $n++ while $n < length $wanted && substr($got, $n, 1) eq substr($wanted, $n, 1);
    return sprintf "differs at %d of %d (%d bytes came)\n got: %s\nwant: %s", $n, length $wanted,
        length $got, substr($got, $n, 60), substr($wanted, $n, 60);
}
