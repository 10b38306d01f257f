#!/usr/bin/perl

# Rules that go wrong (FAULTS L-a to L-e, L-g, L-i): at load nginx -t names file and line; at run
# time the campaign is out, the page goes on, and nothing hangs.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes qw(time);

use Personalize::Site;

my $t = Personalize::Site->new(rules => 0);
my $good = qq{campaign "good" { show = { header { "X-Good", "1" } } }\n};

# [ what, the file, what the message must say ]
my @refused = (
    [ 'a syntax error', "campaign \"x\" {\n", qr/bad\.lua:\d/ ],
    [ 'bytecode', "\x1bLJ\x02\x00", qr/bad\.lua/ ],
    [ 'an endless loop', "while true do end\n", qr/bad\.lua/ ],
    [ 'an endless loop in C', "local s = string.rep('x', 1000000)\nwhile true do local t = s .. s end\n", qr/bad\.lua/ ],
    [ 'endless memory', "local t = {}\nlocal i = 0\nwhile true do i = i + 1; t[i] = 'x' .. i end\n", qr/bad\.lua/ ],
    [ 'a string without end', "local s = 'x'\nfor i = 1, 100 do s = s .. s end\n", qr/bad\.lua/ ],
    [ 'string.rep', "local s = string.rep('x', 2000000000)\n", qr/bad\.lua/ ],
    [ 'recursion', "local function f() return 1 + f() end\nf()\n", qr/bad\.lua/ ],
    [ 'recursion by a metatable', "local t = setmetatable({}, { __index = function(t, k) return t[k .. 'x'] end })\nlocal x = t.a\n", qr/bad\.lua/ ],
    [ 'a string that takes long to match', "string.find(string.rep('a', 50000), string.rep('a?', 50) .. string.rep('a*', 50) .. 'b')\n", qr/bad\.lua/ ],
    [ 'an error', "\nerror('on purpose')\n", qr/bad\.lua:2/ ],
    [ 'an error that is a table', "error({})\n", qr/bad\.lua/ ],
    [ 'an error that is nil', "error(nil)\n", qr/bad\.lua/ ],
    [ 'an error whose text is an error', "error(setmetatable({}, { __tostring = function() while true do end end }))\n", qr/bad\.lua/ ],
    [ 'require', "require 'ffi'\n", qr/bad\.lua:1/ ],
    [ 'io', "io.open('/etc/passwd')\n", qr/bad\.lua:1/ ],
    [ 'os', "os.execute('true')\n", qr/bad\.lua:1/ ],
    [ 'load', "loadstring('return 1')()\n", qr/bad\.lua:1/ ],
    [ 'debug', "debug.sethook()\n", qr/bad\.lua:1/ ],
    [ 'ffi', "ffi.cdef''\n", qr/bad\.lua:1/ ],
    [ 'the collector', "collectgarbage('stop')\n", qr/bad\.lua:1/ ],
    [ 'environments', "setfenv(1, {})\n", qr/bad\.lua:1/ ],
    [ 'newproxy', "newproxy(true)\n", qr/bad\.lua:1/ ],
    [ 'coroutines', "coroutine.wrap(function() end)()\n", qr/bad\.lua:1/ ],
    [ 'pcall', "pcall(function() end)\n", qr/bad\.lua:1/ ],
    [ 'string.dump', "string.dump(function() end)\n", qr/bad\.lua:1/ ],
    [ 'the metatable of strings', "getmetatable('').__index = {}\n", qr/bad\.lua:1/ ],
    [ 'an unknown word', "\ncampain 'x' {}\n", qr/bad\.lua:2.*campain/s ],
    [ 'an unknown key', "campaign 'x' {\n  segmets = { 'a' },\n  show = { header { 'X-A', '1' } } }\n", qr/bad\.lua:\d.*segmets/s ],
    [ 'an unknown action', "campaign 'x' { show = {\n  welcom_bar { text = 'x' } } }\n", qr/bad\.lua:\d.*welcom_bar/s ],
    [ 'a bad selector', "campaign 'x' { show = {\n  remove { at = 'p:last-child' } } }\n", qr/bad\.lua:2.*last-child/s ],
    [ 'a bad pattern', "campaign 'x' { pages = { '~(' }, show = { header { 'X-A', '1' } } }\n", qr/bad\.lua:\d/ ],
    [ 'a bad time', "campaign 'x' { from = 'tomorrow', show = { header { 'X-A', '1' } } }\n", qr/bad\.lua:\d.*tomorrow/s ],
    [ 'a bad time zone', "campaign 'x' { from = '2026-01-01', timezone = 'Asia/Bankok', show = { header { 'X-A', '1' } } }\n", qr/bad\.lua:\d.*Bankok/s ],
    [ 'a value in a script', "campaign 'x' { show = {\n  append { at = 'body', html = '<script>var n = \"{{ name }}\"</script>' } } }\n", qr/bad\.lua:\d.*(script|name)/s ],
    [ 'a value in an unquoted attribute', "campaign 'x' { show = {\n  append { at = 'body', html = '<p title={{ name }}>' } } }\n", qr/bad\.lua:\d/ ],
    [ 'a raw value of a profile', "campaign 'x' { show = {\n  append { at = 'body', html = '<p>{{{ name }}}</p>' } } }\n", qr/bad\.lua:\d.*name/s ],
    [ 'a header of the server', "campaign 'x' { show = {\n  header { 'Set-Cookie', 'a=b' } } }\n", qr/bad\.lua:2.*Set-Cookie/s ],
    [ 'a header that splits', "campaign 'x' { show = {\n  header { 'X-A', 'a\\r\\nSet-Cookie: b=c' } } }\n", qr/bad\.lua:2/ ],
    [ 'the same campaign twice', "campaign 'x' { show = { header { 'X-A', '1' } } }\ncampaign 'x' { show = { header { 'X-A', '1' } } }\n", qr/bad\.lua:2/ ],
);

my $conf = "server { listen 127.0.0.1:%%port:web%%;\n%%pz%%\npersonalize_deadline 1s; %%admin%% }";
for my $case (@refused) {
    my ($what, $lua, $says) = @$case;
    $t->rules('bad.lua', $lua);
    $t->config($conf);

    my $start = time();
    my ($code, $out) = $t->check;
    my $took = time() - $start;

    is($code, 1, "$what: refused") or diag($out);
    like($out, $says, '  with file and line');
    cmp_ok($took, '<', 4, '  within its time');
}
unlink $t->dir . '/rules/bad.lua';

# --- at run time

my %functions = (
    'loop'        => 'function() while true do end end',
    'concat'      => 'function() local s = "x"; while true do s = s .. "x" end end',
    'tables'      => 'function() local t = {}; while true do t = { t, t } end end',
    'recursion'   => 'function() local function f() return 1 + f() end return f() end',
    'error'       => 'function() error("on purpose") end',
    'odd-error'   => 'function() error({}) end',
    'arithmetic'  => 'function(visitor) return visitor.name + 1 > 2 end',
    'index'       => 'function(visitor) return visitor.nothing.at.all end',
    'write'       => 'function(visitor) visitor.name = "x" return true end',
    'globals'     => 'function() leak = (leak or 0) + 1 return leak > 1 end',
    'rep'         => 'function() return #string.rep("x", 1e9) > 0 end',
);
my $lua = $good;
for my $name (sort keys %functions) {
    $lua .= qq{campaign "$name" { pages = { "/$name.html" },\n  when = $functions{$name},\n  show = { header { "X-Bad", "$name" } } }\n};
    $t->page("$name.html", $Personalize::Site::PAGE);
}
$t->rules('rules.lua', $lua);
$t->config($conf);
my ($code, $out) = $t->check;
is($code, 0, 'functions that will fail are not known before') or diag($out);
$t->start;
Personalize::Process::until_true(3, sub { $t->visit('/?as=ann')->header('X-Good') });

for my $name (sort keys %functions) {
    my $memory = $t->memory;
    for (1 .. 3) {
        my $r = $t->visit("/$name.html?as=ann", timeout => 5);
        ok($r->complete && $r->body eq $Personalize::Site::PAGE, "$name: the page comes");
        is($r->header('X-Bad'), undef, '  without its campaign');
        is($r->header('X-Good'), '1', '  with the others');
        cmp_ok($r->total, '<', 0.5, '  in time');
    }
    cmp_ok($t->memory - $memory, '<', 20_000, '  in bounded memory');
    like($t->log, qr/rules\.lua:\d+[^\n]*|\Q$name\E/, '  and the log names it');
}

my %metrics = $t->metrics;
cmp_ok($metrics{'personalize_rule_faults_total{kind="call"}'} // 0, '>=', scalar(keys %functions) - 1, 'faults are counted');

my ($before) = ($metrics{'personalize_rule_faults_total{kind="call"}'});
my $start = time();
$t->get('/loop.html?as=ann') for 1 .. 60;
cmp_ok(time() - $start, '<', 2, 'a campaign that fails again and again is switched off');
%metrics = $t->metrics;
cmp_ok($metrics{'personalize_rule_faults_total{kind="switched_off"}'} // 0, '>=', 1, 'and that is counted');
cmp_ok($metrics{'personalize_rule_faults_total{kind="call"}'} - $before, '<', 60, 'it is not called any more');
cmp_ok(length $t->log, '<', 200_000, 'the log is not flooded');

# saved anew it gets another chance
$t->rules('rules.lua', $lua =~ s/while true do end end/return true end/r);
ok(Personalize::Process::until_true(4, sub { ($t->get('/loop.html?as=ann')->header('X-Bad') // '') eq 'loop' }), 'mended, it works');

$t->allow(qr/\.lua:\d+/, qr/bad\.lua/);
$t->finish;
