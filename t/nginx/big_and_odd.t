#!/usr/bin/perl

# Odd and big input (FAULTS H2-H8): it passes through to the last byte, in bounded memory.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Personalize::Site;
use Personalize::Upstream;

my $t = Personalize::Site->new(rules => 0);
my $page = $Personalize::Site::PAGE;

$t->rules('rules.lua', <<'LUA');
campaign "odd" {
  show = {
    welcome_bar { text = "Welcome back, {{ name | there }}!" },
    append { at = "footer.last", html = "<i>found</i>" },
  },
}
LUA

my %pages = (
    empty          => [ '' ],
    blank          => [ "\n \t\n" ],
    fragment       => [ '<p>only a fragment</p>' ],
    text           => [ 'plain text that calls itself HTML' ],
    json           => [ '{"html": "<body>"}' ],
    nul            => [ "<body>a\0b<p\0x>c</p>" ],
    invalid        => [ "<body>\xff\xfe\xc0\x80\xed\xa0\x80<p>x</p>" ],
    c1             => [ "<body>\x80\x9f\xc2\x85<p>x</p>" ],
    bom            => [ "\xef\xbb\xbf$page" ],
    crlf           => [ $page =~ s/\n/\r\n/gr ],
    cr             => [ $page =~ s/\n/\r/gr ],
    no_body        => [ '<!DOCTYPE html><title>x</title><p>no body tag' ],
    two_bodies     => [ '<body class=a><p>1<body class=b><p>2' ],
    frameset       => [ '<html><frameset><frame src=x></frameset></html>' ],
    svg            => [ '<body><svg><title><p>x</p></title><![CDATA[<body>]]></svg><math><mi>y</mi></math>' ],
    template       => [ '<body><template><body class=t><h1>x</h1></template>' ],
    plaintext      => [ '<body><plaintext><footer class=last></footer>' ],
    noscript       => [ '<head><noscript><body></noscript></head><body><p>x' ],
    select         => [ '<body><select><option>1<footer class=last>x</footer></select>' ],
    script         => [ '<body><script><!--<script></script><footer class=last>--></script>' ],
    odd_tags       => [ '<body></ ><?x?><!x><a/ b><a<b><p =x><p a="1" a="2">x</p ></p/>' ],
    unclosed_tag   => [ '<body><p class="never closed' ],
    unclosed_note  => [ '<body><!-- never closed' ],
    utf32          => [ join('', map { pack 'V', ord } split //, $page), 'text/html; charset=utf-32' ],
    ebcdic         => [ "\x4c\x82\x96\x84\xa8\x6e", 'text/html; charset=ibm037' ],
    big5           => [ "<body>\xa4\xa4\xa4\xe5", 'text/html; charset=big5' ],
    unknown        => [ $page, 'text/html; charset=x-unheard-of' ],
    quoted         => [ $page, 'Text/HTML; Charset="UTF-8"' ],
    long_attribute => [ '<body><p title="' . 'x' x 3_000_000 . '">behind</p><footer class=last></footer>' ],
    attributes     => [ '<body><p ' . join(' ', map { "a$_=1" } 1 .. 200_000) . '>behind</p>' ],
    deep           => [ '<body>' . '<div>' x 200_000 . 'bottom' ],
    unclosed       => [ '<body>' . '<p>x' x 200_000 ],
    long_text      => [ '<body>' . 'text ' x 4_000_000 ],
    long_comment   => [ '<body><!--' . 'x' x 5_000_000 . '--><footer class=last></footer>' ],
    long_script    => [ '<body><script>' . 'x' x 5_000_000 . '</script><footer class=last></footer>' ],
    many_matches   => [ '<body>' . '<footer class=last></footer>' x 50_000 ],
    less_than      => [ '<body>' . '<' x 2_000_000 ],
);

my $origin = Personalize::Upstream->start($t->port('up'), sub {
    my ($request) = @_;
    my ($name) = $request->{path} =~ m{^/(\w+)};
    my ($body, $type) = @{ $pages{$name} };
    return { body => $body, type => $type // 'text/html; charset=utf-8', framing => 'chunked', piece => 16000 };
});

$t->config(<<'CONF');
    proxy_http_version 1.1;
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 1s;
        location / { proxy_pass http://127.0.0.1:%%port:up%%; }
    }
CONF
$t->start;
$t->visit('/quoted?as=ann');

# A page without what the module has put into it: the bar's block goes, and the found marks.
sub original {
    my ($body) = @_;
    $body =~ s{<i>found</i>}{}g;
    return $body;
}

my $before;
for my $name (sort { length $pages{$a}[0] <=> length $pages{$b}[0] } keys %pages) {
    my $sent = $pages{$name}[0];
    $before //= $t->memory if length $sent > 1000;

    my $r = $t->visit("/$name?as=ann", timeout => 60);
    my $got = original($r->body);
    my $status = $r->{log}{status};

    ok($r->complete && $r->status == 200, "$name: a whole reply");
    like($status, qr/^(applied|nothing|charset|memory)$/, "  $status");

    # what was put in stands in one place: what is before and behind it is the page
    my $extra = length($got) - length $sent;
    my $n = 0;
    if ($extra > 0) {
        my $low = 0;
        my $high = length $sent;
        while ($low < $high) {
            my $middle = int(($low + $high + 1) / 2);
            if (substr($got, 0, $middle) eq substr($sent, 0, $middle)) { $low = $middle } else { $high = $middle - 1 }
        }
        $n = $low;
    }
    my $same = $extra == 0 ? $got eq $sent
        : $extra > 0 && grep { substr($got, $_ + $extra) eq substr($sent, $_) } ($n > 60 ? $n - 60 : 0) .. $n;
    ok($same, '  the bytes of the origin are all there, in order')
        or diag(length($sent) . ' sent, ' . length($got) . ' came, the same up to ' . $n);
    is($extra, 0, '  untouched') if $name =~ /^(empty|json|utf32|text|blank|frameset)$/ && $status ne 'applied';
    diag("$name: $status, $extra bytes more") if $ENV{PZ_KEEP};
}
cmp_ok($t->memory - $before, '<', 6000, 'memory is bounded');

my $r = $t->visit('/plaintext?as=ann');
unlike($r->body, qr/found/, 'nothing is put behind <plaintext>');
$r = $t->visit('/script?as=ann');
unlike($r->body, qr/found/, 'nor into a script');
$r = $t->visit('/template?as=ann');
is(scalar(() = $r->body =~ /Welcome back/g), 1, 'one bar, though a template has a body too');
$r = $t->visit('/two_bodies?as=ann');
is(scalar(() = $r->body =~ /Welcome back/g), 1, 'one bar for two body tags');
$r = $t->visit('/big5?as=ann');
unlike($r->body =~ s/\xa4\xa4\xa4\xe5//r, qr/[\x80-\xff]/, 'nothing but ASCII is put into a page that is not UTF-8');

$t->finish;
