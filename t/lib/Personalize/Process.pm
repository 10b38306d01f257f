package Personalize::Process;

# Child processes of a test.  Each is ended by its own pid when the test ends,
# also when it dies or is killed: a keeper process holds one end of a pipe, and
# does the same work when the pipe closes without a word.

use strict;
use warnings;

use IO::Handle;
use POSIX qw(:sys_wait_h setpgid);
use Time::HiRes qw(sleep time);

my %alive;     # pid => name
my %ended;     # pid => wait status, of those that ended by themselves
my $keeper;    # our end of the pipe
my $owner = $$;
my $died;      # the words with which the test ends, if it dies

$SIG{__DIE__} = sub { $died = "$_[0]" if defined $^S && !$^S };
$SIG{INT} = $SIG{TERM} = $SIG{HUP} = sub { exit 1 };
$SIG{PIPE} = 'IGNORE';

# What measures milliseconds goes ahead of whatever else a busy machine does, where the user may say
# so (root).  Of this process and all that it starts from now on.
sub ahead {
    eval { setpriority 0, 0, -15 };
}

# Run a program; its output goes to the file `log`.
sub spawn {
    my ($name, $log, @argv) = @_;

    return _fork($name, sub {
        open STDOUT, '>>', $log or POSIX::_exit(126);
        open STDERR, '>&', \*STDOUT or POSIX::_exit(126);
        exec { $argv[0] } @argv or POSIX::_exit(127);
    });
}

# Run a function of the test itself in a child.
sub background {
    my ($name, $code) = @_;

    return _fork($name, sub {
        close $keeper;
        $SIG{INT} = $SIG{TERM} = $SIG{HUP} = 'DEFAULT';
        open STDOUT, '>', '/dev/null';
        eval { $code->(); 1 } or print STDERR "# $name: $@";
        POSIX::_exit($@ ? 1 : 0);
    });
}

# A child of a child (one connection of a scripted server): in its group, so it ends with it.
sub branch {
    my ($code) = @_;

    my $pid = fork();
    return $pid if $pid;
    eval { $code->(); 1 } or print STDERR "# $@";
    POSIX::_exit(0);
}

sub is_alive {
    my ($pid) = @_;
    my $n = waitpid($pid, WNOHANG);
    $ended{$pid} = $? if $n == $pid;
    return $n == 0;
}

# End one child and wait for it.  Returns its wait status, undef if it was gone.
sub stop {
    my ($pid, %o) = @_;
    return undef if !defined $pid || !exists $alive{$pid};

    my ($signal, $seconds) = ($o{signal} // 'TERM', $o{seconds} // 5);
    my $status;

    kill $signal, $pid;
    my $gone = until_true($seconds, sub {
        my $n = waitpid($pid, WNOHANG);
        $status = $n == $pid ? $? : $ended{$pid};
        return $n != 0;
    });

    if (!$gone) {
        print STDERR "# $alive{$pid} ($pid) did not end on $signal\n" if $signal ne 'KILL';
        kill 'KILL', -$pid;
        waitpid($pid, 0);
        $status = $?;
    }

    kill 'KILL', -$pid;    # what it left behind in its group
    delete $alive{$pid};
    print $keeper "-$pid\n";
    return $status;
}

# Poll until it is true: its value, or false after so many seconds.
sub until_true {
    my ($seconds, $code) = @_;
    my $end = time() + $seconds;

    while (1) {
        my $value = $code->();
        return $value if $value;
        return $value if time() > $end;
        sleep 0.01;
    }
}

sub _fork {
    my ($name, $code) = @_;

    _start_keeper() if !$keeper;

    my $pid = fork() // die "fork: $!";
    if ($pid == 0) {
        setpgid(0, 0);
        $code->();
        POSIX::_exit(0);
    }

    setpgid($pid, $pid);
    $alive{$pid} = $name;
    print $keeper "+$pid\n";
    return $pid;
}

sub _start_keeper {
    pipe(my $read, $keeper) or die "pipe: $!";

    my $pid = fork() // die "fork: $!";
    if ($pid == 0) {
        close $keeper;
        setpgid(0, 0);
        open STDIN,  '<', '/dev/null';
        open STDOUT, '>', '/dev/null';
        open STDERR, '>', '/dev/null';

        my %held;
        while (my $line = <$read>) {
            $line =~ /^\+(\d+)/ and $held{$1} = 1;
            $line =~ /^-(\d+)/ and delete $held{$1};
        }
        kill 'KILL', -$_ for keys %held;
        POSIX::_exit(0);
    }

    close $read;
    $keeper->autoflush(1);
}

END {
    if ($$ == $owner) {
        local $?;

        # A failure with a name: whoever reads a summary only is told why as well.
        Test::Builder->new->ok(0, "died: $1") if defined $died && $died =~ /^([^\n#]*)/ && Test::Builder->can('new');
        stop($_, seconds => 2) for keys %alive;
        close $keeper if $keeper;
    }
}

1;
