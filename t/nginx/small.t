#!/usr/bin/perl

# Small pages, sendfile on: read whole into memory that the worker lends, and sent from there.  What
# a client has not taken when the call ends is the file's again: nobody ever gets another's bytes.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Process;
use Personalize::Site;

my $LENT = 131_072;    # NGX_PZ_LOAN_SIZE

my $t = Personalize::Site->new(rules => 0, link => 1, who => '$cookie_who');
$t->redis->product($_) for qw(P1 P2 P3);
$t->redis->list('pz:recs:popular:all', qw(P1 P2 P3));
$t->redis->list('pz:coupons:{autumn}', qw(C1 C2 C3));

$t->rules('edits.lua', <<'LUA');
campaign "edits" {
  show = {
    welcome_bar { text = "Welcome back, {{ name | there }}!" },
    after { at = "h2", html = "<em>{{ name }}</em>" },
    append { at = "main", html = "<b>appended: สวัสดี</b>" },
    remove { at = ".gone" },
    set_attr { at = "img", name = "src", value = "b.png" },
  },
}
campaign "related" {
  pages = { "~related" },
  show = { recommendations { at = "#related", op = "replace", strategy = { "popular" }, count = 2 } },
}
campaign "coupon" {
  pages = { "~coupon" },
  show = { coupon { at = "#related", op = "append", pool = "autumn", text = "Code {{ code }}." } },
}
LUA

# A page of so many bytes in which no line is like another page's.
sub page {
    my ($name, $size) = @_;
    my $n = 0;
    my $lines = sub { my ($bytes) = @_; my $text = ''; $text .= sprintf "<p>%s, line %06d</p>\n", $name, $n++ while length $text < $bytes; $text };
    my $head = qq{<!DOCTYPE html>\n<html lang="th"><head><meta charset="utf-8"><title>$name</title></head>\n<body>\n<h2>ร้านค้า</h2>\n};
    my $middle = qq{<div id="related"><p>Nothing yet.</p></div>\n<p class=gone>gone</p><img src=a.png><h2>$name</h2>\n};
    my $foot = "<main><p>Hello</main>\n</body></html>\n";
    my $room = $size - length($head . $middle . $foot);
    my $text = $room > 200 ? $head . $lines->($room * 0.6 - 60) . $middle . $lines->($room * 0.4 - 60) : $head . $middle;
    return $text . ' ' x ($size - length($text . $foot)) . $foot;
}

my %size = (tiny => 400, '1k' => 1024, '60k' => 61_440, '100k' => 102_400, less => $LENT - 1, even => $LENT,
    more => $LENT + 1, '300k' => 307_200, related => 50_000, coupon => 60_000, 'related-large' => 150_000, changed => 100_000,
    cut => 100_000, map({ ("client$_" => 40_000 + 3000 * $_) } 1 .. 30));
my %page = map { $_ => page($_, $size{$_}) } keys %size;
$t->page("$_.html", $page{$_}) for keys %page;

my $brotli = '/usr/lib/nginx/modules/ngx_http_brotli_filter_module.so';
$brotli = '' if !-e $brotli;

$t->let(brotli => $brotli && 'location /brotli/ { alias %%dir%%/html/; brotli on; brotli_min_length 1; }');
$t->config(<<'CONF', before => $brotli ? "load_module $brotli;\n" : '');
    personalize_cache zone=visitors:4m ttl=1h;
    personalize_deadline 2s;
    sendfile on;
    server {
        listen 127.0.0.1:%%port:web%%;
        listen 127.0.0.1:%%port:slow%% sndbuf=8k;
        %%pz%%
        %%admin%%
        location /limited/  { alias %%dir%%/html/; limit_rate 150k; }
        location /nopush/   { alias %%dir%%/html/; tcp_nopush on; }
        location /nagle/    { alias %%dir%%/html/; tcp_nodelay off; }
        location /chunk/    { alias %%dir%%/html/; sendfile_max_chunk 3000; }
        location /postpone/ { alias %%dir%%/html/; postpone_output 200000; }
        location /aio/      { alias %%dir%%/html/; aio threads; }
        location /direct/   { alias %%dir%%/html/; directio 1; }
        location /memory/   { alias %%dir%%/html/; sendfile off; output_buffers 1 512; }
        location /gzip/     { alias %%dir%%/html/; gzip on; gzip_min_length 1; }
        location /tokens/   { alias %%dir%%/html/; personalize_index off; }
        %%brotli%%
    }
    server {
        listen 127.0.0.1:%%port:h2c%% http2;
        %%pz%%
    }
    server {
        listen 127.0.0.1:%%port:off%%;
        %%pz%%
        personalize_index off;
        sendfile off;
    }
CONF
$t->start;
sleep 2.3;    # until a file is of a time that is over

sub text {
    my ($path, $who, @headers) = @_;
    return Personalize::Http::text($path, cookie => "who=$who", headers => \@headers);
}

sub view {
    my ($path, %o) = @_;
    return $t->get($path, cookie => 'who=' . ($o{who} // 'ann'), timeout => 15, %o);
}

# What the tokenizer makes of a page that nginx has read.
my %wanted;
sub wanted {
    my ($name, $who) = @_;
    $who //= 'ann';
    return $wanted{"$name $who"} //= view("/$name.html", who => $who, port => 'off')->body;
}

sub same {
    my ($r, $want, $what) = @_;
    my $got = $r->decoded // '';
    ok($r->complete && $got eq $want, $what) and return 1;
    my $n = 0;
    $n++ while $n < length $want && substr($got, $n, 1) eq substr($want, $n, 1);
    diag(sprintf "differs at %d of %d (%d bytes came)\n got: %s\nwant: %s", $n, length $want, length $got,
        substr($got, $n, 80), substr($want, $n, 80));
    return 0;
}

like(wanted('1k'), qr{Welcome back, Ann!.*<em>Ann</em>.*b\.png.*appended}s, 'the pages are edited');

# --- each size, tokenized at first, then from the index, in each way of sending

my @ways = ('', qw(tokens/ limited/ nopush/ nagle/ chunk/ postpone/ aio/ direct/ memory/ gzip/), $brotli ? 'brotli/' : ());
for my $name (qw(tiny 1k 60k 100k less even more 300k related related-large)) {
    for my $way (@ways) {
        next if $way eq 'limited/' && $name ne '100k' || $way eq 'memory/' && $size{$name} > 70_000;
        my @headers = $way eq 'gzip/' ? ('Accept-Encoding' => 'gzip') : ();
        same(view("/$way$name.html", headers => \@headers), wanted($name), "$name, $way" . ($_ ? 'once more' : 'first'))
            for 0, 1;
        same(view("/$way$name.html", headers => \@headers, who => 'nobody'), wanted($name, 'nobody'), '  somebody else');
    }
}
if ($brotli) {
    my $r = view('/brotli/60k.html', headers => [ 'Accept-Encoding' => 'br' ]);
    is($r->header('Content-Encoding'), 'br', 'brotli behind it');
    SKIP: {
        skip('no brotli command', 1) if system('brotli --version >/dev/null 2>&1');
        my $file = $t->write('html/page.br', $r->body);
        ok(`brotli -dc $file` eq wanted('60k'), '  the page is whole');
    }
}

# --- requests of other kinds

is(view('/60k.html', method => 'HEAD')->body, '', 'HEAD');
same(view('/60k.html', headers => [ Range => 'bytes=100-199' ]), wanted('60k'), 'a range of an eligible page is all of it');
same(view('/60k.html', http => '1.0'), wanted('60k'), 'HTTP/1.0');
is(view('/60k.html', bare => 1, headers => [ Accept => 'image/png', Range => 'bytes=0-9' ])->body, substr($page{'60k'}, 0, 10),
    'a range of what is no page view is one');

{
    my @names = qw(60k 1k 100k more tiny even 60k 1k);
    my $http = Personalize::Http->new($t->port('web'));
    for my $name (@names) {
        $http->send(text("/$name.html", 'ann', Connection => 'keep-alive'));
        same($http->reply, wanted($name), "one connection, $name");
    }
    $http = Personalize::Http->new($t->port('web'));
    $http->send(join '', map { text("/$_.html", 'ann', Connection => 'keep-alive') } @names);
    same($http->reply, wanted($_), "all asked for at once, $_") for @names;
}

SKIP: {
    skip('curl has no HTTP/2', 4) if `curl -V 2>&1` !~ /HTTP2/;
    for my $name (qw(1k 60k even more)) {
        my $url = 'http://127.0.0.1:' . $t->port('h2c');
        my $got = join '', map { `curl -s --http2-prior-knowledge --max-time 10 -H 'Accept: text/html' -H 'Cookie: who=ann' $url/$_.html` } ($name) x 2;
        ok($got eq wanted($name) x 2, "HTTP/2 without TLS, $name");
    }
}

# --- clients that stall, many at once: what one has not taken is not what another is sent

# So many bytes from each in turn, until all have ended: the replies.
sub sip {
    my ($bytes, @clients) = @_;
    my @replies = map { Personalize::Http::Reply->new('GET', time) } @clients;
    my $end = time + 60;
    my $left = @clients;
    while ($left && time < $end) {
        $left = 0;
        for my $n (0 .. $#clients) {
            next if $replies[$n]->complete || $replies[$n]{closed};
            $left++;
            next if !IO::Select->new($clients[$n]{sock})->can_read(0.002);
            my $got = sysread($clients[$n]{sock}, my $some, $bytes);
            $got ? $replies[$n]->feed($some) : $replies[$n]->eof;
        }
    }
    return @replies;
}

sub stalled {
    my ($path, %o) = @_;
    return Personalize::Http->new($t->port('slow'), rcvbuf => 4096)->send(text($path, $o{who} // 'ann'));
}

# Until each has got something: the page has been read, and what did not go out waits.
sub begun { IO::Select->new($_->{sock})->can_read(10) or die "nothing comes\n" for @_ }

for my $way ('', 'tokens/', 'limited/', 'chunk/') {
    my @names = map { "client$_" } 1 .. 30;
    wanted($_) for @names;
    my @clients = map { stalled("/$way$_.html") } @names;
    begun(@clients);
    view("/$_.html") for qw(60k 100k);
    my @replies = sip($way eq 'limited/' ? 20_000 : 1500, @clients);
    my @wrong = grep { !$replies[$_]->complete || $replies[$_]->body ne wanted($names[$_]) } 0 .. $#names;
    is("@wrong", '', "thirty clients, thirty pages, each read a little at a time: $way")
        or diag(map { sprintf "%s: %d of %d bytes\n", $names[$_], length $replies[$_]->body, length wanted($names[$_]) } @wrong);
}

# --- a slot that waits for Redis (no cache holds a coupon), with the page behind it

for my $way ('', 'tokens/') {
    my @want = map { wanted($_) } qw(coupon client7);
    like($want[0], qr{Code .*C1}, 'a page with a coupon');
    $t->link->set(delay => 1);
    my @clients = map { Personalize::Http->new($t->port('web'))->send(text("/${way}coupon.html", 'ann')) } 1 .. 8;
    sleep 0.2;
    my ($head) = map { sysread $_->{sock}, my $bytes, 65536; $_->{buf} = $bytes } @clients;
    like($head, qr{line 000100}, 'what is in front of it goes out');
    unlike($head, qr{Code|</html>}, '  and what is behind it waits');
    same(view("/${way}client7.html"), $want[1], '  while another page goes out');
    my @wrong = grep { $_->body ne $want[0] } map { $_->reply } @clients;
    is(scalar @wrong, 0, "  and those that wait are right when the slot is filled: $way");
    $t->link->set(delay => 0);
}

# --- the file changes under it

{
    my $want = wanted('cut');
    view('/cut.html');
    $t->allow(qr{sendfile\(\) reported that ".*/cut\.html" was truncated});
    my $client = stalled('/cut.html');
    begun($client);
    truncate $t->dir . '/html/cut.html', 20_000 or die "truncate: $!";
    my ($r) = sip(2000, $client);
    my $got = $r->{buf} =~ s/\A[0-9a-f]+\r\n//r;    # of the one chunk
    ok(!$r->complete && length $got && $got eq substr($want, 0, length $got), 'cut off while a client stalls: so is the page')
        or diag(length($got) . ' of ' . length $want);
    same(view('/60k.html'), wanted('60k'), '  and others get theirs');

    $want = wanted('changed');
    $client = stalled('/changed.html');
    begun($client);
    $t->page('changed.html', page('other', 90_000));
    ($r) = sip(2000, $client);
    same($r, $want, 'another file in its place: the page is the one that was begun');
    delete $wanted{'changed ann'};
    same(view('/changed.html'), wanted('changed'), '  and the next is the other one');
}

# --- the system calls

SKIP: {
    skip('no strace, or not root', 3) if $> || system('strace -V >/dev/null 2>&1');
    my %calls = calls('60k');
    is("@calls{qw(pread64 writev sendfile setsockopt)}", '1 1 0 0', 'a small page is read once and written once');
    %calls = calls('tokens/60k');
    is("@calls{qw(pread64 writev sendfile setsockopt)}", '1 1 0 0', '  also when it is tokenized');
    %calls = calls('300k');
    cmp_ok($calls{sendfile}, '>', 0, 'a large one leaves from its file');
}

# How often a request for the page makes which call.
sub calls {
    my ($name) = @_;
    my ($pid) = $t->workers;
    my ($out, $said) = map { $t->dir . "/$_" } qw(calls.txt strace.log);
    unlink $out, $said;
    view("/$name.html") for 1 .. 2;
    my $strace = Personalize::Process::spawn('strace', $said, 'strace', '-p', $pid, '-o', $out,
        '-e', 'trace=pread64,writev,sendfile,setsockopt');
    Personalize::Process::until_true(10, sub { Personalize::Nginx::slurp($said) =~ /attached/ }) or return;
    view("/$name.html");
    Personalize::Process::stop($strace, signal => 'INT');
    my $text = Personalize::Nginx::slurp($out);
    return map { my $n = () = $text =~ /^(?:\d+ +)?$_\(/mg; ($_ => $n) } qw(pread64 writev sendfile setsockopt);
}

$t->finish;
