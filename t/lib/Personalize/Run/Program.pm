package Personalize::Run::Program;

# One test program: how it is started, how long it may take, what it leaves behind.

use strict;
use warnings;

use POSIX qw(setpgid);
use Time::HiRes qw(alarm time);

use Personalize::Run::Orphans;
use Personalize::Run::Verdict;

# Seconds that one program may take, by suite.
my %limit = (unit => 120, golden => 120, nginx => 180, judge => 300, browser => 300);
my $usual = 180;

# The time a program may take: by the folder that it stands in.
sub allowed {
    my ($program) = @_;
    for my $suite (keys %limit) {
        return $limit{$suite} if $program =~ m{(^|/)\Q$suite\E/};
    }
    return $usual;
}

# The command line for a program.
sub command {
    my ($program) = @_;

    return ('node', $program) if $program =~ /\.mjs$/;
    return ($program)         if -x $program && $program !~ /\.t$/;

    open my $in, '<', $program or return ($program);
    my $first = <$in> // '';
    return (split(' ', $1), $program) if $first =~ /^#!\s*(\S.*)$/;
    return ('perl', $program);
}

# Run it, in a process of its own that is made for it: it adopts what the program leaves behind, and
# ends it when it is asked to end itself.  `scratch`: a folder for its output; `seconds`: instead of
# those of its suite.  Returns what the verdict is, and took, cpu (seconds) and said (the end of its
# output, if it failed).
sub run {
    my ($program, $scratch, $seconds) = @_;
    my ($out, $err) = ("$scratch/out", "$scratch/err");
    my $allowed = $seconds || allowed($program);
    my $began = time;

    Personalize::Run::Orphans::adopt();
    my $pid = _start($program, $out, $err);
    local @SIG{qw(INT TERM HUP)} = (sub { _abandon($pid) }) x 3;
    my ($status, $late) = _wait_for($pid, $began + $allowed);
    my $took = time - $began;
    Personalize::Run::Orphans::end_group($pid);

    my @left = Personalize::Run::Orphans::end(2);
    my $verdict = Personalize::Run::Verdict::of($out,
        { status => $status, late => $late && $allowed, left => $late ? [] : \@left });
    my (undef, undef, $user, $system) = times;
    return { %$verdict, took => $took, cpu => $user + $system, said => @{ $verdict->{bad} } ? tail($out, $err) : '' };
}

sub _start {
    my ($program, $out, $err) = @_;

    my $pid = fork // die "run-tests: fork: $!\n";
    if ($pid) {
        setpgid($pid, $pid);
        return $pid;
    }
    setpgid(0, 0);
    @SIG{qw(INT TERM HUP)} = ('DEFAULT') x 3;
    open STDIN,  '<', '/dev/null';
    open STDOUT, '>', $out or POSIX::_exit(127);
    open STDERR, '>', $err or POSIX::_exit(127);
    $ENV{CMOCKA_MESSAGE_OUTPUT} = 'TAP';
    delete @ENV{qw(MAKEFLAGS MAKELEVEL MFLAGS)};
    my @command = command($program);
    { exec { $command[0] } @command }
    print STDERR "$command[0]: cannot start: $!\n";
    POSIX::_exit(127);
}

# Its wait status, and whether it was late.  Orphans that end meanwhile are reaped as well.
sub _wait_for {
    my ($pid, $deadline) = @_;
    my $late = 0;

    # Again and again: an alarm between two calls of waitpid would wake neither.
    local $SIG{ALRM} = sub {
        $late++;
        kill 'TERM', -$pid if $late == 1;
        kill 'KILL', -$pid if $late > 20;
    };
    alarm $deadline - time, 0.05;
    my $ended = 0;
    $ended = waitpid -1, 0 while $ended != $pid && $ended != -1;
    my $status = $?;
    alarm 0;
    return ($status, $late);
}

sub _abandon {
    my ($pid) = @_;
    @SIG{qw(INT TERM HUP)} = ('IGNORE') x 3;
    alarm 0;
    Personalize::Run::Orphans::end_group($pid);
    Personalize::Run::Orphans::end(0);
    POSIX::_exit(130);
}

# The end of files, indented.
sub tail {
    my (@files) = @_;
    my $text = '';
    for my $file (@files) {
        open my $in, '<', $file or next;
        my @lines = <$in>;
        splice @lines, 0, @lines - 60 if @lines > 60;
        $text .= join '', map { s/\s+$//r =~ s/^/    /r . "\n" } @lines;
    }
    return $text;
}

1;
