package Personalize::Link;

# The line between nginx and a real Redis: it records what nginx sends, delays or splits what
# Redis answers, and can be cut.  Commands of any kind pass, so a test need not know which ones
# the module sends.

use strict;
use warnings;

use IO::Handle;
use IO::Select;
use IO::Socket::UNIX;
use Time::HiRes qw(time);

use Personalize::Process;

# Options: delay (seconds for each reply), split (bytes a write of a reply).
sub start {
    my ($class, $dir, $redis, %o) = @_;

    my $self = bless {
        path => "$dir/link.sock", record => "$dir/link.bytes", to => $redis->{path},
        delay => $o{delay} // 0, split => $o{split} // 0, pairs => {},
    }, $class;

    unlink $self->{path};
    my $listen = IO::Socket::UNIX->new(Local => $self->{path}, Listen => 16)
        or die "$self->{path}: $!\n";
    chmod 0777, $self->{path};

    pipe(my $read, $self->{control}) or die "pipe: $!";
    $self->{control}->autoflush(1);
    $self->{pid} = Personalize::Process::background('link', sub {
        close $self->{control};
        $self->_run($listen, $read);
    });
    close $read;
    close $listen;
    return $self;
}

sub url  { 'unix://' . $_[0]{path} }
sub stop { Personalize::Process::stop($_[0]{pid}, signal => 'KILL') }

# Change delay or split from now on; `cut` closes the connections that are open.
sub set { print { $_[0]{control} } "$_[1] $_[2]\n"; select undef, undef, undef, 0.02 }
sub cut { $_[0]->set('cut', 1) }

# Every byte that nginx has sent so far.
sub sent {
    my ($self) = @_;
    open my $fh, '<:raw', $self->{record} or return '';
    local $/;
    return scalar(<$fh>) // '';
}

sub _run {
    my ($self, $listen, $control) = @_;
    my $wait = IO::Select->new($listen, $control);
    my @queue;    # [when, socket, bytes]

    while (1) {
        my $until = @queue ? $queue[0][0] - time() : 1;
        for my $from ($wait->can_read($until < 0 ? 0 : $until)) {
            if ($from == $listen) {
                $self->_open($wait, $listen->accept);
            } elsif ($from == $control) {
                sysread($control, my $lines, 4096) or POSIX::_exit(0);
                $self->_obey($wait, $_) for split /\n/, $lines;
            } else {
                $self->_pass($wait, $from, \@queue);
            }
        }

        while (@queue && $queue[0][0] <= time()) {
            my (undef, $to, $bytes) = @{ shift @queue };
            $self->_write($to, $bytes);
        }
    }
}

sub _open {
    my ($self, $wait, $client) = @_;
    my $server = IO::Socket::UNIX->new(Peer => $self->{to}) or return close $client;
    @{ $self->{pairs} }{ $client, $server } = ([ $server, 'out' ], [ $client, 'in' ]);
    $wait->add($client, $server);
}

sub _obey {
    my ($self, $wait, $line) = @_;
    my ($what, $value) = split ' ', $line;

    if ($what eq 'cut') {
        for my $sock ($wait->handles) {
            $self->_drop($wait, $sock) if $self->{pairs}{$sock};
        }
        return;
    }
    $self->{$what} = $value;
}

sub _pass {
    my ($self, $wait, $from, $queue) = @_;
    my $pair = $self->{pairs}{$from} or return;
    my ($to, $direction) = @$pair;

    my $n = sysread $from, my $bytes, 65536;
    return $self->_drop($wait, $from) if !$n;

    if ($direction eq 'out') {
        open my $fh, '>>:raw', $self->{record};
        syswrite $fh, $bytes;
        return syswrite $to, $bytes;
    }
    push @$queue, [ time() + $self->{delay}, $to, $bytes ];
}

sub _write {
    my ($self, $to, $bytes) = @_;
    return if !defined fileno $to;    # cut meanwhile
    my $n = $self->{split} || length $bytes;

    while (length $bytes) {
        syswrite($to, substr $bytes, 0, $n, '') or return;
        select undef, undef, undef, 0.0002 if $self->{split};
    }
}

sub _drop {
    my ($self, $wait, $sock) = @_;
    my $pair = delete $self->{pairs}{$sock} or return;
    delete $self->{pairs}{ $pair->[0] };
    $wait->remove($sock, $pair->[0]);
    close $sock;
    close $pair->[0];
}

1;
