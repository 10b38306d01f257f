#!/usr/bin/perl

# What a request costs as visitors, workers, campaigns, slots and listeners become more: the
# measured half of docs/scaling.md.  See t/bench/scale-model.pl for the other one.
#
# Usage: scale.pl [OPTION...]
#   --visitors 10000,100000,1000000,10000000    ten million take 3 GB in Redis, and a minute or two
#   --workers 1,2,4,8   --campaigns 1,10,100,1000   --slots 1,4,16   --listeners 0,10,100
#   --parts visitors,workers,campaigns,slots,listeners
#   --seconds N         of each measurement
#   --instructions 0|1  count user instructions by callgrind

use strict;
use warnings;

use Cwd qw(abs_path);
use FindBin;
use Getopt::Long qw(GetOptions);
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/lib";

use Bench::Growth::Listeners;
use Bench::Growth::Rules;
use Bench::Growth::Visitors;
use Bench::Pages;
use Personalize::Nginx;
use Personalize::Redis;

my ($PAGES, $SEED) = (200, 20);
my %o = (
    visitors => '10000,100000,1000000,10000000', workers => '1,2,4,8', campaigns => '1,10,100,1000',
    slots => '1,4,16', listeners => '0,10,100',
    parts => 'visitors,workers,campaigns,slots,listeners', seconds => 3, instructions => 1,
);
my @lists = qw(visitors workers campaigns slots listeners parts);
GetOptions(\%o, (map { "$_=s" } @lists), 'seconds=i', 'instructions=i')
    or die "scale: see the top of $0\n";
$o{$_} = [ split /,/, $o{$_} ] for @lists;
$o{visitors} = [ sort { $a <=> $b } @{ $o{visitors} } ];

my %all = (pages => $PAGES, %o{qw(seconds instructions)});
my %report = (
    visitors => [ 'Visitors', sub {
        return Bench::Growth::Visitors::report($_[0], %all, counts => $o{visitors}, warm => 60);
    } ],
    workers => [ 'Workers', sub {
        return Bench::Growth::Visitors::workers($_[0], %all, counts => $o{workers},
            visitors => 10_000);
    } ],
    campaigns => [ 'Campaigns', sub {
        return Bench::Growth::Rules::campaigns($_[0], %all, counts => $o{campaigns},
            visitors => 1000);
    } ],
    slots => [ 'Slots', sub {
        return Bench::Growth::Rules::slots($_[0], %all, counts => $o{slots}, visitors => 1000);
    } ],
    listeners => [ 'Listeners', sub {
        return Bench::Growth::Listeners::report($_[0]{redis}, counts => $o{listeners},
            writes => 20_000);
    } ],
);

print Bench::Report::machine(), ".\n\n";
for my $part (@{ $o{parts} }) {
    my ($title, $run) = @{ $report{$part} // die "scale: no part named $part\n" };
    $| = 1;
    my $shared = shared($part);
    print "### $title\n\n", $run->($shared), "\n";
    $shared->{redis}->stop;
}

# Pages, and a Redis of its own for each part: millions of visitors are in nobody else's way.
sub shared {
    my ($part) = @_;
    my $place = Personalize::Nginx->new(plain => 1);
    Bench::Pages::write_all($place->dir . '/pages', 15, $PAGES, $SEED);
    my $redis = Personalize::Redis->start($place->dir);
    Bench::Crowd::load($redis, 1, 10_000) if $part ne 'visitors';
    return {
        keep => $place, pages => $place->dir . '/pages', origin => $place->port('web'),
        redis => $redis, redis_port => 0, bench => abs_path($FindBin::Bin), peers => undef,
    };
}
