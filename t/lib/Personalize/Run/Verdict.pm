package Personalize::Run::Verdict;

# What a test program said, counted; then what it did not say.

use strict;
use warnings;

# `end` is how it ended: status (of wait), late (the seconds that it was allowed, if it took more),
# left (names of processes that it left behind).  Returns ok (how many), bad and skips (a line of
# text each).
sub of {
    my ($out, $end) = @_;
    my $seen = { ok => 0, not_ok => 0, skip => 0, planned => 0, bad => [], skips => [], remark => '' };

    open my $in, '<', $out or die "$out: $!\n";
    while (my $line = <$in>) {
        chomp $line;
        _line($seen, $line);
    }
    close $in;

    push @{ $seen->{bad} }, _unsaid($seen, $end);
    push @{ $seen->{bad} }, 'left running, and ended now: ' . join ', ', @{ $end->{left} } if @{ $end->{left} };
    return { ok => $seen->{ok}, bad => $seen->{bad}, skips => $seen->{skips} };
}

sub _line {
    my ($seen, $line) = @_;

    if ($line =~ /^1\.\.0\b\s*(?:#\s*skip\S*\s*(.*))?$/i) {
        $seen->{skip}++;
        push @{ $seen->{skips} }, $1 || $seen->{remark} || 'no reason given';
    } elsif ($line =~ /^1\.\.(\d+)/) {
        $seen->{planned} += $1;
    } elsif ($line =~ /^(not )?ok\b\s*\d*\s*-?\s*(.*)$/) {
        _tally($seen, $1 ? 1 : 0, $2);
        $seen->{remark} = '';
    } elsif ($line =~ /^Bail out!\s*(.*)/) {
        push @{ $seen->{bad} }, "bailed out: $1";
    } elsif ($line =~ /^#?\s*(\S.*)/) {
        $seen->{remark} = $1;
    }
}

sub _tally {
    my ($seen, $not, $name) = @_;

    if ($name =~ /^(.*?)\s*#\s*skip\S*\s*(.*)$/i) {
        my ($what, $why) = ($1, $2);
        # cmocka puts the test's name where TAP has the reason
        ($what, $why) = ($why, $seen->{remark}) if $what eq '';
        $seen->{skip}++;
        push @{ $seen->{skips} }, "$what: " . ($why || $seen->{remark} || 'no reason given');
    } elsif ($not && $name !~ /#\s*todo\b/i) {
        $seen->{not_ok}++;
        push @{ $seen->{bad} }, $name || 'a test without a name';
    } else {
        $seen->{ok}++;
    }
}

sub _unsaid {
    my ($seen, $end) = @_;
    my $all = $seen->{ok} + $seen->{not_ok} + $seen->{skip};
    my $status = $end->{status};

    return sprintf 'ran longer than %d s and was ended', $end->{late} if $end->{late};
    return 'died of signal ' . ($status & 127)  if $status & 127;
    return 'exit status ' . ($status >> 8)      if $status && !$seen->{not_ok};
    return 'reported no test'                   if !$all;
    return "planned $seen->{planned} tests, reported $all" if $seen->{planned} && $all < $seen->{planned};
    return;
}

1;
