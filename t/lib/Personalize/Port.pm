package Personalize::Port;

# Loopback ports of a test that no other test on this machine takes, also one that runs beside it.
#
# They are none of those that the kernel gives to clients: such a port may be some connection's, at
# the moment when a server wants to listen there.  Between choice and use a port is held by a socket
# of an abstract name, which ends with the test however the test ends.

use strict;
use warnings;

use IO::Socket::INET;
use Socket qw(AF_UNIX SOCK_DGRAM pack_sockaddr_un);

my @held;    # sockets
my $next;

# A port; ours until this process and its children that run no other program have ended.
sub take {
    my ($first, $last) = _range();
    my $count = $last - $first + 1;

    # Not by rand(): a test may have chosen where that begins.
    $next //= $$ * 61;
    for (1 .. $count) {
        my $port = $first + $next++ % $count;
        my $mine = _hold($port) or next;
        IO::Socket::INET->new(LocalAddr => '0.0.0.0', LocalPort => $port, Listen => 1) or next;
        push @held, $mine;
        return $port;
    }
    die "no free port from $first to $last\n";
}

sub _hold {
    my ($port) = @_;
    socket my $sock, AF_UNIX, SOCK_DGRAM, 0 or die "socket: $!\n";
    return bind($sock, pack_sockaddr_un("\0personalize test port $port")) ? $sock : undef;
}

# The larger part of what the kernel leaves, from where no well-known server is.
sub _range {
    my ($low, $high) = (32_768, 60_999);
    if (open my $in, '<', '/proc/sys/net/ipv4/ip_local_port_range') {
        ($low, $high) = split ' ', <$in>;
    }
    my @below = (10_000, $low - 1);
    my @above = ($high + 1, 65_535);
    my ($range) = sort { $b->[1] - $b->[0] <=> $a->[1] - $a->[0] } \@below, \@above;
    return $range->[1] - $range->[0] >= 1000 ? @$range : (10_000, 65_535);
}

1;
