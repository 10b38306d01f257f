#!/usr/bin/perl

# 200 clients that stall on a 500 KB page ("small": 100 KB): what each costs the worker, beside
# plain nginx.
# Usage: memory.pl [clients]

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Personalize::Slow;

my $clients = shift // 200;
my $failed = 0;

printf "%-12s %12s %12s %12s %8s\n", 'served', 'plain, KB', 'with, KB', 'more, KB', 'whole';
for my $kind (Personalize::Slow::kinds()) {
    my $cost = Personalize::Slow::measure($kind, $clients);
    printf "%-12s %12.1f %12.1f %12.1f %8d\n", $kind, @$cost{qw(plain with each whole)};
    $failed++ if $cost->{each} >= 20 || $cost->{whole} != $clients;
}
exit($failed ? 1 : 0);
