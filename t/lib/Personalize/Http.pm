package Personalize::Http;

# A raw HTTP/1.x client: the test decides every byte of the request, and sees
# every byte, and the time, of the reply.

use strict;
use warnings;

use IO::Select;
use IO::Socket::IP;
use Socket qw(SOL_SOCKET SO_LINGER SO_RCVBUF);
use Time::HiRes qw(time);

use Personalize::Http::Reply;

# What a browser says when somebody opens a page.
our @NAVIGATION = (
    'Accept'         => 'text/html,application/xhtml+xml,*/*;q=0.8',
    'Sec-Fetch-Dest' => 'document',
    'Sec-Fetch-Mode' => 'navigate',
);

# A connection.  rcvbuf: bytes, for a client that is slow to read.
sub new {
    my ($class, $port, %o) = @_;

    # not ::INET, which takes no Sockopts and says nothing
    my $sock = IO::Socket::IP->new(
        PeerHost => '127.0.0.1', PeerPort => $port, Proto => 'tcp', Timeout => 5,
        $o{rcvbuf} ? (Sockopts => [[SOL_SOCKET, SO_RCVBUF, pack('l', $o{rcvbuf})]]) : (),
    ) or die "cannot connect to port $port: $@\n";
    $sock->autoflush(1);

    return bless { sock => $sock, buf => '', sent => time() }, $class;
}

sub send {
    my ($self, $bytes) = @_;
    $self->{sent} = time();
    print { $self->{sock} } $bytes;
    return $self;
}

# The next reply: complete, or what came until the peer closed or `timeout` passed.
sub reply {
    my ($self, %o) = @_;

    my $reply = Personalize::Http::Reply->new($o{method} // 'GET', $self->{sent});
    my $end = time() + ($o{timeout} // 10);
    my $wait = IO::Select->new($self->{sock});

    $self->{buf} = $reply->feed($self->{buf}) if length $self->{buf};

    while (!$reply->complete) {
        my $left = $end - time();
        last if $left <= 0 || !$wait->can_read($left);

        my $n = sysread($self->{sock}, my $bytes, 65536);
        if (!$n) {
            $reply->eof;
            last;
        }
        $self->{buf} = $reply->feed($bytes);
    }

    return $reply;
}

sub close {
    my ($self) = @_;
    CORE::close $self->{sock};
}

# Leave with a RST, as a browser does whose tab was closed.
sub reset {
    my ($self) = @_;
    setsockopt($self->{sock}, SOL_SOCKET, SO_LINGER, pack('ll', 1, 0));
    CORE::close $self->{sock};
}

# The text of a request.  headers: a flat list; undef as a value leaves a default out.
sub text {
    my ($path, %o) = @_;

    my @headers = (Host => $o{host} // 'localhost', Connection => 'close');
    push @headers, @NAVIGATION if !$o{bare};
    push @headers, Cookie => $o{cookie} if defined $o{cookie};
    push @headers, 'Content-Length' => length $o{body} if defined $o{body};

    my @own = @{ $o{headers} || [] };
    my %replaced;
    for (my $i = 0; $i < @own; $i += 2) {
        $replaced{lc $own[$i]} = 1;
    }

    my $text = join(' ', $o{method} // 'GET', $path, 'HTTP/' . ($o{http} // '1.1')) . "\r\n";
    while (my ($name, $value) = splice @headers, 0, 2) {
        $text .= "$name: $value\r\n" if !$replaced{lc $name};
    }
    while (my ($name, $value) = splice @own, 0, 2) {
        $text .= "$name: $value\r\n" if defined $value;
    }

    return $text . "\r\n" . ($o{body} // '');
}

# One request on a connection of its own.
sub get {
    my ($port, $path, %o) = @_;

    my $c = Personalize::Http->new($port, %o);
    $c->send(text($path, %o));
    return $c->reply(%o);
}

1;
