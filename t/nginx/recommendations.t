#!/usr/bin/perl

# Recommendation blocks: the first list of the chain with something to show, from Redis, at
# their slot; nothing out of stock, nothing already in the cart.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Personalize::Site;

my $t = Personalize::Site->new(rules => 0, link => 1);
my $redis = $t->redis;

$t->rules('recs.lua', <<'LUA');
campaign "related" {
  show = {
    recommendations {
      at = "#related", op = "replace", strategy = { "visitor", "segment", "popular" }, count = 3,
    },
  },
}
LUA

$redis->product($_) for map { "P$_" } 1 .. 12;
$redis->product('GONE', stock => 0);
$redis->product('THAI', title => 'เสื้อยืดสีฟ้า', url => '/สินค้า/เสื้อ');
$redis->product('EVIL', title => '<script>alert(1)</script>"\'', url => 'javascript:alert(1)', image => '"><b onload=x>');
$redis->list('pz:recs:visitor:{ann}', qw(P1 P2 P3 P4));
$redis->list('pz:recs:segment:vip', qw(P5 P6 P7));
$redis->list('pz:recs:popular:all', qw(P8 P9 P10 P11));
$redis->visitor('bob', name => 'Bob', segments => 'vip');
$redis->visitor('cat', name => 'Cat', segments => 'new');
$redis->visitor('dan', name => 'Dan', segments => 'new', cart => 'P8,P10');
$redis->visitor('eve', name => 'Eve');
$redis->list('pz:recs:visitor:{eve}', qw(GONE P1 GONE NOSUCH P2));
$redis->visitor('fay', name => 'Fay');
$redis->list('pz:recs:visitor:{fay}', qw(EVIL THAI P1));
$redis->visitor('gus', name => 'Gus');
$redis->command('ZADD', 'pz:recs:visitor:{gus}', 1, 'P1', 9, 'P9', 5, 'P5');
$redis->visitor('hal', name => 'Hal');
$redis->command('SET', 'pz:recs:visitor:{hal}', 'not a list');

$t->config(<<'CONF');
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 500ms;
        %%admin%%
    }
CONF
$t->start;

# The products that a visitor is shown, in order.
sub shown {
    my ($who) = @_;
    my $r = $t->visit("/?as=$who");
    return join ' ', $r->body =~ m{href="/product/(\w+)"}g;
}

is(shown('ann'), 'P1 P2 P3', "the visitor's own list first");
is(shown('bob'), 'P5 P6 P7', 'then the segment\'s');
is(shown('cat'), 'P8 P9 P10', 'then what is popular');
is(shown('nobody'), 'P8 P9 P10', 'for nobody known as well');
is(shown('eve'), 'P1 P2 P8', 'nothing out of stock, nothing unknown; filled up from the next list');
is(shown('gus'), 'P9 P5 P1', 'a sorted set: best first');
is(shown('hal'), 'P8 P9 P10', 'a key of another type is passed over');

my $dan = shown('dan');
unlike($dan, qr/P8|P10\b/, 'nothing that is in the cart');
is($dan, 'P9 P11', 'but what is left');

my $r = $t->visit('/?as=fay');
unlike($r->body, qr/<script>alert|javascript:|<b onload/, 'hostile product data is escaped');
like($r->body, qr/เสื้อยืดสีฟ้า/, 'Thai titles');

$r = $t->visit('/?as=ann');
unlike($r->body, qr/Nothing yet/, 'the placeholder is replaced');
like($r->body, qr/<a [^>]*href="\/product\/P1"/, 'cards are links');
like($r->body, qr/Product P1/, 'with a title');
like($r->body, qr/100/, 'and a price');
ok($r->complete && $r->body =~ m{</html>\s*\z}, 'and the page goes on behind it');

# --- nothing to show

$redis->command('DEL', 'pz:recs:popular:all');
$r = $t->visit('/?as=cat');
ok($r->complete, 'no list at all: the page comes');
ok($t->untouched($r), 'with the placeholder of the origin: its bytes');
my %metrics = $t->metrics;
my ($empty) = grep { /recommendations_empty/ } keys %metrics;
cmp_ok($metrics{ $empty // '' } // 0, '>=', 1, 'and it is counted');
$redis->list('pz:recs:popular:all', qw(P8 P9 P10 P11));

# --- the first answer comes, the second does not: the placeholder stays, the rest is personalized

$t->rules('bar.lua', $Personalize::Site::RULES);
Personalize::Process::until_true(4, sub { $t->welcomes($t->get('/?as=cat'), 'Cat') });
for my $what ('nothing to show', 'frozen after the profile') {
    $redis->command('DEL', 'pz:recs:popular:all') if $what =~ /nothing/;
    $redis->list('pz:recs:popular:all', 'P8') if $what =~ /frozen/;
    $t->link->set(delay => $what =~ /frozen/ ? 0.3 : 0);    # the profile in 0.3 s, the lists in 0.6 s: too late
    $r = $t->visit('/?as=cat');
    like($r->body, qr{<div id="related"><p>Nothing yet\.</p></div>\n</body></html>\s*\z}, "$what: the placeholder stays");
    ok($t->welcomes($r, 'Cat'), '  and the rest is personalized');
}
$t->link->set(delay => 0);
$redis->list('pz:recs:popular:all', qw(P8 P9 P10 P11));
unlink $t->dir . '/rules/bar.lua';
Personalize::Process::until_true(4, sub { !$t->welcomes($t->get('/?as=cat'), 'Cat') });

# --- a slow list holds back only what stands behind it

my ($held) = grep { /held_responses_total\{point="slot"\}/ } keys %metrics;
ok(defined $held, 'a response that a slot holds back has a counter');
my $before = { $t->metrics }->{ $held // '' } // 0;

$t->link->set(delay => 0.1);
$r = $t->visit('/?as=ann');
is({ $t->metrics }->{ $held // '' }, $before + 1, 'which moves once a response');
is(join(' ', $r->body =~ m{href="/product/(\w+)"}g), 'P1 P2 P3', 'a slow Redis is waited for');
cmp_ok($r->total, '<', 1.5, 'as long as the deadline says');

$t->link->set(delay => 3);
$r = $t->visit('/?as=ann', timeout => 6);
ok($t->untouched($r), 'too slow: the page of the origin');
cmp_ok($r->total, '<', 2, 'in time');
$t->link->set(delay => 0);

$t->finish;
