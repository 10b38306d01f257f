#!/usr/bin/perl

# personalize_cache: what is answered without Redis, for how long, what is not, and how it is told.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use JSON::PP qw(decode_json);
use Test::More;
use Time::HiRes qw(sleep);

use Personalize::Process;
use Personalize::Site;

my $t = Personalize::Site->new(link => 1, rules => 0);
my $redis = $t->redis;

$t->rules('rules.lua', <<'LUA');
campaign "welcome" {
  show = {
    header { "X-Offer", "for-{{ name | nobody }}" },
    welcome_bar { text = "Welcome back, {{ name | there }}!" },
  },
}
campaign "related" {
  pages = { "/related/" },
  show = { recommendations { at = "#related", op = "replace", strategy = { "visitor", "popular" }, count = 3 } },
}
campaign "coupon" {
  pages = { "/coupon/" },
  show = { coupon { at = "main", op = "append", pool = "autumn", text = "Code {{ code }}." } },
}
LUA
$redis->product($_) for qw(P1 P2 P3);
$redis->list('pz:recs:popular:all', qw(P1 P2 P3));
$redis->command('RPUSH', 'pz:coupons:{autumn}', map { "CODE$_" } 1 .. 9);
$redis->command('HSET', 'other:visitor:{ann}', name => 'Other');
$redis->command('SELECT', 1);
$redis->visitor('ann', name => 'Annie');
$redis->command('SELECT', 0);

$t->config(<<'CONF');
    personalize_cache zone=visitors:1m ttl=20s negative=20s push=off;
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 1s;
        personalize_consent $arg_consent$http_x_consent;
        %%admin%%
        location /related/ { alias %%dir%%/html/; }
        location /coupon/ { alias %%dir%%/html/; }
        location /short/ { alias %%dir%%/html/; personalize_cache zone=visitors ttl=300ms negative=300ms push=off; }
        location /swr/ { alias %%dir%%/html/; personalize_cache zone=visitors ttl=300ms negative=300ms stale=5s push=off; }
        location /strict/ { alias %%dir%%/html/; personalize_cache zone=strict:64k negative=0 push=off; }
        location /off/ { alias %%dir%%/html/; personalize_cache off; }
        location /db1/ { alias %%dir%%/html/; personalize_redis %%redis%%?db=1; }
        location /prefix/ { alias %%dir%%/html/; personalize_redis %%redis%% prefix=other:; }
    }
CONF
$t->start;

my @with = (headers => [ 'X-Consent' => '1' ]);
sub visit { my ($path) = @_; return $t->visit($path, @with) }

# A page, what its look-up was, and how many bytes went to Redis for it.
sub view {
    my ($path, %o) = @_;
    my $before = length $t->link->sent;
    my $r = $t->visit($path, %o ? %o : @with);

    # What is read anew behind the page's back has come.
    Personalize::Process::until_true(5, sub { !grep { $_->{pending} } @{ $t->status->{redis} } });
    return ($r, $r->{log}{lookup}, length($t->link->sent) - $before);
}

sub is_view {
    my ($path, $lookup, $name, $bytes, $what) = @_;
    my ($r, $how, $sent) = view($path);
    is($how, $lookup, "$what: $lookup");
    is($r->header('X-Offer'), "for-$name", "  the page of $name");
    $bytes ? cmp_ok($sent, '>', 0, '  Redis is asked') : is($sent, 0, '  not one byte goes to Redis');
}

# --- found, not found

is_view('/?as=ann', 'miss', 'Ann', 1, 'the first page');
is_view('/?as=ann', 'hit', 'Ann', 0, 'the second');
$redis->visitor('ann', name => 'Anna');
is_view('/?as=ann', 'hit', 'Ann', 0, 'a change is not seen before its time');
is_view('/off/?as=ann', 'miss', 'Anna', 1, 'where the cache is off it is');
is_view('/?as=zoe', 'negative', 'nobody', 1, 'nobody known');
is_view('/?as=zoe', 'negative', 'nobody', 0, 'is remembered as well');
is_view('/strict/?as=zoe', 'negative', 'nobody', 1, 'negative=0 in another zone');
is_view('/strict/?as=zoe', 'negative', 'nobody', 1, '  is not remembered');
is_view('/strict/?as=ann', 'miss', 'Anna', 1, '  and that zone knows nothing of the other');
is_view('/db1/?as=ann', 'miss', 'Annie', 1, 'another database');
is_view('/db1/?as=ann', 'hit', 'Annie', 0, '  has entries of its own');
is_view('/prefix/?as=ann', 'miss', 'Other', 1, 'another prefix');
is_view('/prefix/?as=ann', 'hit', 'Other', 0, '  too');
is_view('/?as=ann', 'hit', 'Ann', 0, 'and the first one still its own');

my $explained = decode_json($t->get('/_personalize_admin/explain?visitor=ann')->body);
is($explained->{lookup}{outcome}, 'miss', 'explain asks Redis');

# --- time

is_view('/short/?as=bob', 'negative', 'nobody', 1, 'a short time to live');
$redis->visitor('bob', name => 'Bob');
is_view('/short/?as=bob', 'negative', 'nobody', 0, '  while it lasts');
sleep 0.35;
is_view('/short/?as=bob', 'miss', 'Bob', 1, '  then Redis is asked again');
$redis->visitor('bob', name => 'Rob');
sleep 0.35;
is_view('/short/?as=bob', 'miss', 'Rob', 1, '  for a profile as well');

is_view('/swr/?as=cat', 'negative', 'nobody', 1, 'stale-while-revalidate');
$redis->visitor('cat', name => 'Cat');
sleep 0.35;
is_view('/swr/?as=cat', 'negative', 'nobody', 1, '  what is too old is served once more, and read anew');
is_view('/swr/?as=cat', 'hit', 'Cat', 0, '  for the next page');
sleep 0.35;
$t->link->set(delay => 0.4);
my $r = visit('/swr/?as=cat');
is($r->{log}{lookup}, 'stale', '  a slow Redis');
cmp_ok($r->ttfb, '<', 0.2, '  holds nobody up');
sleep 0.02;
my $sent = length $t->link->sent;
is(visit('/swr/?as=cat')->{log}{lookup}, 'stale', '  the next page neither');
sleep 0.02;
is(length($t->link->sent), $sent, '  and is asked once');
$t->link->set(delay => 0);
sleep 0.5;
is_view('/?as=cat', 'hit', 'Cat', 0, '  by a longer time to live the same entry is fresh');

# --- no consent, nothing is read

my %before = $t->metrics;
for my $o ([ '/?as=ann&consent=0' ], [ '/?as=ann' ], [ '/?as=ann&consent=1', headers => [ 'Sec-GPC' => '1' ] ]) {
    my ($path, @headers) = @$o;
    my ($page, $lookup, $bytes) = view($path, headers => [], @headers);
    is("$lookup $bytes " . $page->header('X-Offer'), 'none 0 for-nobody', "$path @headers: nobody is read from the cache");
}
my %after = $t->metrics;
is_deeply([ grep { /cache_reads/ && $after{$_} != $before{$_} } keys %after ], [], 'nor looked for');

# --- lists and products

sub skus { my ($page) = @_; return join ' ', $page->body =~ m{href="/product/(\w+)"}g }

($r, undef, $sent) = view('/related/?as=ann');
is(skus($r), 'P1 P2 P3', 'recommendations');
cmp_ok($sent, '>', 0, '  are read from Redis');
($r, undef, $sent) = view('/related/?as=ann');
is(skus($r), 'P1 P2 P3', '  the second time');
is($sent, 0, '  without a byte to Redis: lists, an empty one, and products');
$redis->list('pz:recs:visitor:{cat}', 'P3');
($r, undef, $sent) = view('/related/?as=cat');
is(skus($r), 'P3 P1 P2', 'another visitor: her own list, and what is known');

# --- coupons

$redis->visitor($_, name => $_) for qw(dan eve);
my %code;
for my $who (qw(dan dan eve dan)) {
    my ($page, undef, $bytes) = view("/coupon/?as=$who");
    my ($code) = $page->body =~ m{Code (?:<[^>]*>)?(CODE\d)};
    is($code, $code{$who} //= $code, "a coupon for $who");
    cmp_ok($bytes, '>', 0, '  is asked for every time');
}
isnt($code{dan}, $code{eve}, 'and is nobody else\'s');

# --- large ones, and other types

$redis->visitor('big', name => 'Big', map { ("field$_" => 'x' x 1000) } 1 .. 40);
is_view('/?as=big', 'miss', 'Big', 1, 'a profile of 40 KB');
is_view('/?as=big', 'hit', 'Big', 0, '  is kept');
is_view('/strict/?as=big', 'miss', 'Big', 1, '  not in a small zone');
is_view('/strict/?as=big', 'miss', 'Big', 1, '  where Redis is asked');
$redis->command('SET', 'pz:visitor:{str}', 'no hash');
is((view('/?as=str'))[1], 'error', 'another type') for 1 .. 2;
$redis->visitor('grow', name => 'Small');
is_view('/swr/?as=grow', 'miss', 'Small', 1, 'a profile');
$redis->visitor('grow', name => 'Grown', map { ("field$_" => 'x' x 1000) } 1 .. 80);
sleep 0.35;
is_view('/swr/?as=grow', 'stale', 'Small', 1, '  that grew too large');
is_view('/swr/?as=grow', 'miss', 'Grown', 1, '  is not served as it was any longer');
$redis->visitor('str', name => 'Hash') if $redis->command('DEL', 'pz:visitor:{str}');
is_view('/swr/?as=str', 'miss', 'Hash', 1, 'a profile');
$redis->command('SET', 'pz:visitor:{str}', 'no hash');
sleep 0.35;
is_view('/swr/?as=str', 'stale', 'Hash', 1, '  that became another type');
is_view('/swr/?as=str', 'error', 'nobody', 1, '  neither');
my $odd = join '', map { chr } 0 .. 255;
$redis->visitor('odd', name => 'Odd', odd => $odd, empty => '', $odd => 'x' x 300);
is_view('/?as=odd', 'miss', 'Odd', 1, 'bytes of all kinds');
is_view('/?as=odd', 'hit', 'Odd', 0, '  come back');

# --- figures

my %m = $t->metrics;
for (qw(profile_hit profile_negative profile_miss list_hit list_negative list_miss product_hit product_miss)) {
    cmp_ok($m{qq(personalize_cache_reads_total{outcome="$_"})}, '>', 0, "$_ is counted");
}
cmp_ok($m{'personalize_cache_total{event="' . $_ . '"}'}, '>', 0, "$_ is") for qw(stored refreshed too_large);
is($m{'personalize_lookups_total{outcome="stale"}'}, 4, 'stale look-ups are');
my ($zone) = grep { $_->{zone} eq 'visitors' } @{ $t->status->{caches} };
cmp_ok($zone->{entries}, '>=', 10, 'the zone has entries');
is($zone->{entries}, $m{'personalize_cache_entries{zone="visitors"}'}, '  on both pages');
is($zone->{size_bytes}, $m{'personalize_cache_size_bytes{zone="visitors"}'}, '  its size');
cmp_ok($zone->{size_bytes}, '>', 0.9 * 1024 * 1024, '  is what was asked for');
cmp_ok($zone->{used_bytes}, '>=', 256 * $zone->{entries}, '  and what is used of it');

$t->finish;
