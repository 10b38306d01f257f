package Personalize::Upstream;

# A scripted origin server: one child a connection, every byte and pause as the test says.
#
#   my $origin = Personalize::Upstream->start($port, sub {
#       my ($request) = @_;                  # method path headers body
#       return { body => $page, piece => 1 };
#   });
#
# What a script may say: status headers body type; framing (length, chunked, close); piece (bytes
# a write, or 'random'); pause (seconds between two writes); delay (seconds before the head);
# coding (gzip deflate br); cut (bytes of the body after which the connection closes);
# trailers; raw (the whole reply as it is).

use strict;
use warnings;

use IO::Socket::INET;
use Socket qw(IPPROTO_TCP TCP_NODELAY);
use Time::HiRes qw(sleep);

use Personalize::Codec qw(encode);
use Personalize::Process;

sub start {
    my ($class, $port, $script, %o) = @_;

    my $listen = IO::Socket::INET->new(
        LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 128, ReuseAddr => 1,
    ) or die "cannot listen on port $port: $@\n";

    my $self = bless { port => $port, script => $script, log => $o{log} }, $class;
    $self->{pid} = Personalize::Process::background("origin", sub { $self->_accept($listen) });
    close $listen;
    return $self;
}

sub stop {
    my ($self) = @_;
    Personalize::Process::stop($self->{pid}, signal => 'KILL');
}

# The processes that serve a connection each.
sub children {
    my ($self) = @_;
    open my $fh, '<', "/proc/$self->{pid}/task/$self->{pid}/children" or return ();
    return split ' ', <$fh> // '';
}

# The request lines seen so far, oldest first: needs `log`.
sub seen {
    my ($self) = @_;
    open my $fh, '<', $self->{log} or return ();
    chomp(my @lines = <$fh>);
    return @lines;
}

sub _accept {
    my ($self, $listen) = @_;
    local $SIG{CHLD} = 'IGNORE';

    while (1) {
        my $sock = $listen->accept or next;
        Personalize::Process::branch(sub {
            close $listen;
            setsockopt($sock, IPPROTO_TCP, TCP_NODELAY, 1);
            $self->_serve($sock);
        });
        close $sock;
    }
}

sub _serve {
    my ($self, $sock) = @_;

    binmode $sock;
    my $request = _read_request($sock) or return;
    $self->_note($request);

    srand($$);
    my $reply = $self->{script}->($request);
    _send($sock, $request, $reply);
    close $sock;
}

sub _note {
    my ($self, $request) = @_;
    return if !$self->{log};
    open my $fh, '>>', $self->{log} or die "$self->{log}: $!";
    syswrite $fh, "$request->{method} $request->{path}\n";
}

sub _read_request {
    my ($sock) = @_;

    local $/ = "\r\n\r\n";
    my $head = <$sock>;
    return undef if !defined $head || $head !~ /\r\n\r\n\z/;

    my ($line, @lines) = split /\r\n/, $head;
    my ($method, $path) = split / /, $line;
    my %headers = map { my ($n, $v) = split /:\s*/, $_, 2; (lc $n => $v) } @lines;

    my $body = '';
    read $sock, $body, $headers{'content-length'} if $headers{'content-length'};
    return { method => $method, path => $path, headers => \%headers, body => $body };
}

sub _send {
    my ($sock, $request, $reply) = @_;

    sleep $reply->{delay} if $reply->{delay};
    if (defined $reply->{raw}) {
        return _write($sock, $reply->{raw}, $reply);
    }

    my $body = $reply->{body} // '';
    my @headers = @{ $reply->{headers} || [] };
    if ($reply->{coding}) {
        $body = encode($reply->{coding}, $body);
        push @headers, 'Content-Encoding' => $reply->{coding};
    }

    my $framing = $reply->{framing} // 'length';
    my $type = exists $reply->{type} ? $reply->{type} : 'text/html; charset=utf-8';
    push @headers, 'Content-Type' => $type if defined $type;
    push @headers, 'Content-Length' => length $body if $framing eq 'length';
    push @headers, 'Transfer-Encoding' => 'chunked' if $framing eq 'chunked';

    my $head = 'HTTP/1.1 ' . ($reply->{status} // 200) . " Scripted\r\nConnection: close\r\n";
    while (my ($name, $value) = splice @headers, 0, 2) {
        $head .= "$name: $value\r\n";
    }
    syswrite $sock, "$head\r\n" or return;
    return if $request->{method} eq 'HEAD';

    sleep $reply->{first_byte} if $reply->{first_byte};
    my $whole = !defined $reply->{cut};
    $body = substr $body, 0, $reply->{cut} if !$whole;
    _write($sock, $body, $reply, $framing eq 'chunked') or return;
    syswrite $sock, "0\r\n" . ($reply->{trailers} // '') . "\r\n" if $framing eq 'chunked' && $whole;
}

sub _write {
    my ($sock, $body, $reply, $chunked) = @_;

    my $piece = $reply->{piece} // length $body;
    for (my $at = 0; $at < length $body;) {
        my $n = $piece eq 'random' ? 1 + int rand(rand() < 0.5 ? 40 : 9000) : $piece;
        my $bytes = substr $body, $at, $n;
        $at += length $bytes;

        $bytes = sprintf("%x\r\n", length $bytes) . "$bytes\r\n" if $chunked;
        _all($sock, $bytes) or return 0;
        sleep $reply->{pause} if $reply->{pause};
    }
    return 1;
}

sub _all {
    my ($sock, $bytes) = @_;
    while (length $bytes) {
        my $n = syswrite($sock, $bytes) or return 0;
        substr $bytes, 0, $n, '';
    }
    return 1;
}

1;
