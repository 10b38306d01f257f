#!/usr/bin/perl

# A saved rule file is live in two seconds, without a reload of nginx; a broken one leaves the
# last good set, and says where (FAULTS L-a, L-l).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Site;

my $t = Personalize::Site->new(rules => 0, workers => 2);

sub rule {
    my ($text, $name) = @_;
    $name //= 'one';
    return qq{campaign "$name" {\n  show = { header { "X-$name", "$text" } },\n}\n};
}

$t->rules('one.lua', rule('first'));
$t->config(<<'CONF');
    server { listen 127.0.0.1:%%port:web%%; %%pz%% %%admin%% }
CONF
$t->start;

sub seen { my ($name) = @_; return $t->get('/?as=ann')->header('X-' . ($name // 'one')) // 'none' }

# How long until every worker says so (several connections reach them all).
sub within_two_seconds {
    my ($want, $what, $name) = @_;
    my $start = time();
    my $good = Personalize::Process::until_true(4, sub { !grep { seen($name) ne $want } 1 .. 6 });
    my $took = time() - $start;
    ok($good && $took < 2.6, $what) or diag(sprintf 'after %.1f s: %s', $took, seen($name));
}

is(seen(), 'first', 'the file as it was at start');

$t->rules('one.lua', rule('second'));
within_two_seconds('second', 'a changed file is live');

my ($before) = (stat $t->dir . '/rules/one.lua')[9];
$t->rules('one.lua', rule('secund'));
utime $before, $before, $t->dir . '/rules/one.lua';
within_two_seconds('secund', 'of the same size and time as well');

$t->rules('two.lua', rule('here', 'two'));
within_two_seconds('here', 'a new file', 'two');

unlink $t->dir . '/rules/two.lua';
within_two_seconds('none', 'a file that went', 'two');

$t->write('elsewhere/three.lua', rule('linked', 'three'));
$t->write('elsewhere/four.lua', rule('swapped', 'three'));
symlink $t->dir . '/elsewhere/three.lua', $t->dir . '/rules/three.lua';
within_two_seconds('linked', 'a link', 'three');
symlink $t->dir . '/elsewhere/four.lua', $t->dir . '/rules/link.new';
rename $t->dir . '/rules/link.new', $t->dir . '/rules/three.lua';
within_two_seconds('swapped', 'that is pointed elsewhere', 'three');
unlink $t->dir . '/rules/three.lua';

# --- broken

my %loaded = $t->metrics;
$t->rules('one.lua', "campaign \"one\" {\n  show = { header { \"X-one\", \"third\" } }\n  oops\n}\n");
ok($t->logged(qr/one\.lua:3:? /, 4), 'a broken file is named with its line in the log');
is(seen(), 'secund', 'and the last good set stays');
my $status;
Personalize::Process::until_true(4, sub {    # each worker looks for itself
    $status = $t->get('/_personalize_admin/status')->body;
    return $status =~ /one\.lua/;
});
like($status, qr/one\.lua/, 'the status page names the file');
like($status, qr/one\.lua:3|"line"\s*:\s*3/, 'and the line');
my %broken = $t->metrics;
my ($family) = grep { /rule_loads.*broken/ } sort keys %broken;
cmp_ok($broken{$family}, '>', $loaded{$family} // 0, 'it is counted');

my $size = length $t->log;
sleep 2.5;
cmp_ok(length($t->log) - $size, '<', 400, 'but not told again each second');

$t->rules('zero.lua', rule('new', 'zero'));
sleep 2.5;
is(seen('zero'), 'none', 'a set is swapped in whole or not at all');
unlink $t->dir . '/rules/zero.lua';

$t->rules('one.lua', rule('fourth'));
within_two_seconds('fourth', 'mended, it is live');
unlike($t->get('/_personalize_admin/status')->body, qr/one\.lua:3/, 'and the status page is clean');

# a writer that takes its time: half a file is broken, the last good set stays
open my $fh, '>', $t->dir . '/rules/one.lua';
my $text = rule('fifth');
syswrite $fh, substr $text, 0, 20;
sleep 1.5;
is(seen(), 'fourth', 'a half-written file changes nothing');
syswrite $fh, substr $text, 20;
close $fh;
within_two_seconds('fifth', 'the whole one does');

rename $t->dir . '/rules', $t->dir . '/gone';
sleep 1.6;
is(seen(), 'fifth', 'the folder goes: the last good set stays');
rename $t->dir . '/gone', $t->dir . '/rules';
$t->rules('one.lua', rule('sixth'));
within_two_seconds('sixth', 'and comes back');

# requests in flight keep the set that decided them; nothing leaks by many changes
my $memory;
for my $n (1 .. 8) {
    $t->rules('one.lua', rule("n$n") . '-- ' . ('x' x 20000) . "\n");
    within_two_seconds("n$n", "change $n");
    $memory //= $t->memory if $n == 3;
}
cmp_ok($t->memory, '<', $memory + 2000, 'memory does not grow with each change');

# --- at start

unlink glob $t->dir . '/rules/*';
$t->rules('one.lua', "campaign \"one\" {\n");
my ($code, $out) = $t->check;
is($code, 1, 'nginx -t refuses a broken file');
like($out, qr/one\.lua:\d+/, 'with file and line');

$t->allow(qr/\.lua:\d+/, qr/personalize/);
$t->finish;
