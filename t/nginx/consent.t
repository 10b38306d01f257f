#!/usr/bin/perl

# Without consent, or with Sec-GPC: 1 (FAULTS S8): no id, no cookie, not one byte to Redis;
# rules that need no visitor still work.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Personalize::Site;

my $t = Personalize::Site->new(link => 1, rules => 0);
$t->key_file('c' x 40);

$t->rules('rules.lua', <<'LUA');
campaign "anyone" {
  pages = { "/" },
  show = {
    header { "X-Anyone", "{{ name | nobody }} {{ ctx.city }}" },
    welcome_bar { text = "Hello {{ ctx.city }}" },
  },
}
campaign "vip-only" { segments = { "vip" }, show = { header { "X-Vip", "1" } } }
campaign "experiment" {
  variants = { a = { weight = 1, header { "X-Variant", "a" } }, b = { weight = 1, header { "X-Variant", "b" } } },
}
campaign "with-coupon" {
  segments = { "vip" },
  show = { coupon { at = "main", op = "append", pool = "autumn", text = "{{ code }}" } },
}
LUA

$t->config(<<'CONF');
    personalize_redis   %%redis%%;
    personalize_rules   %%rules%%;
    personalize_context city Bangkok;
    personalize         on;
    personalize_deadline 1s;
    server {
        listen 127.0.0.1:%%port:web%%;
        personalize_secret  %%key%%;
        personalize_consent $cookie_consent;
        add_header X-Id $personalize_visitor;
        %%admin%%
    }
    server {
        listen 127.0.0.1:%%port:operator%%;
        personalize_visitor $arg_as;
        personalize_consent $arg_consent;
    }
CONF
$t->start;

my $with = $t->visit('/', cookie => 'consent=1');
my $cookie = $with->cookie('pz_id');
ok($cookie, 'with consent: a cookie');
is($with->{log}{status}, 'applied', 'and the page is personalized');
like($with->header('X-Variant'), qr/^[ab]$/, 'experiments run');
$t->visit('/', cookie => "consent=1; $cookie");    # a lookup: the connection is up now

my $before = $t->link->sent;
ok(length $before, 'with consent Redis was asked');

my @without = (
    [ 'no consent cookie',                  cookie => $cookie ],
    [ 'consent=0',                          cookie => "consent=0; $cookie" ],
    [ 'an empty consent',                   cookie => "consent=; $cookie" ],
    [ 'Sec-GPC: 1 in spite of the consent', cookie => "consent=1; $cookie", headers => [ 'Sec-GPC' => '1' ] ],
    [ 'nothing at all' ],
);
for my $case (@without) {
    my ($what, @with) = @$case;
    my $r = $t->visit('/', @with);

    is($r->header('X-Id'), undef, "$what: nobody is known");
    ok(!grep({ /^pz_id=[^;]/ } $r->all('Set-Cookie')), '  no id is set');
    is($r->header('X-Anyone'), 'nobody Bangkok', '  contextual rules work');
    like($r->body, qr/Hello Bangkok/, '  on the page too');
    is($r->header('X-Vip'), undef, '  segments do not');
    is($r->header('X-Variant'), undef, '  experiments do not');
    is($r->{log}{lookup}, 'none', '  no lookup');
    is($r->{log}{visitor}, '', '  no id in a log');
}
select undef, undef, undef, 0.2;
is($t->link->sent, $before, 'not one byte went to Redis in any of these');

my $r = $t->visit('/', cookie => "consent=1; $cookie", headers => [ 'Sec-GPC' => '0' ]);
isnt($r->header('X-Id'), undef, 'Sec-GPC: 0 says nothing');
my $after_zero = $t->link->sent;

is($t->visit('/?as=ann&consent=0', port => 'operator')->{log}{lookup}, 'none', "the operator's ids: no consent, no lookup");
$r = $t->visit('/?as=ann&consent=1', port => 'operator', headers => [ 'Sec-GPC' => '1' ]);
is($r->{log}{lookup}, 'none', '  nor with Sec-GPC');
is($r->header('X-Vip'), undef, '  nor a segment');
select undef, undef, undef, 0.2;
is($t->link->sent, $after_zero, 'not one byte went to Redis here either');

is($t->visit('/?as=ann&consent=1', port => 'operator')->header('X-Vip'), '1', 'with consent there is one');
isnt($t->link->sent, $after_zero, 'and Redis was asked');

$t->finish;
