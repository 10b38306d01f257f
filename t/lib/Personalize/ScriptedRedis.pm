package Personalize::ScriptedRedis;

# A Redis whose every byte and pause the test decides: one child a connection.
#
#   my $redis = Personalize::ScriptedRedis->start($folder, sub {
#       my ($c) = @_;                          # one connection; $c->number counts from 1
#       $c->greet;                             # AUTH, SELECT and PING, as a healthy server
#       $c->expect('HGETALL', 'pz:visitor:{v1}');
#       $c->send("*0\r\n");
#       $c->delay(0.05);
#       $c->serve(sub { my (@argv) = @_; return $c->bulk($argv[1]) });
#   });
#   is_deeply([ $redis->seen ], [ ... ]);      # the commands that came, of all connections
#
# It listens on a unix socket in the folder; port => N: on a loopback port as well, host => another
# loopback address.

use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use IO::Socket::IP;
use IO::Socket::UNIX;
use JSON::PP qw(decode_json encode_json);
use Socket qw(IPPROTO_TCP SHUT_WR SOL_SOCKET SO_LINGER TCP_NODELAY);
use Time::HiRes qw(sleep time);

use Personalize::Process;

my $started = 0;

sub start {
    my ($class, $dir, $script, %o) = @_;

    my $name = "$dir/scripted" . ++$started;
    my $self = bless { path => "$name.sock", log => "$name.log", script => $script, %o }, $class;
    my @listen = $self->_listen;

    open my $fh, '>', $self->{log} or die "$self->{log}: $!";
    close $fh;
    $self->{pid} = Personalize::Process::background('scripted redis', sub { $self->_accept(@listen) });
    close $_ for @listen;
    return $self;
}

sub _listen {
    my ($self) = @_;

    unlink $self->{path};
    my @listen = IO::Socket::UNIX->new(Local => $self->{path}, Listen => 128)
        || die "cannot listen on $self->{path}: $!\n";
    chmod 0777, $self->{path};

    my $kind = ($self->{host} // '') =~ /:/ ? 'IO::Socket::IP' : 'IO::Socket::INET';
    push @listen, $kind->new(LocalAddr => $self->{host} // '127.0.0.1', LocalPort => $self->{port},
        Listen => 128, ReuseAddr => 1) || die "cannot listen on port $self->{port}: $@\n"
        if $self->{port};
    return @listen;
}

sub url { 'unix://' . $_[0]{path} }

sub stop {
    my ($self) = @_;
    Personalize::Process::stop(delete $self->{pid}, signal => 'KILL') if $self->{pid};
    unlink $self->{path};
}

# The commands so far, each a reference to its words; of connection N only when asked.
sub seen {
    my ($self, $number) = @_;
    return map { $_->{argv} }
        grep { $_->{argv} && (!defined $number || $_->{number} == $number) } $self->_notes;
}

# How many connections were made, and what a script complained of.
sub connections { my ($self) = @_; return scalar grep { $_->{accepted} } $self->_notes }
sub complaints  { my ($self) = @_; return map { $_->{complaint} // () } $self->_notes }

# Seconds (absolute) at which connections were made.

sub _notes {
    my ($self) = @_;
    open my $fh, '<', $self->{log} or return ();
    return map { decode_json($_) } <$fh>;
}

sub _note {
    my ($self, %note) = @_;
    open my $fh, '>>', $self->{log} or die "$self->{log}: $!";
    syswrite $fh, encode_json(\%note) . "\n";    # one write: children share the file
}

sub _accept {
    my ($self, @listen) = @_;
    local $SIG{CHLD} = 'IGNORE';
    my $wait = IO::Select->new(@listen);
    my $number = 0;

    while (1) {
        for my $listen ($wait->can_read) {
            my $sock = $listen->accept or next;
            $number++;
            $self->_note(number => $number, accepted => time());
            Personalize::Process::branch(sub {
                close $_ for @listen;
                $self->_run($sock, $number);
            });
            close $sock;
        }
    }
}

sub _run {
    my ($self, $sock, $number) = @_;

    binmode $sock;
    setsockopt($sock, IPPROTO_TCP, TCP_NODELAY, 1) if !$sock->isa('IO::Socket::UNIX');
    my $c = bless { server => $self, sock => $sock, number => $number, buf => '' }, ref $self;

    eval { $self->{script}->($c); 1 }
        or $self->_note(number => $number, complaint => "$@");
    close $sock;
}

# --- what a script may do with its connection ---------------------------------

sub number { $_[0]{number} }

# The next command's words; none when the peer is gone.
sub command {
    my ($self) = @_;

    while (1) {
        my @argv = $self->_parse;
        if (@argv) {
            $self->{server}->_note(number => $self->{number}, argv => \@argv)
                if !$self->{server}{quiet};
            return @argv;
        }
        my $n = sysread($self->{sock}, $self->{buf}, 65536, length $self->{buf});
        return () if !$n;
    }
}

# Whether something waits to be read within so many seconds.
sub waiting {
    my ($self, $seconds) = @_;
    return length $self->{buf} || IO::Select->new($self->{sock})->can_read($seconds);
}

sub _parse {
    my ($self) = @_;

    $self->{buf} =~ /\G\*(\d+)\r\n/gc or return ();
    my ($count, $at, @argv) = ($1, $+[0]);
    for (1 .. $count) {
        pos($self->{buf}) = $at;
        $self->{buf} =~ /\G\$(\d+)\r\n/gc or return ();
        my ($len, $from) = ($1, $+[0]);
        return () if length($self->{buf}) < $from + $len + 2;
        push @argv, substr $self->{buf}, $from, $len;
        $at = $from + $len + 2;
    }
    substr($self->{buf}, 0, $at) = '';
    return @argv;
}

# The next command must be this one.
sub expect {
    my ($self, @wanted) = @_;
    my @got = $self->command;
    die "got '@got' where '@wanted' was expected\n" if "@got" ne "@wanted";
}

sub send {
    my ($self, $bytes) = @_;
    my $at = 0;
    while ($at < length $bytes) {
        my $n = syswrite($self->{sock}, $bytes, length($bytes) - $at, $at);
        die "the peer is gone\n" if !defined $n;
        $at += $n;
    }
}

# In pieces of so many bytes, with a pause between two.
sub split {
    my ($self, $bytes, $size, $pause) = @_;
    for (my $at = 0; $at < length $bytes; $at += $size) {
        sleep $pause if $at && $pause;
        $self->send(substr $bytes, $at, $size);
    }
}

# Only the first so many bytes, then the connection closes.
sub cut {
    my ($self, $bytes, $n) = @_;
    $self->send(substr $bytes, 0, $n);
    close $self->{sock};
}

sub delay { my ($self, $seconds) = @_; sleep $seconds if $seconds > 0 }

# Close with a RST.
sub reset {
    my ($self) = @_;
    setsockopt($self->{sock}, SOL_SOCKET, SO_LINGER, pack('ll', 1, 0));
    close $self->{sock};
}

sub half_close { my ($self) = @_; shutdown $self->{sock}, SHUT_WR }

# Say nothing until the peer leaves, and read what it says.
sub hold {
    my ($self) = @_;
    1 while $self->command;
}

# Answer a greeting: everything up to its PING.
sub greet {
    my ($self) = @_;
    while (my @argv = $self->command) {
        my $last = uc $argv[0] eq 'PING';
        $self->send($last ? "+PONG\r\n" : "+OK\r\n");
        return @argv if $last;
    }
    die "the peer left during the greeting\n";
}

# Answer every command with what the function returns (bytes); PING by itself.
sub serve {
    my ($self, $answer) = @_;
    while (my @argv = $self->command) {
        $self->send(uc $argv[0] eq 'PING' ? "+PONG\r\n" : $answer->(@argv));
    }
}

sub bulk { my ($self, $bytes) = @_; return '$' . length($bytes) . "\r\n$bytes\r\n" }
sub array { my ($self, @bulks) = @_; return '*' . @bulks . "\r\n" . join '', map { $self->bulk($_) } @bulks }

1;
