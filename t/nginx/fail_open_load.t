#!/usr/bin/perl

# Under load Redis is killed, comes back, is frozen; the rule file is broken and mended; nginx is
# reloaded, and stopped gracefully: no response fails that plain nginx would have answered.

# alone: it is a load, and takes all cores.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes qw(sleep);

use Personalize::Judge;
use Personalize::Process;
use Personalize::Site;

plan(skip_all => 'no wrk: install wrk') if !Personalize::Judge::available();

my $t = Personalize::Site->new(workers => 2);
my $page = $Personalize::Site::PAGE =~ s{Hello\.}{join '', map { "<p>Line $_.</p>\n" } 1 .. 1500}er;
$t->page('page.html', $page);

my $judge = Personalize::Judge->new($t, connections => 16,
    ask => '"/page.html?as=" .. (n % 3 == 0 and "ann" or "v" .. n % 50)',
    good => 'status == 200 and body:find("</html>", -20, true)');
$t->config(<<'CONF', main => 'worker_shutdown_timeout 5s;');
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 20ms;
        keepalive_requests 100000;
        location = /gone { return 200 "x"; }
    }
CONF
$t->redis->visitor("v$_", name => "Name$_") for 0 .. 49;
$t->start;

sub none_failed {
    my ($what, $seconds, $happens, @options) = @_;
    my $r = $judge->run($seconds, $happens, @options);
    is(Personalize::Judge::failures($r), '', "$what: no response failed of $r->{requests}");
    cmp_ok($r->{requests}, '>', 500, '  under load');
}

none_failed('Redis is killed and comes back', 5, sub {
    $t->redis->kill9;
    sleep 1.5;
    $t->redis->run;
    $t->redis->visitor('ann', name => 'Ann');
});
none_failed('Redis is frozen and thaws', 4, sub { $t->redis->freeze; sleep 1.5; $t->redis->thaw });
none_failed('the rule file is broken and mended', 5, sub {
    $t->rules('welcome.lua', 'campaign "welcome" {');
    sleep 2;
    $t->rules('welcome.lua', $Personalize::Site::RULES);
});
none_failed('the rule file is saved again and again', 5, sub {
    for (1 .. 12) {
        $t->rules('welcome.lua', $Personalize::Site::RULES . '-- ' . $_ x 100 . "\n");
        sleep 0.3;
    }
});
none_failed('nginx is reloaded five times', 6, sub { for (1 .. 5) { $t->reload; sleep 0.8 } }, connection => 'close');
none_failed('all at once', 6, sub {
    $t->redis->kill9;
    $t->reload;
    $t->rules('welcome.lua', 'oops(');
    sleep 0.5;
    $t->redis->run;
    $t->redis->visitor('ann', name => 'Ann');
    $t->rules('welcome.lua', $Personalize::Site::RULES);
    sleep 0.5;
    $t->reload;
}, connection => 'close');
ok(Personalize::Process::until_true(12, sub { $t->welcomes($t->get('/?as=ann')) }), 'and pages are personalized again');

# Stopped in the middle: what plain nginx does with its connections is the measure.
my $r = $judge->run(3, sub { kill 'QUIT', $t->{pid}; sleep 1 });
is($r->{bad} + $r->{status} + $r->{timeout}, 0, 'QUIT in the middle: no broken and no hanging response');
Personalize::Process::until_true(8, sub { !$t->running });
ok(!$t->running, 'and nginx has gone');
$t->stop;

$t->allow(qr/redis|connect\(\)|\.lua/i);
$t->finish;
