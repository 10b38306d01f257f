#!/usr/bin/perl

# docs/scaling.md quotes what t/bench/scale-model.pl prints; and the simulation behind it does what is
# known of such caches.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

chdir abs_path(dirname(__FILE__) . '/../..') or die "chdir: $!\n";
use lib dirname(__FILE__) . '/../bench/lib';

use Bench::Edge;

open my $in, '<', 'docs/scaling.md' or die "docs/scaling.md: $!\n";
my $page = join '', <$in>;

my @tables = split /\n\n/, `perl -It/lib t/bench/scale-model.pl`;
is($?, 0, 'the model runs');
is(scalar @tables, 4, 'and prints four tables');
for my $table (@tables) {
    $table =~ s/\n*\z/\n/;
    my ($head) = $table =~ /^(.*)\n/;
    ok(index($page, $table) >= 0, "the page has it: $head") or diag($table);
}

# --- the simulation against what can be reckoned

my %one = (visitors => 100, views => 10, servers => 1, sticky => 0, entries => 100, ttl => 1e9, told => 0,
    hours => 0.5, sample => 1, seed => 1);
sub edge { return Bench::Edge::simulate(%one, @_) }

cmp_ok(edge()->{hits}, '>', 99, 'room and time for all: all is found');
is(edge(ttl => 0)->{hits}, 0, 'no time: nothing');
is(edge(told => 1)->{old}, 0, 'who is told of changes shows nothing old');
cmp_ok(edge()->{old}, '>', 50, 'who is not, and keeps all, nearly always does');
cmp_ok(edge(entries => 10)->{hits}, '<', edge(entries => 40)->{hits}, 'more room, more hits');
is_deeply(edge(), edge(), 'the same seed, the same figures');

# a view is found unless it is the first of its session, or follows a change: with time for sessions only
my $reckoned = 100 * (1 - 1 / $Bench::Edge::VIEWS) * (1 - $Bench::Edge::WRITES);
my $got = edge(visitors => 1e9, views => 20, entries => 1e6, ttl => 3600, told => 1)->{hits};
cmp_ok(abs($got - $reckoned), '<', 2.5, sprintf 'strangers: %.1f %% are found, %.1f reckoned', $got, $reckoned);

# sampling changes no share
my @same = (visitors => 4000, views => 40, entries => 400, ttl => 600, told => 1);
my ($whole, $part) = map { edge(@same, sample => $_)->{hits} } 1, 4;
cmp_ok(abs($whole - $part), '<', 2.5, sprintf 'a quarter of the visitors: %.1f %% as %.1f', $part, $whole);

# --- Che's approximation against a cache that is run

srand 5;
my ($visitors, $entries, $now, $hits, $asked, %at, @order) = (20_000, 2_000, 0, 0, 0);
for (1 .. 120_000) {
    my $visitor = int($visitors ** rand());
    $now++;
    if ($now > 60_000) { $asked++; $hits++ if exists $at{$visitor} }
    $at{$visitor} = $now;
    push @order, [ $visitor, $now ];
    while (keys %at > $entries) {
        my $oldest = shift @order;
        delete $at{ $oldest->[0] } if ($at{ $oldest->[0] } // 0) == $oldest->[1];
    }
}
my $ran = 100 * $hits / $asked;
my $found = 100 * Bench::Edge::found($visitors, $entries);
cmp_ok(abs($ran - $found), '<', 1, sprintf 'by Zipf\'s law: %.1f %% are found, %.1f reckoned', $ran, $found);
is(Bench::Edge::found(100, 100), 1, 'room for all');

done_testing();
