package Personalize::Pair;

# A master that is far, and a replica of it that is near.

use strict;
use warnings;

use Time::HiRes qw(time);

use Personalize::Process;
use Personalize::Redis;

# Options: password, args (more of redis-server's own, for both).
sub start {
    my ($class, $t, %o) = @_;

    my $self = bless { t => $t, %o }, $class;
    $self->{far} = $self->_server('far');
    $self->{near} = $self->_server('near', '--replicaof', '127.0.0.1', $t->port('far'));
    return $self;
}

sub far  { $_[0]{far} }
sub near { $_[0]{near} }

sub url { my ($self, $auth) = @_; return 'redis://' . ($auth // '') . '127.0.0.1:' . $self->{t}->port('far') }
sub near_option { return 'near=127.0.0.1:' . $_[0]{t}->port('near') }

# The replica says so, and has what the master took a moment ago.
sub is_in_step {
    my ($self) = @_;
    return 0 if ((eval { $self->{near}->command('ROLE') } || [])->[3] // '') ne 'connected';
    $self->{far}->command('SET', 'beat', time);
    return $self->{far}->command('WAIT', 1, 1000) >= 1;
}

sub wait_in_step { my ($self, $seconds) = @_; return Personalize::Process::until_true($seconds // 15, sub { $self->is_in_step }) }

# Have the replica follow a master that is not there, and the right one.
sub mislead { my ($self) = @_; $self->{near}->command('REPLICAOF', '127.0.0.1', $self->{t}->port('nobody')) }
sub lead    { my ($self) = @_; $self->{near}->command('REPLICAOF', '127.0.0.1', $self->{t}->port('far')) }

sub stop { my ($self) = @_; $_->stop for $self->{far}, $self->{near} }

sub _server {
    my ($self, $name, @args) = @_;
    my $dir = "$self->{t}{dir}/$name";
    mkdir $dir;
    return Personalize::Redis->start($dir, port => $self->{t}->port($name), password => $self->{password},
        args => [ defined $self->{password} ? ('--masterauth', $self->{password}) : (),
            '--repl-diskless-sync-delay', 0, '--repl-ping-replica-period', 1, @{ $self->{args} || [] }, @args ]);
}

1;
