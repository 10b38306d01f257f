#!/usr/bin/perl

# FAULTS S11: at every level of the log, on the admin pages, and when things go wrong, no password,
# no key, no cookie's signature, no profile and no coupon is told.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Personalize::Site;

my $t = Personalize::Site->new(rules => 0, level => 'debug', redis => { password => 'Redis-Password-1' });
$t->write('redis.password', "Redis-Password-1\n", 0600);
$t->let(
    redis => 'unix://:file:%%dir%%/redis.password@%%dir%%/redis.sock?db=0',
    wrong => 'unix://nobody:Wrong-Password-2@%%dir%%/redis.sock?db=0',
);
$t->key_file('Signing-Key-' . '3' x 40, 'Older-Key-' . '4' x 40);
$t->secret(qw(Redis-Password-1 Wrong-Password-2 Profile-Value-5 CODE-SECRET-6));

$t->rules('rules.lua', <<'LUA');
campaign "bar" {
  when = function(visitor) return visitor.note ~= "x" end,
  show = {
    welcome_bar { text = "Welcome, {{ note }}!" },
    coupon { at = "main", op = "append", pool = "autumn", text = "{{ code }}" },
  },
}
campaign "fails" { when = function(visitor) return visitor.note + 1 > 0 end, show = { header { "X-No", "1" } } }
LUA
$t->redis->visitor('ann', name => 'Ann', note => 'Profile-Value-5');
$t->redis->list('pz:coupons:{autumn}', 'CODE-SECRET-6');

$t->config(<<'CONF');
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_secret   %%key%%;
        personalize_deadline 500ms;
        %%admin%%
        location /wrong/ { personalize_redis %%wrong%%; alias %%dir%%/html/; }
    }
    server {
        listen 127.0.0.1:%%port:cookie%%;
        personalize_redis  %%redis%%;
        personalize_rules  %%rules%%;
        personalize_secret %%key%%;
        personalize        on;
    }
CONF
$t->start;

like($t->get('/?as=ann')->body, qr/Profile-Value-5.*CODE-SECRET-6/s, 'the visitor sees what is the visitor\'s');
$t->get('/?as=ann') for 1 .. 5;
ok($t->untouched($t->get('/wrong/?as=ann')), 'a wrong password: the page of the origin');
$t->get('/wrong/?as=ann') for 1 .. 5;

my $cookie = $t->get('/', port => 'cookie')->cookie('pz_id');
my ($mac) = $cookie =~ /([^.]+)$/;
$t->get('/', port => 'cookie', cookie => $cookie);
my $made = () = $t->log =~ /personalize[^\n]*\Q$mac\E/g;
is($made, 0, 'the module logs no signature');

for my $page (qw(status metrics explain?url=/&visitor=ann)) {
    my $r = $t->get("/_personalize_admin/$page", bare => 1);
    is($r->status, 200, "/$page");
    unlike($r->body, qr/Redis-Password|Wrong-Password|Signing-Key|Older-Key/, '  has no password and no key');
}
unlike($t->get('/_personalize_admin/status', bare => 1)->body, qr/Profile-Value|CODE-SECRET/, 'nor has the status page a profile');

my ($code, $out) = $t->check;
unlike($out, qr/Redis-Password|Wrong-Password|Signing-Key|Older-Key/, 'nginx -t tells none');
$t->rules('rules.lua', "campaign \"bar\" { Profile }\n");
ok($t->logged(qr/rules\.lua:1/, 4), 'a broken rule file is told');
$t->redis->kill9;
$t->get('/?as=ann') for 1 .. 5;
like($t->log, qr{\[debug\]}, "the log was at its most talkative");

$t->finish;
