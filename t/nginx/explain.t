#!/usr/bin/perl

# .../explain: every verdict there is, the look-up behind it, and arguments that make no sense.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use JSON::PP qw(decode_json);
use Test::More;

use Personalize::Http;
use Personalize::Process;
use Personalize::Site;

my $t = Personalize::Site->new(rules => 0, link => 1);

$t->rules('all.lua', <<'LUA');
segment "fans" { orders = { at_least = 5 } }

campaign "for-all" { priority = 1, show = { header { "X-All", "{{ ctx.city | nowhere }}" } } }
campaign "past" { from = "2020-01-01 00:00", to = "2020-01-31 23:59", show = { header { "X-Past", "1" } } }
campaign "summer" {
  from = "2027-06-01 09:00", timezone = "Asia/Bangkok", show = { header { "X-Summer", "1" } },
}
campaign "cart-only" { pages = { "/cart", "~^/checkout/" }, show = { header { "X-Cart", "1" } } }
campaign "fans-only" { segments = { "fans" }, group = "bar", priority = 9, show = { header { "X-Fan", "1" } } }
campaign "also-bar" { group = "bar", priority = 2, show = { header { "X-Bar", "1" } } }
campaign "rich" {
  when = function(visitor, ctx) return visitor.points > 1000 end, show = { header { "X-Rich", "1" } },
}
campaign "crash" {
  when = function(visitor, ctx) return visitor.points > {} end, show = { header { "X-Crash", "1" } },
}
campaign "nobody" {
  holdout = 100, variants = { a = { weight = 1, header { "X-Nobody", "1" } } },
}
campaign "test" {
  variants = { a = { weight = 1, header { "X-Test-A", "1" } }, b = { weight = 0, header { "X-Test-B", "1" } } },
}
LUA

$t->config(<<'CONF');
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        %%admin%%
        location = /cart { try_files /index.html =404; }
    }
CONF
$t->start;

sub why {
    my ($args, $status) = @_;
    my $r = $t->get("/_personalize_admin/explain?$args");
    is($r->status, $status // 200, $args eq '' ? 'no argument' : $args);
    return decode_json($r->body);
}

sub verdicts {
    my ($answer) = @_;
    return { map { $_->{name} => $_->{verdict} } @{ $answer->{campaigns} } };
}

sub campaign {
    my ($answer, $name) = @_;
    my ($found) = grep { $_->{name} eq $name } @{ $answer->{campaigns} };
    return $found || {};
}

ok(Personalize::Process::until_true(5, sub { $t->status->{redis}[0]{state} eq 'ready' }), 'Redis is there');

# --- a visitor who is known

my $ann = why('url=/&visitor=ann&now=2026-11-27%2012:00&context.city=Phuket');
is($ann->{status}, 'applied', 'her page would be changed');
is($ann->{lookup}{outcome}, 'miss', 'her profile was read from Redis');
is($ann->{lookup}{profile}{name}, 'Ann', 'and is shown');
is_deeply([ sort @{ $ann->{segments} } ], [qw(fans loyal vip)], 'her segments, her own and the computed');
is($ann->{asked}{now}, '2026-11-27T12:00:00Z', 'the time that was asked for');

my %is = %{ verdicts($ann) };
is($is{'for-all'}, 'chosen', 'chosen');
is($is{'past'}, 'schedule', 'over');
is($is{'summer'}, 'schedule', 'not begun');
is($is{'cart-only'}, 'page', 'another page');
is($is{'fans-only'}, 'chosen', 'her segment');
is($is{'also-bar'}, 'group', 'lost its group');
is(campaign($ann, 'also-bar')->{winner}, 'fans-only', 'to whom');
is($is{'rich'}, 'when', 'its function said no');
is($is{'crash'}, 'fault', 'its function failed');
is($is{'nobody'}, 'holdout', 'held out');
is($is{'test'}, 'chosen', 'an experiment');
is(campaign($ann, 'test')->{variant}, 'a', 'and which variant');
like(campaign($ann, 'test')->{bucket}, qr/^\d{1,4}$/, 'and its bucket');
ok((!grep { $_->{because} eq '' } @{ $ann->{campaigns} }), 'each says why');
like(campaign($ann, 'cart-only')->{file}, qr/all\.lua$/, 'and in which file it is');
is(campaign($ann, 'cart-only')->{line}, 8, 'and line');
is_deeply(campaign($ann, 'cart-only')->{pages}, [ '/cart', '~^/checkout/' ], 'what it asks for');
my ($city) = grep { $_->{name} eq 'X-All' } @{ $ann->{headers} };
is($city->{value}, 'Phuket', 'a fact reaches the rule');

my ($fault) = grep { $_->{rule} eq 'crash' } @{ $ann->{faults} };
like($fault->{text}, qr/\S/, 'the fault is told');
is($fault->{line}, 15, 'with its line');

# --- other times and pages

my $summer = why('visitor=ann&now=2027-06-01%2009:00&timezone=Asia/Bangkok');
is(verdicts($summer)->{summer}, 'chosen', 'the first minute, in its own time zone');
is(campaign($summer, 'summer')->{from}, '2027-06-01T02:00:00Z', 'told in UTC');
is(verdicts(why('visitor=ann&now=1811815199'))->{summer}, 'schedule', 'one second before');
is(verdicts(why('visitor=ann&url=/cart'))->{'cart-only'}, 'chosen', 'an exact page');
is(verdicts(why('visitor=ann&url=https://shop.example/checkout/pay?step=2%23top'))->{'cart-only'}, 'chosen',
    'a whole URL');
my $thai = why('url=/%25E0%25B8%2581');
is($thai->{asked}{path}, "/\x{e01}", 'a path is decoded');

# --- who has no profile, and who may not be known

my $zoe = why('visitor=zoe');
is($zoe->{lookup}{outcome}, 'negative', 'Redis knows no zoe');
is(verdicts($zoe)->{'fans-only'}, 'segment', 'she is in no segment');
is(verdicts($zoe)->{'also-bar'}, 'chosen', 'so the group has another winner');

my $sent = $t->link->sent;
my $none = why('');
is($none->{lookup}{outcome}, 'none', 'no look-up');
is(verdicts($none)->{'fans-only'}, 'consent', 'what needs a visitor is out');
is(verdicts($none)->{'for-all'}, 'chosen', 'what needs none is in');
is(verdicts(why('visitor=ann&consent=0'))->{test}, 'consent', 'without consent');
is($t->link->sent, $sent, 'not one byte went to Redis');

# --- nothing of the request that asks

is(why('visitor=ann')->{asked}{language}, '', 'the language of who asks is not the visitor\'s');
is(why('visitor=ann&language=TH-th')->{asked}{language}, 'th-th', 'it can be given');

# --- what makes no sense

for my $bad ('colour=blue', 'url=cart', 'url=', 'visitor=', 'visitor=%7bx%7d', 'visitor=a%0d%0ab',
    'visitor=' . 'x' x 129, 'now=soon', 'now=2026-13-01', 'now=2026-11-27&timezone=Mars/Base')
{
    like(why($bad, 400)->{error}, qr/\w+ \w+/, '  is refused with a reason');
}
is(why('&&visitor=ann&&')->{status}, 'applied', 'empty arguments are none');

# --- a Redis that is slow: the worker goes on meanwhile, and the client may leave

$t->link->set(delay => 0.3);
my $slow = Personalize::Http->new($t->port);
$slow->send(Personalize::Http::text('/_personalize_admin/explain?visitor=ann'));
my $quick = $t->get('/_personalize_admin/explain');
cmp_ok($quick->total, '<', 0.2, 'who needs no Redis need not wait');
my $late = $slow->reply;
is($late->status, 200, 'and the other has the answer when it comes');
is(decode_json($late->body)->{lookup}{outcome}, 'miss', 'not cut off at the deadline for pages');

for (1 .. 5) {
    my $gone = Personalize::Http->new($t->port);
    $gone->send(Personalize::Http::text('/_personalize_admin/explain?visitor=ann'));
    select undef, undef, undef, 0.05;
    $gone->reset;
}
$t->link->set(delay => 0);
select undef, undef, undef, 0.6;
is(why('visitor=ann')->{lookup}{profile}{name}, 'Ann', 'clients that left did no harm');

$t->finish;
