#!/usr/bin/perl

# A slow Redis (FAULTS R4, R30): the page goes at the deadline, as the origin's; a late reply
# is never somebody else's.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes qw(sleep);

use Personalize::Http;
use Personalize::Site;

my $t = Personalize::Site->new(link => 1);
$t->redis->visitor("v$_", name => "Name$_") for 1 .. 40;

$t->config(<<'CONF');
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 60ms;
        %%admin%%
        location /patient/ { personalize_deadline 2s; alias %%dir%%/html/; }
    }
CONF
$t->start;

ok($t->welcomes($t->visit('/?as=ann')), 'in time: personalized');

$t->link->set(delay => 1.2);
my $r = $t->visit('/?as=ann');
ok($t->untouched($r), "too late: the origin's bytes");
is($r->{log}{status}, 'lookup_timeout', 'and the reason');
is($r->{log}{lookup}, 'timeout', 'and the lookup');
is($r->header('X-Offer'), undef, 'no header of a rule');
like($r->header('Cache-Control'), qr/private/, 'caching headers are those of an eligible page');
cmp_ok($r->ttfb, '>=', 0.05, 'it waited for its deadline');
cmp_ok($r->ttfb, '<', 0.6, 'and no longer');

$t->link->set(delay => 0);
sleep 1.4;
my %metrics = $t->metrics;
my ($late) = grep { /late_reply/ } sort keys %metrics;
cmp_ok($metrics{ $late // '' } // 0, '>=', 1, 'the late reply is counted');
ok($t->welcomes($t->visit('/?as=ann')), 'then all is well again');
is($t->redis->clients, 1, 'on the same connection');

# --- replies around the deadline: whose they are is never in doubt

my ($applied, $missed, $wrong) = (0, 0, 0);
for my $round (1 .. 12) {
    $t->link->set(delay => 0.001 * (20 + int rand 70));
    my @open = map {
        my $n = 1 + int rand 40;
        my $c = Personalize::Http->new($t->port('web'));
        $c->send(Personalize::Http::text("/?as=v$n"));
        sleep 0.002;
        [ $n, $c ];
    } 1 .. 25;

    for (@open) {
        my ($n, $c) = @$_;
        my $body = $c->reply->body;
        if ($body =~ /Welcome back, (\w+)!/) {
            $1 eq "Name$n" ? $applied++ : $wrong++;
        } else {
            $body eq $Personalize::Site::PAGE ? $missed++ : $wrong++;
        }
    }
}
is($wrong, 0, 'nobody saw the profile of another visitor');
cmp_ok($applied, '>', 0, "$applied in time");
cmp_ok($missed, '>', 0, "$missed at the deadline");
is($applied + $missed, 300, 'and every page was whole');

$t->finish;
