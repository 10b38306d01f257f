#!/usr/bin/perl

# Redis is away for longer than entries are fresh: pages are still personalized, from stale ones.
# And who asks to be forgotten is, also where a reply with his data is on its way (FAULTS R24).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use JSON::PP qw(decode_json);
use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Http;
use Personalize::Process;
use Personalize::ScriptedRedis;
use Personalize::Site;

Personalize::Process::ahead();
my $t = Personalize::Site->new(rules => 0);
my $redis = $t->redis;
$t->key_file('k' x 40);

$t->rules('rules.lua', <<'LUA');
campaign "welcome" { show = { welcome_bar { text = "Welcome back, {{ name | there }}!" } } }
campaign "related" {
  show = { recommendations { at = "#related", op = "replace", strategy = { "visitor", "popular" }, count = 2 } },
}
LUA

my $server = <<'CONF';
    server {
        listen 127.0.0.1:%%port:web%%;
        personalize_redis %%redis%%;
        personalize_rules %%rules%%;
        %%who%%
        personalize on;
        personalize_deadline 150ms;
        personalize_secret %%key%%;
        %%admin%%
        location /_personalize/ { personalize_public; }
    }
CONF
$t->let(who => 'personalize_visitor $arg_as;');
$t->config("personalize_cache zone=v:1m ttl=300ms stale=30s negative=300ms push=off;\n$server");
$redis->product($_) for qw(P1 P2);
$redis->list('pz:recs:popular:all', qw(P1 P2));
$t->start;
$t->allow(qr/redis|connect\(\)|recv\(\)/i);

# A page of ann, with her name and the products.
sub whole {
    my ($r) = @_;
    return $r->body =~ /Welcome back, Ann!/ && $r->body =~ m{/product/P1.*/product/P2}s;
}
sub all_whole {
    my ($what) = @_;
    my ($good, $slowest) = (0, 0);
    for (1 .. 20) {
        my $r = $t->get('/?as=ann');
        $good++ if whole($r);
        $slowest = $r->ttfb if ($r->ttfb // 99) > $slowest;
        sleep 0.02;
    }
    is($good, 20, "$what: all of 20 pages are personalized");
    return $slowest;
}

ok(whole($t->visit('/?as=ann')), 'Redis is there');
ok($t->visit('/?as=zoe')->body =~ /Welcome back, there!/, '  also for a stranger');

for my $away (
    [ 'Redis is killed', sub { $redis->kill9 }, sub { $redis->run; $redis->product($_) for qw(P1 P2); $redis->list('pz:recs:popular:all', qw(P1 P2)) } ],
    [ 'Redis is frozen', sub { $redis->freeze }, sub { $redis->thaw } ],
) {
    my ($what, $go, $return) = @$away;
    $go->();
    sleep 0.5;
    my $slowest = all_whole($what);
    cmp_ok($slowest, '<', 0.13, '  and nobody waits for it');
    is($t->visit('/?as=ann')->{log}{lookup}, 'stale', '  from stale entries');
    my $stranger = $t->visit('/?as=zoe');
    is($stranger->{log}{lookup}, 'negative', '  who was not known is not known');
    like($stranger->body, qr/Welcome back, there!/, '  and served so');
    my $new = $t->visit('/?as=new');
    like($new->{log}{status}, qr/^lookup_/, '  who has not been here: the page of the origin');
    ok($t->untouched($new), '  with all its bytes');
    $return->();
    $redis->visitor('ann', name => 'Ann');
    ok(Personalize::Process::until_true(15, sub { $t->visit('/?as=ann')->{log}{lookup} eq 'hit' }), '  it is back: entries are fresh');
}
$t->stop;

# --- forgotten

$t->let(who => '');
$t->config("personalize_cache zone=v:1m ttl=60s stale=60s push=off;\n$server");
$t->start;
my $cookie = $t->visit('/')->cookie('pz_id');
my $id = $t->visit('/', cookie => $cookie)->{log}{visitor};
ok($id, 'a visitor with a cookie');
$redis->visitor($id, name => 'Ann');
is((map { $t->visit('/', cookie => $cookie)->{log}{lookup} } 1 .. 2)[1], 'negative', 'who was not known when he came');

sub forget {
    my ($c) = @_;
    my $r = $t->get('/_personalize/privacy/forget', method => 'POST', body => '', bare => 1, cookie => $c);
    return $r->status == 200 ? decode_json($r->body)->{profile} : $r->status;
}
is(forget($cookie), 'erased', 'forget');
$redis->visitor($id, name => 'Ann');
ok($t->visit('/', cookie => $cookie)->body =~ /Welcome back, Ann!/, 'what was remembered of him is gone from the cache: Redis is asked');
is($t->visit('/', cookie => $cookie)->{log}{lookup}, 'hit', 'now he is known');
is(forget($cookie), 'erased', 'forget');
my $r = $t->visit('/', cookie => $cookie);
is($r->{log}{lookup}, 'negative', '  the next page knows nothing of him');
unlike($r->body, qr/Ann/, '  not his name');
$t->stop;

# --- the reply is on its way when he is forgotten: another worker hears of that first

$t->{workers} = 2;
my $slow = Personalize::ScriptedRedis->start($t->dir, sub {
    my ($c) = @_;
    $c->greet;
    $c->serve(sub {
        my ($command, $key) = @_;
        return ":1\r\n" if $command eq 'UNLINK';
        return "*0\r\n" if $command ne 'HGETALL' || $t->read('gone');
        $c->delay(0.5) if $t->read('slow');
        return $c->array(name => 'Ann');
    });
});
$t->let(redis => $slow->url);

# reuseport: which worker gets a connection is a matter of its port, so that both get some
$t->config("personalize_cache zone=v:1m ttl=60s push=off;\n$server" =~ s/150ms/5s/r =~ s/(port:web%%);/$1 reuseport;/r);
$t->start;

my $wrong = 0;
for my $round (1 .. 8) {
    my $fresh = $t->visit('/')->cookie('pz_id');
    $t->write('slow', 1);
    $t->write('gone', '');
    my $c = Personalize::Http->new($t->port('web'));
    $c->send(Personalize::Http::text('/', cookie => $fresh));
    sleep 0.1;
    my @forget = map {
        my $f = Personalize::Http->new($t->port('web'));
        $f->send(Personalize::Http::text('/_personalize/privacy/forget', method => 'POST', body => '', bare => 1,
            cookie => $fresh));
    } 1 .. 4;
    $_->reply for @forget;
    $t->write('gone', 1);
    $t->write('slow', '');
    $c->reply;
    $wrong++ if $t->visit('/', cookie => $fresh)->body =~ /Welcome back, Ann!/;
}
my %m = $t->metrics;
is($wrong, 0, 'a reply that was overtaken is not kept');
cmp_ok($m{'personalize_cache_total{event="overtaken"}'}, '>', 0, '  and it happened: '
    . $m{'personalize_cache_total{event="overtaken"}'} . ' times');
cmp_ok($m{'personalize_cache_total{event="invalidated"}'}, '>=', 16, '  invalidations are counted');

$t->finish;
