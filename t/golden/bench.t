#!/usr/bin/perl

# The benchmarks' own arithmetic, without a load: scripts that compile, figures of made-up requests,
# and the tool that puts tables into a page.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Test::More;

my $root = abs_path(dirname(__FILE__) . '/../..');
chdir $root or die "chdir: $!\n";
use lib map { dirname(__FILE__) . "/../$_" } 'lib', 'bench/lib';

for my $script (glob('t/bench/*.pl'), 't/bench/quote') {
    my $said = `perl -It/lib -It/bench/lib -c $script 2>&1`;
    is($?, 0, "$script compiles") or diag($said);
}

require Bench::Pace;
require Bench::Report;
require Bench::Trouble;

# --- percentiles, medians, ratios

my @hundred = map { [ $_, 1000 * $_, 'p' ] } 1 .. 100;
is(Bench::Pace::percentile(50, @hundred), 50, 'the median of 1 .. 100');
is(Bench::Pace::percentile(99, @hundred), 99, 'the 99th percentile');
is(Bench::Pace::percentile(100, @hundred), 100, 'the last');
is(Bench::Pace::percentile(99, $hundred[4]), 5, 'of one');
is(Bench::Report::median(3, 1, 2, 10), 2.5, 'the median of an even number');
is(Bench::Report::spread(90, 100, 110), 10, 'half the span');
is(Bench::Report::ratio([ { cpu => 10 }, { cpu => 40 }, { cpu => 12 } ], [ { cpu => 5 }, { cpu => 10 }, { cpu => 4 } ]), 3,
    'each repeat beside the plain one of the same repeat');

# --- a trouble of two seconds: 1 ms before, one page that waits, then none, and back after 300 ms

my $second = 1_000_000;
my @requests = map {
    my $due = $_ * 10_000;
    my $in = $due >= $second && $due < 3 * $second + 300_000;
    [ $due, $due == $second ? 20_000 : 1000, $in ? 'o' : 'p' ];
} 0 .. 499;
my @figures = Bench::Trouble::figures($second, 3 * $second, @requests);
is_deeply(\@figures, [ 0, 500, '1.00', '20.00', '1.00', '0.00', 0, 290 ], 'failed, all, before, worst, then, added, personal, back');

$requests[-1][2] = 'o';
$requests[120][2] = 'f';
@figures = Bench::Trouble::figures($second, 3 * $second, @requests);
is("$figures[0] $figures[7]", '1 not yet', 'one failed, and it is not over');
@figures = Bench::Trouble::figures($second, 3 * $second, map { [ @$_[0, 1], 'p' ] } @requests);
is("$figures[6] $figures[7]", '100 0', 'nobody noticed');

# --- tables into a page

my $dir = tempdir(CLEANUP => 1);
sub file {
    my ($name, $text) = @_;
    open my $out, '>', "$dir/$name" or die "$name: $!\n";
    print $out $text;
    close $out;
}
file('report', "Top\n\n### One\n\n| a |\n| - |\n| 2 |\n\n### Two\n\n| b |\n\n### Three\n\nno table\n");
file('page.md', "# Page\n\n## What\n\nText.\n\n### One\n\nold\n\n### Three\n\nkept\n\n## End\n\nLast.\n");
my $said = `perl t/bench/quote $dir/report $dir/page.md 2>&1`;
is($?, 0, 'quote runs');
like($said, qr/no heading: Two/, 'and names what has no place');
open my $in, '<', "$dir/page.md" or die "page.md: $!\n";
is(join('', <$in>), "# Page\n\n## What\n\nText.\n\n### One\n\n| a |\n| - |\n| 2 |\n\n### Three\n\nkept\n\n## End\n\nLast.\n",
    'the table is there, and nothing else has changed');

done_testing();
