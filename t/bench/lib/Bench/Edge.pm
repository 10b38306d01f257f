package Bench::Edge;

# A simulation of one nginx's cache of profiles: visitors who come in sessions, whose profiles
# change while they are there, and a zone with the rules of personalize_cache (least recently used
# goes first; a time to live; told of changes or not).  Deterministic by its seed.
#
# Only one visitor in `sample` is simulated, in a zone that is as much smaller: what share is found
# stays the same (as in SHARDS, Waldspurger et al., FAST 2015).

use strict;
use warnings;

our $VIEWS = 6;         # of a session, in the mean; their number is geometric
our $GAP = 40;          # seconds between two, in the mean; exponential
our $WRITES = 0.2;      # views that are followed by a change of the profile: a cart, an affinity
our $WRITE_AFTER = 2;   # seconds
our $SKEW = 0.8;        # the n-th of N visitors begins sessions in proportion to (n + N / 100) ** -SKEW

# Options: visitors (known where this nginx is), views (a second, of all servers), servers (that
# share them), sticky (share of views that go to their visitor's own server; 0: each view goes to
# any), entries (that the zone holds), ttl (seconds), told (0 or 1: of changes), hours (simulated),
# sample, seed.
#
# Shares of the views that this server got, in per cent: { hits, old (shown a profile that had
# changed) }.
sub simulate {
    my (%o) = @_;

    srand $o{seed};
    my $zone = { entries => int($o{entries} / $o{sample}), at => {}, order => [], ttl => $o{ttl} };
    my $end = $o{hours} * 3600;
    my %sum = map { $_ => 0 } qw(views hits old);
    my %changed;

    for my $event (_events($end, %o)) {
        my ($time, $visitor, $what) = @$event;
        my $counts = $time > $end / 2;    # the first half fills the zone

        if ($what eq 'write') {
            $changed{$visitor} = $time;
            delete $zone->{at}{$visitor} if $o{told};
            next;
        }
        my $written = _find($zone, $visitor, $time);
        $sum{views} += $counts;
        $sum{hits} += $counts if defined $written;
        $sum{old} += $counts if defined $written && ($changed{$visitor} // -1) > $written;
    }

    return { hits => 100 * $sum{hits} / $sum{views}, old => 100 * $sum{old} / $sum{views} };
}

# The share that is found by a cache of so many entries, when the n-th of the visitors comes in
# proportion to 1/n (as in load.lua), independently of what came before: Che's approximation.
sub found {
    my ($visitors, $entries) = @_;
    return 1 if $entries >= $visitors;

    my ($low, $high) = (0, 50);    # of the logarithm of how many requests an entry outlives
    for (1 .. 50) {
        my $middle = ($low + $high) / 2;
        _kept($visitors, exp $middle)->[0] > $entries ? ($high = $middle) : ($low = $middle);
    }
    return _kept($visitors, exp $low)->[1];
}

# Visitors that are in the cache, and the share of requests that are theirs; over pieces of the
# scale that are equal in the logarithm, which have equal shares of the requests.
sub _kept {
    my ($visitors, $lifetime) = @_;
    my ($pieces, $there, $share) = (1000, 0, 0);
    my $step = log($visitors) / $pieces;
    for my $piece (0 .. $pieces - 1) {
        my $n = exp(($piece + 0.5) * $step);
        my $kept = 1 - exp(-$lifetime / ($n * log $visitors));
        $there += $kept * $n * $step;
        $share += $kept / $pieces;
    }
    return [ $there, $share ];
}

# What this server sees, in the order of time: [ time, visitor, view or write ].  With its own
# visitors: for each view of theirs that goes elsewhere, one of a guest comes here.
sub _events {
    my ($end, %o) = @_;

    my $some = $o{sample} * ($o{sticky} ? $o{servers} : 1);
    my $population = $o{visitors} / $some;
    my $sessions = $o{views} / $some / $VIEWS;    # a second
    my $share = $o{sticky} || 1 / $o{servers};
    my $guests = 0;
    my @events;

    for (my $start = 0; $start < $end; $start += _exponential(1 / $sessions)) {
        my $visitor = _visitor($population);
        my $time = $start;
        do {
            my $here = rand() < $share;
            my $who = $here ? $visitor : $o{sticky} ? -++$guests : undef;
            push @events, [ $time, $who, 'view' ] if $who && $time < $end;
            push @events, [ $time + $WRITE_AFTER, $visitor, 'write' ] if rand() < $WRITES;
            $time += _exponential($GAP);
        } while (rand() < 1 - 1 / $VIEWS);
    }
    my %seen = map { $_->[1] => 1 } grep { $_->[2] eq 'view' } @events;
    return sort { $a->[0] <=> $b->[0] } grep { $seen{ $_->[1] } } @events;
}

sub _exponential { my ($mean) = @_; return -$mean * log(1 - rand()) }

# Mandelbrot's form of Zipf's law, by the inverse of its integral: nobody comes more than thirteen
# times as often as the mean, and a smaller crowd is distributed as a larger one.
sub _visitor {
    my ($population) = @_;
    my ($power, $head) = (1 - $SKEW, $population / 100);
    my ($from, $to) = ($head ** $power, ($population + $head) ** $power);
    return 1 + int(($from + rand() * ($to - $from)) ** (1 / $power) - $head);
}

# When what is found was written; undef: it was read anew, and is in the zone now.  An entry's place
# in `order` holds until it is used again: older places of it are passed over.
sub _find {
    my ($zone, $visitor, $time) = @_;
    my ($at, $order) = @$zone{qw(at order)};

    my $entry = $at->{$visitor};
    my $hit = $entry && $time - $entry->[0] < $zone->{ttl};
    $entry = $at->{$visitor} = [ $hit ? $entry->[0] : $time, $time ];
    push @$order, [ $visitor, $time ];

    while (keys %$at > $zone->{entries}) {
        my $oldest = shift @$order;
        my $candidate = $at->{ $oldest->[0] };
        delete $at->{ $oldest->[0] } if $candidate && $candidate->[1] == $oldest->[1];
    }
    return $hit ? $entry->[0] : undef;
}

1;
