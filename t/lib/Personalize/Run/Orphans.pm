package Personalize::Run::Orphans;

# Orphans of a test become children of the process that runs it, so that none is lost: servers
# leave their process group when they become daemons.  Each test is run by a process of its own,
# so that of two tests at once each one's orphans are known.

use strict;
use warnings;

use POSIX qw(:sys_wait_h);
use Time::HiRes qw(sleep time);

use constant { PR_SET_PDEATHSIG => 1, PR_SET_CHILD_SUBREAPER => 36, SIGTERM => 15 };

sub adopt { _prctl(PR_SET_CHILD_SUBREAPER, 1) }

# Of a process that was forked: when its parent ends, without a word even, it gets a SIGTERM.
sub end_with_parent { _prctl(PR_SET_PDEATHSIG, SIGTERM) }

sub _prctl {
    my ($what, $value) = @_;
    my %prctl = (x86_64 => 157, aarch64 => 167, riscv64 => 167, i686 => 172, armv7l => 172);
    my $number = $prctl{(POSIX::uname())[4]} or return;
    syscall $number, $what, $value, 0, 0, 0;
}

# Our children by now: pid and name of each.
sub children {
    my @found;
    for my $stat (glob '/proc/[0-9]*/stat') {
        open my $in, '<', $stat or next;
        my $line = <$in> // next;
        my ($pid, $name, $state, $parent) = $line =~ /^(\d+) \((.*)\) (\S) (\d+)/s or next;
        push @found, [$pid, $name] if $parent == $$ && $state ne 'Z';
    }
    return @found;
}

# End a process group: asked first, then told.
sub end_group {
    my ($pid) = @_;
    kill 'TERM', -$pid or return;
    for (1 .. 20) {
        sleep 0.05;
        reap();
        kill 0, -$pid or return;
    }
    kill 'KILL', -$pid;
}

# End what is left; the names of it.  What only takes a moment to end, of the seconds given for that,
# is not left.
sub end {
    my ($patience) = @_;
    my $until = time + $patience;
    my @names;

    while (children() && time < $until) {
        reap();
        sleep 0.05;
    }
    for my $round (1 .. 40) {
        my @left = children() or last;
        push @names, map { "$_->[1] ($_->[0])" } @left if $round == 1;
        kill $round < 20 ? 'TERM' : 'KILL', map { $_->[0] } @left if $round == 1 || $round >= 20;
        sleep 0.1;
        reap();
    }
    reap();
    return @names;
}

sub reap { 1 while waitpid(-1, WNOHANG) > 0 }

1;
