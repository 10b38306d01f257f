#!/usr/bin/perl

# The demo itself: each visitor gets another page, a saved rule is live, a second start is safe,
# and stop ends what was started and nothing else.  It has a state folder of its own, so that a
# demo that runs from this checkout goes on.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Test::More;
use Time::HiRes qw(sleep time);

my $here = dirname(abs_path(__FILE__));
my $root = abs_path("$here/../..");

plan(skip_all => 'the module is not built: run make')
    if !-e "$root/build/ngx_http_personalize_module.so";
for my $program (qw(redis-server redis-cli curl)) {
    plan(skip_all => "no $program")
        if !grep { -x "$_/$program" } split(/:/, $ENV{PATH}), '/usr/sbin';
}

my $state = tempdir('pz-demo-XXXXXX', TMPDIR => 1, CLEANUP => 1);
$ENV{PZ_DEMO_STATE} = $state;
END { my $status = $?; system("sh $here/stop >/dev/null 2>&1") if $state; $? = $status }

my $said = start();
my $first = current();
my ($home) = $said =~ m{(http://127\.0\.0\.1:\d+/)};
ok($home, 'it prints where the shop is') or BAIL_OUT($said);
like($said, qr/decided by \S+ \([^)]+\.lua:\d+\)/, 'and which rule file decided');
like($said, qr/สมชาย/, 'and whose page it is, in Thai as well');

for my $language ('', 'th/') {
    my %seen;
    for my $as (qw(new returning loyal leaving vip)) {
        my $page = get("$home$language?as=$as");
        # Ids of any kind are no difference.
        $page =~ s/\b[A-Z0-9]{5}\b//g;
        push @{ $seen{$page} }, $as;
    }
    is(join(' ', sort map { "@$_" } values %seen), 'leaving loyal new returning vip',
        "each visitor sees another page ($home$language)");
}

like(get("${home}th/?as=loyal"), qr/สมชาย/, 'a Thai name on a Thai page');
like(get("$home?as=loyal"), qr/Anna/, 'an English one on an English page');

my ($code) = get("$home?as=leaving") =~ /\b((?:[A-Z]+)-[2-9A-Z]{5})\b/;
SKIP: {
    skip 'no coupon on that page', 1 if !$code;
    like(get("$home?as=leaving"), qr/\b\Q$code\E\b/, 'the same visitor keeps the same code');
}

my $rule = "$state/rules/zz-edited.lua";
write_file($rule, qq(campaign "edited" { show = { header { "X-Edited", "yes" } } }\n));
ok(within(4, sub { get_header("$home?as=vip") =~ /^X-Edited: yes/mi }), 'a saved rule file is live');

my @pids = pids($first);
is(scalar @pids, 2, 'an nginx and a Redis run');
$said = start();
($home) = $said =~ m{(http://127\.0\.0\.1:\d+/)};
my $second = current();
isnt($second, $first, 'a second start makes it anew');
ok(!-e $first, 'and takes the first away');
ok(within(5, sub { !grep { alive($_) } @pids }), 'with its servers');
like(get_header("$home?as=vip"), qr/^X-Edited: yes/mi, 'an edited rule file is kept');

@pids = pids($second);
system("sh $here/stop >/dev/null") == 0 or fail('stop');
ok(within(5, sub { !grep { alive($_) } @pids }), 'stop ends the servers');
ok(!-e $second, 'and takes their folder away');
is(system("sh $here/stop >/dev/null"), 0, 'a second stop is no error');
done_testing();


sub start {
    my $said = `sh $here/start 2>&1 </dev/null`;
    is($?, 0, 'start') or diag($said);
    return $said;
}

sub current {
    return read_file("$state/current") =~ s/\s+$//r;
}

sub read_file {
    my ($name) = @_;
    open my $in, '<', $name or return '';
    local $/;
    return scalar(<$in>) // '';
}

sub write_file {
    my ($name, $text) = @_;
    open my $file, '>', "$name.new" or die "$name: $!\n";
    print $file $text;
    close $file or die "$name: $!\n";
    rename "$name.new", $name or die "$name: $!\n";
}

sub pids {
    my ($run) = @_;
    return grep { $_ } map { read_file("$run/$_") =~ /(\d+)/ } 'nginx.pid', 'redis.pid';
}

# A zombie that nobody reaps is dead as well.
sub alive {
    my ($pid) = @_;
    my ($state) = read_file("/proc/$pid/stat") =~ /\) (\S)/ or return 0;
    return $state ne 'Z';
}

sub within {
    my ($seconds, $true) = @_;
    my $end = time + $seconds;
    while (time < $end) {
        return 1 if $true->();
        sleep 0.1;
    }
    return 0;
}

sub get        { return scalar `curl -s -m 5 -H 'Accept: text/html' '$_[0]'` }
sub get_header { return scalar `curl -s -m 5 -o /dev/null -D - -H 'Accept: text/html' '$_[0]'` }
