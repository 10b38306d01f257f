#!/usr/bin/perl

# Stalled clients on a 500 KB page, or a small one, cost the worker under 20 KB each more than plain
# nginx, static and proxied (t/bench/memory.pl has 200 of them).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Personalize::Slow;

my $clients = 60;
for my $kind (Personalize::Slow::kinds()) {
    my $cost = Personalize::Slow::measure($kind, $clients);
    cmp_ok($cost->{each}, '<', 20, sprintf '%s: %.1f KB a client more than plain nginx (%.1f and %.1f)',
        $kind, $cost->{each}, $cost->{with}, $cost->{plain});
    is($cost->{whole}, $clients, '  and every page is whole when it is read at last');
}
done_testing();
