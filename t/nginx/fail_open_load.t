#!/usr/bin/perl

# Under load Redis is killed, comes back, is frozen; the rule file is broken and mended; nginx is
# reloaded, and stopped gracefully: no response fails that plain nginx would have answered.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes qw(sleep);

use Personalize::Site;

plan(skip_all => 'no wrk: install wrk') if system('wrk -v >/dev/null 2>&1') == -1 || $? >> 8 == 127;

my $t = Personalize::Site->new(workers => 2);
my $page = $Personalize::Site::PAGE =~ s{Hello\.}{join '', map { "<p>Line $_.</p>\n" } 1 .. 1500}er;
$t->page('page.html', $page);

# Each response is judged: a status, and the end of the page.
$t->write('judge.lua', <<'LUA');
local n = 0
init = function(args)
  wrk.headers["Connection"] = args[1]
end
request = function()
  n = n + 1
  return wrk.format("GET", "/page.html?as=" .. (n % 3 == 0 and "ann" or "v" .. n % 50))
end
local bad = 0
response = function(status, headers, body)
  if status ~= 200 or not body:find("</html>", -20, true) then
    bad = bad + 1
    wrk.thread:set("bad", bad)
  end
end
local threads = {}
setup = function(thread) threads[#threads + 1] = thread thread:set("bad", 0) end
done = function(summary)
  local bad = 0
  for _, t in ipairs(threads) do bad = bad + (t:get("bad") or 0) end
  local e = summary.errors
  io.write(string.format("requests %d bad %d connect %d read %d write %d status %d timeout %d\n",
    summary.requests, bad, e.connect, e.read, e.write, e.status, e.timeout))
end
wrk.headers["Accept"] = "text/html"
LUA
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

# Run wrk while something happens; its figures.  Connections are kept, or closed after each
# response: a worker that goes closes the kept ones, and a request that is on its way then is lost
# with plain nginx as well.
sub under_load {
    my ($seconds, $happens, $connection) = @_;
    my $out = $t->dir . '/wrk.out';
    unlink $out;
    my $pid = Personalize::Process::spawn('wrk', $out, 'wrk', '-t1', '-c16', "-d${seconds}s", '--timeout', '5s',
        '-s', $t->dir . '/judge.lua', 'http://127.0.0.1:' . $t->port('web') . '/', '--', $connection // 'keep-alive');
    sleep 0.7;
    $happens->();
    Personalize::Process::stop($pid, signal => 0, seconds => $seconds + 10);
    return $t->read('wrk.out') =~ /^requests (\d+) bad (\d+) connect (\d+) read (\d+) write (\d+) status (\d+) timeout (\d+)/m
        ? { requests => $1, bad => $2, connect => $3, read => $4, write => $5, status => $6, timeout => $7 } : {};
}

sub none_failed {
    my ($what, $seconds, $happens, $connection) = @_;
    my $r = under_load($seconds, $happens, $connection);
    my $failed = join ' ', map { "$_=$r->{$_}" } grep { $r->{$_} } qw(bad connect read write status timeout);
    is($failed, '', "$what: no response failed of " . ($r->{requests} // 'none'));
    cmp_ok($r->{requests} // 0, '>', 500, '  under load');
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
none_failed('nginx is reloaded five times', 6, sub { for (1 .. 5) { $t->reload; sleep 0.8 } }, 'close');
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
}, 'close');
ok(Personalize::Process::until_true(12, sub { $t->welcomes($t->get('/?as=ann')) }), 'and pages are personalized again');

# Stopped in the middle: what plain nginx does with its connections is the measure.
sub stopped {
    my ($site) = @_;
    my $r = under_load(3, sub { kill 'QUIT', $site->{pid}; sleep 1 });
    return $r;
}
my $r = stopped($t);
cmp_ok(($r->{bad} // 0) + ($r->{status} // 0) + ($r->{timeout} // 0), '==', 0, 'QUIT in the middle: no broken and no hanging response');
Personalize::Process::until_true(8, sub { !$t->running });
ok(!$t->running, 'and nginx has gone');
$t->stop;

$t->allow(qr/redis|connect\(\)|\.lua/i);
$t->finish;
