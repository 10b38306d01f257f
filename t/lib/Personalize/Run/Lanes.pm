package Personalize::Run::Lanes;

# Programs side by side, each in a process of its own, group by group.  What came of them is told in the
# order in which they were given, whoever ends first.

use strict;
use warnings;

use JSON::PP qw(decode_json encode_json);

use Personalize::Run::Orphans;
use Personalize::Run::Program;

# Options: scratch (a folder), seconds (for each, instead of its suite's),
# may (whether one may still begin: undef, or why not), tell (called with each program and what came
# of it, as Personalize::Run::Program::run returns it).
sub new {
    my ($class, %o) = @_;
    return bless { %o, programs => [], next => 0, running => {}, results => [], told => 0 }, $class;
}

# Groups as Personalize::Run::Plan makes them.
sub run {
    my ($self, @groups) = @_;

    for my $group (@groups) {
        push @{ $self->{programs} }, @{ $group->{programs} };
        $self->{jobs} = $group->{jobs};
        while ($self->_begin || %{ $self->{running} }) {
            $self->_collect;
        }
    }
}

# Begin what may begin now.  Whether something has begun or been refused.
sub _begin {
    my ($self) = @_;
    my $begun = 0;

    while ($self->{next} < @{ $self->{programs} } && keys %{ $self->{running} } < $self->{jobs}) {
        my $at = $self->{next}++;
        my $why_not = $self->{may}->();
        if (defined $why_not) {
            $self->_came_of($at, _failed($why_not));
        } else {
            $self->_fork($at);
        }
        $begun++;
    }
    return $begun;
}

sub _fork {
    my ($self, $at) = @_;
    my $scratch = "$self->{scratch}/$at";
    mkdir $scratch or die "run-tests: $scratch: $!\n";

    my $pid = fork // die "run-tests: fork: $!\n";
    if ($pid == 0) {
        Personalize::Run::Orphans::end_with_parent();
        my $result = eval { Personalize::Run::Program::run($self->{programs}[$at], $scratch, $self->{seconds}) }
            // _failed("not run: $@");
        open my $out, '>:raw', "$scratch/result" or POSIX::_exit(1);
        print $out encode_json($result);
        close $out;
        POSIX::_exit(0);
    }
    $self->{running}{$pid} = $at;
}

# Wait for one to end.
sub _collect {
    my ($self) = @_;
    return if !%{ $self->{running} };

    my $pid = waitpid -1, 0;
    my $at = delete $self->{running}{$pid} // return;
    my $result = eval {
        open my $in, '<:raw', "$self->{scratch}/$at/result" or die "it died\n";
        local $/;
        decode_json(<$in>);
    };
    $self->_came_of($at, $result // _failed("what ran it gave no result: $@"));
}

sub _failed { return { ok => 0, bad => [ $_[0] ], skips => [], took => 0, cpu => 0, said => '' } }

sub _came_of {
    my ($self, $at, $result) = @_;
    $self->{results}[$at] = $result;
    while (my $next = $self->{results}[ $self->{told} ]) {
        $self->{tell}->($self->{programs}[ $self->{told}++ ], $next);
    }
}

# End all that run, and wait for them; tell what is known of those behind the first of them.
sub end {
    my ($self) = @_;

    kill 'TERM', keys %{ $self->{running} };
    waitpid $_, 0 for keys %{ $self->{running} };
    for my $at ($self->{told} .. $#{ $self->{results} }) {
        my $result = $self->{results}[$at] or next;
        $self->{tell}->($self->{programs}[$at], $result);
    }
}

1;
