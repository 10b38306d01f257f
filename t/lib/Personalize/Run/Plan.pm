package Personalize::Run::Plan;

# Which programs run side by side, and which alone.
#
# A test that waits for clocks most of its time (it has servers, and looks at what they do after a
# pause) hardly uses the machine: several of them fit on one core, and do not disturb each other.
# One that works all the time would: it has only its like beside it, one a core.  And what measures
# what a busy machine changes, or is the load itself, is alone.

use strict;
use warnings;

# Suites of tests that wait, and how many of them a core has room for.
my %waits = (nginx => 1, demo => 1);
my $waiting = 2;

# The suites, those whose tests take longest first: what is begun last is to be short.
my @order = qw(browser judge golden unit nginx demo);

# Groups, one to be run after the other: { jobs, programs }.
sub groups {
    my ($cores, @programs) = @_;
    my %rank = map { $order[$_] => $_ } 0 .. $#order;
    my (@work, @wait, @alone);

    for my $program (sort { ($rank{ suite($a) } // -1) <=> ($rank{ suite($b) } // -1) } @programs) {
        my $group = defined alone($program) ? \@alone : $waits{ suite($program) } ? \@wait : \@work;
        push @$group, $program;
    }
    return grep { @{ $_->{programs} } } { jobs => $cores, programs => \@work },
        { jobs => $waiting * $cores, programs => \@wait }, { jobs => 1, programs => \@alone };
}

# The folder of t/ that it stands in; '' for a program from elsewhere.
sub suite {
    my ($program) = @_;
    return $program =~ m{^(?:t|build)/([^/]+)/} ? $1 : '';
}

# Why it must have the machine to itself; undef if it need not.  A test says so in its head:
# `alone: it is a load`.
sub alone {
    my ($program) = @_;
    my $source = $program =~ s{^build/unit/bin/(.*)$}{t/unit/$1.c}r;

    open my $in, '<', $source or return undef;
    while (my $line = <$in>) {
        last if $. > 40;
        return $1 if $line =~ m{^\s*(?:\#|//|/?\*)\s*alone:\s*(\S.*)};
    }
    return undef;
}

1;
