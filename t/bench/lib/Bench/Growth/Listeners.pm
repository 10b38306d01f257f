package Bench::Growth::Listeners;

# What Redis spends on telling of changes, as those who listen become more: connections that track
# all keys of the prefix (CLIENT TRACKING BCAST), as caches that are to know of every change have.

use strict;
use warnings;

use IO::Select;
use IO::Socket::UNIX;

use Bench::Load;
use Bench::Report;
use Personalize::Process;

# counts; writes (of each measurement).
sub report {
    my ($redis, %o) = @_;
    my @rows;
    for my $count (@{ $o{counts} }) {
        my $reader = $count
            ? Personalize::Process::background('listeners', sub { _listen($redis->{path}, $count) })
            : undef;
        Personalize::Process::until_true(10, sub { $redis->clients >= $count })
            or die "listeners do not come\n";

        my $before = Bench::Load::spent($redis->{pid});
        my $out = _sent($redis);
        _write($redis, $o{writes});
        my $each = (Bench::Load::spent($redis->{pid}) - $before) / 1000 / $o{writes};
        push @rows, [ $count, sprintf('%.1f', $each),
            sprintf('%.0f', (_sent($redis) - $out) / $o{writes}) ];
        Personalize::Process::stop($reader, signal => 'KILL') if $reader;
        Personalize::Process::until_true(10, sub { $redis->clients == 0 });
    }
    my @head = ('listeners', 'Redis: CPU µs a write', 'bytes sent a write');
    return Bench::Report::markdown(\@head, @rows);
}

sub _sent {
    my ($redis) = @_;
    my ($bytes) = $redis->command('INFO', 'stats') =~ /^total_net_output_bytes:(\d+)/m;
    return $bytes;
}

# One write at a time, as they come from many: the more come at once, the fewer messages tell of
# them.
sub _write {
    my ($redis, $count) = @_;
    for (1 .. $count) {
        my $id = 'v' . (1 + $_ * 7919 % 10_000);
        $redis->command('HINCRBY', "pz:visitor:{$id}", 'points', 1);
    }
}

sub _listen {
    my ($path, $count) = @_;
    my $all = IO::Select->new;
    for (1 .. $count) {
        my $sock = IO::Socket::UNIX->new(Peer => $path) or die "$path: $!\n";
        syswrite $sock, "CLIENT ID\r\n";
        sysread $sock, my $reply, 100;
        my ($id) = $reply =~ /(\d+)/;
        syswrite $sock, "CLIENT TRACKING ON REDIRECT $id BCAST PREFIX pz:\r\n"
            . "SUBSCRIBE __redis__:invalidate\r\n";
        $all->add($sock);
    }
    while (1) {
        for my $sock ($all->can_read) {
            sysread($sock, my $bytes, 65536) or POSIX::_exit(0);
        }
    }
}

1;
