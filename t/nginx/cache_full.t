#!/usr/bin/perl

# A zone that is too small for what it is asked to hold: it evicts, it never fails, and everybody
# sees his own page.  Also while a worker is killed again and again.

# alone: it is a load, and takes all cores.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes qw(sleep);

use Personalize::Http;
use Personalize::Process;
use Personalize::ScriptedRedis;
use Personalize::Site;

my $t = Personalize::Site->new(redis => 0, workers => 2);

# Everybody has a profile, of a length that goes by the id: from one block to forty.
sub field { my ($id) = @_; return "f$id" x (1 + $id * 7919 % 997) }

my $redis = Personalize::ScriptedRedis->start($t->dir, sub {
    my ($c) = @_;
    $c->greet;
    $c->serve(sub {
        my ($id) = $_[1] =~ /\{v(\d+)\}/;
        return $id % 13 == 0 ? "*0\r\n" : $c->array(name => "Name$id", big => field($id), last => "L$id");
    });
}, quiet => 1);

$t->rules('welcome.lua', <<'LUA');
campaign "welcome" {
  show = { header { "X-Offer", "{{ name | nobody }} {{ last | none }}" },
    welcome_bar { text = "Welcome back, {{ name | there }}!" } },
}
LUA
$t->let(redis => $redis->url);
$t->config(<<'CONF');
    personalize_cache zone=v:64k ttl=200ms stale=2s negative=1s push=off;
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 5s;
        keepalive_requests 100000;
        %%admin%%
    }
CONF
$t->start;

# What is wrong with the reply to visitor n; '' when nothing is.
sub wrong {
    my ($n, $reply) = @_;
    my $wanted = $n % 13 == 0 ? 'nobody none' : "Name$n L$n";
    my $got = $reply->header('X-Offer') // '';
    return !$reply->complete || $reply->status != 200 ? 'broken' : $got eq $wanted ? '' : "'$got' for $n";
}

# So many pages on kept connections, several at a time, of visitors who are drawn by chance, some of
# them much more often; what was wrong, by kind.
sub crowd {
    my ($pages, $ids, $meanwhile) = @_;
    my (%bad, %served);
    my @lines = map { Personalize::Http->new($t->port('web')) } 1 .. 8;

    for my $round (1 .. $pages / @lines) {
        $meanwhile->($round) if $meanwhile;
        my @n = map { my $n = 1 + int rand($ids); rand() < 0.3 ? 1 + $n % 20 : $n } @lines;
        for my $i (0 .. $#lines) {
            $lines[$i]->send(Personalize::Http::text("/?as=v$n[$i]", headers => [ Connection => 'keep-alive' ]));
        }
        for my $i (0 .. $#lines) {
            my $reply = eval { $lines[$i]->reply(timeout => 10) };
            my $what = $reply ? wrong($n[$i], $reply) : 'lost';
            $what eq '' ? $served{good}++ : $bad{$what}++;
            $lines[$i] = Personalize::Http->new($t->port('web')) if $what =~ /broken|lost/;
        }
    }
    return (\%bad, $served{good} // 0);
}

sub event { my ($what) = @_; my %m = $t->metrics; return $m{qq(personalize_cache_total{event="$what"})} }

my ($bad, $good) = crowd(6000, 400);
is(join(', ', %$bad), '', "a zone of 64k: $good pages of 400 visitors, everybody sees his own");
is($good, 6000, '  and all of them came');
cmp_ok(event('evicted'), '>', 500, '  entries were evicted');
my %m = $t->metrics;
cmp_ok($m{'personalize_cache_reads_total{outcome="profile_hit"}'}, '>', 300, '  and entries were found');
my ($size, $used) = @m{ map { qq(personalize_cache_${_}_bytes{zone="v"}) } qw(size used) };
cmp_ok($used, '<=', $size, '  it took no more than it has');
cmp_ok($used, '>', 0.7 * $size, '  and left little of it unused');
unlike($t->log, qr/no memory/, '  nothing failed');

# --- idle, entries go by themselves as others come

sleep 2.3;
$t->visit('/?as=v1') for 1 .. 3;
my $expired = event('expired');
crowd(400, 60);
cmp_ok(event('expired'), '>', $expired, 'what is dead is buried by and by');

# --- a worker is killed under load, again and again

$t->allow(qr/exited on signal 9/);
my $killed = 0;
($bad, $good) = crowd(8000, 400, sub {
    my ($round) = @_;
    return if $round % 120;
    my ($victim) = sort { rand() <=> 0.5 } $t->workers;
    kill 'KILL', $victim if $victim;
    $killed++;
});
delete @$bad{qw(broken lost)};    # the pages that the dead worker was about
is(join(', ', %$bad), '', "$killed workers killed: nobody saw another's page");
cmp_ok($killed, '>=', 5, '  under load');
cmp_ok($good, '>', 6000, "  and $good pages came");
my @wrong = grep { $_ ne '' } map { wrong($_, $t->get("/?as=v$_")) } 1 .. 60;
is(join(', ', @wrong), '', '  after it all is well');
like(join(' ', map { $t->visit('/?as=v5')->{log}{lookup} } 1 .. 3), qr/hit|stale/, '  and the cache works');

is(join('', grep { !/peer is gone/ } $redis->complaints), '', 'Redis was asked nothing odd');
$t->finish;
