package Bench::Network;

# A wire between client and server: two network namespaces and a veth pair with Ethernet's MTU.
# They belong to processes of ours and go with them: nothing is left behind, nothing needs a name.

use strict;
use warnings;

use POSIX ();

use Personalize::Process;

my ($server, $client) = ('10.99.0.1', '10.99.0.2');

# Why this cannot be had here; undef when it can.
sub missing {
    for my $tool (qw(unshare nsenter ip)) {
        my @found = grep { -x "$_/$tool" } split(/:/, $ENV{PATH}), '/sbin';
        return "no $tool (packages util-linux, iproute2)" if !@found;
    }
    my $try = 'ip link set lo up && ip link add pz0 type veth peer name pz1';
    my $said = `unshare -n sh -c '$try' 2>&1`;
    return undef if $? == 0;
    return 'not permitted: ' . ((split /\n/, $said)[0] // 'no network namespaces');
}

# Run this program anew, with these arguments, as the only one in a namespace; does not return.
sub enter {
    my ($program, @arguments) = @_;
    exec 'unshare', '-n', 'sh', '-c', 'ip link set lo up && exec "$@"', 'bench', $^X, $program,
        @arguments;
    die "unshare: $!\n";
}

# Inside: the client's end.  { address (of the server), client (what its commands begin with) }
sub open {
    my ($class, $mtu) = @_;

    my $pid = Personalize::Process::spawn('network', '/dev/null',
        'unshare', '-n', 'sleep', '100000');
    my $own = readlink '/proc/self/ns/net';
    Personalize::Process::until_true(5, sub { (readlink("/proc/$pid/ns/net") // $own) ne $own })
        or die "no namespace for the client\n";

    my @inside = ('nsenter', '-t', $pid, '-n');
    my $self = bless { pid => $pid, address => $server, client => \@inside }, $class;
    _run('ip', 'link', 'add', 'pz0', 'mtu', $mtu, 'type', 'veth',
        'peer', 'name', 'pz1', 'mtu', $mtu, 'netns', $pid);
    _run('ip', 'addr', 'add', "$server/30", 'dev', 'pz0');
    _run('ip', 'link', 'set', 'pz0', 'up');
    _run(@{ $self->{client} }, 'ip', 'addr', 'add', "$client/30", 'dev', 'pz1');
    _run(@{ $self->{client} }, 'ip', 'link', 'set', 'pz1', 'up');
    return $self;
}

sub _run { system(@_) == 0 or die "@_: failed\n" }

1;
