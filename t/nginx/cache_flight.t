#!/usr/bin/perl

# One look-up of a key at a time: whoever else wants it joins, and waits no longer than he may.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Http;
use Personalize::Process;
use Personalize::ScriptedRedis;
use Personalize::Site;

Personalize::Process::ahead();
my $t = Personalize::Site->new(redis => 0);

# Answers after as long as the file says; "error" and "cut" instead of a number do that.
my $redis = Personalize::ScriptedRedis->start($t->dir, sub {
    my ($c) = @_;
    $c->greet;
    $c->serve(sub {
        my (undef, $key) = @_;
        my $mood = $t->read('mood');
        $c->reset, die "cut\n" if $mood eq 'cut';
        return "-ERR no\r\n" if $mood eq 'error';
        $c->delay($mood);
        my ($id) = $key =~ /\{(\w+)\}/;
        return $id =~ /^no/ ? "*0\r\n" : $c->array(name => "Name$id");
    });
});
$t->write('mood', 0);
$t->let(redis => $redis->url);
$t->config(<<'CONF');
    personalize_cache zone=v:1m ttl=300ms stale=20s negative=300ms push=off;
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 2s;
        %%admin%%
        location /hasty/ { alias %%dir%%/html/; personalize_deadline 100ms; }
        location /cold/ { alias %%dir%%/html/; personalize_cache zone=v ttl=300ms push=off; }
    }
CONF
$t->start;

sub asked { my ($id) = @_; return scalar grep { $_->[1] eq "pz:visitor:{$id}" } grep { @$_ > 1 } $redis->seen }

sub open_page {
    my ($path) = @_;
    my $c = Personalize::Http->new($t->port('web'));
    return $c->send(Personalize::Http::text($path));
}

ok($t->welcomes($t->visit('/?as=warm'), 'Namewarm'), 'it works');

# --- many at once

$t->write('mood', 0.3);
my @open = map { open_page('/?as=a') } 1 .. 40;
my @replies = map { $_->reply } @open;
is(scalar(grep { $t->welcomes($_, 'Namea') } @replies), 40, '40 pages at once for one visitor');
is(asked('a'), 1, '  are one look-up');
my %m = $t->metrics;
is($m{'personalize_cache_total{event="joined"}'}, 39, '  39 joined');
ok($t->welcomes($t->visit('/?as=a'), 'Namea'), '  the next one finds it');
is(asked('a'), 1, '  in the cache');

@open = map { open_page("/?as=no" . $_ % 2) } 1 .. 20;
is(scalar(grep { $t->welcomes($_->reply, 'there') } @open), 20, 'the same for visitors whom nobody knows');
is(asked('no0') . asked('no1'), '11', '  one look-up each');

# --- they leave: the answer comes for those who stay, and for the cache

@open = map { open_page('/?as=b') } 1 .. 10;
sleep 0.1;
$_->reset for @open[0 .. 8];
ok($t->welcomes($open[9]->reply, 'Nameb'), 'the first ones leave: the last one is served');
is(asked('b'), 1, '  by the look-up of the first');
my $c = open_page('/?as=c');
sleep 0.1;
$c->reset;
sleep 0.4;
is($t->visit('/?as=c')->{log}{lookup}, 'hit', 'all leave: the answer is kept');
is(asked('c'), 1, '  by one look-up');

# --- who may not wait as long as the flight

$t->write('mood', 0.6);
$c = open_page('/?as=d');
sleep 0.05;
my $r = $t->visit('/hasty/?as=d');
is($r->{log}{status}, 'lookup_timeout', 'who joins and has less time goes earlier');
cmp_ok($r->ttfb, '>=', 0.08, '  at his own deadline');
cmp_ok($r->ttfb, '<', 0.4, '  not at the other\'s');
ok($t->untouched($r), '  with the page of the origin');
ok($t->welcomes($c->reply, 'Named'), '  the other one waits on');
is(asked('d'), 1, '  one look-up');

$r = open_page('/hasty/?as=e');
sleep 0.03;
$c = open_page('/hasty/?as=e');
ok($t->untouched($_->reply), 'a flight that times out: the page of the origin') for $r, $c;
is(asked('e'), 1, '  for all who were on it');

# --- stale: one reads it anew, not all

$t->write('mood', 0);
sleep 0.7;
$t->visit('/?as=f');
sleep 0.4;
$t->write('mood', 0.9);
my $before = time();
@open = map { open_page('/?as=f') } 1 .. 20;
is(scalar(grep { $t->welcomes($_->reply, 'Namef') } @open), 20, 'stale, for 20 pages at once');
cmp_ok(time() - $before, '<', 0.85, '  nobody waits');
sleep 1;
is(asked('f'), 2, '  it is read anew once');

# --- failures

$t->write('mood', 'error');
$r = $t->visit('/?as=g');
is($r->{log}{status}, 'lookup_error', 'an error reply');
ok($t->untouched($r), '  is the page of the origin');
$t->write('mood', 0);
ok($t->welcomes($t->visit('/?as=g'), 'Nameg'), '  and is not kept');

$t->allow(qr/redis|recv\(\)/);
$t->write('mood', 'cut');
$r = $t->visit('/?as=h');
is($r->{log}{status}, 'lookup_closed', 'the connection breaks');
sleep 0.4;
$r = $t->visit('/?as=f');
is($r->{log}{lookup}, 'stale', '  who is known is served');
$t->write('mood', 0);
ok(Personalize::Process::until_true(12, sub { $t->welcomes($t->get('/?as=h'), 'Nameh') }), '  then all is well again');
is(join('', grep { !/cut|peer/ } $redis->complaints), '', 'nothing odd was sent');

$t->finish;
