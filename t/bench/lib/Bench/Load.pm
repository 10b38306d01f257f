package Bench::Load;

# One measurement: wrk against one server, and what its worker spent meanwhile.

use strict;
use warnings;

use List::Util qw(sum);

# { requests, rate, p50, p99 (ms), cpu (us a request, of all workers), memory (MB) }
# Options: kind, kb (or prefix, instead of both), connections, seconds, pages, visitors, seed, skew.
sub measure {
    my ($server, %o) = @_;

    my @workers = $server->serving;
    my $net = $server->{shared}{net};
    my $url = 'http://' . ($net ? $net->{address} : '127.0.0.1') . ':' . $server->port('web') . '/';
    my @command = ($net ? @{ $net->{client} } : (),
        'wrk', '-t1', "-c$o{connections}", "-d$o{seconds}s", '--timeout', '10s',
        '-s', "$server->{shared}{bench}/load.lua", $url, '--',
        $o{prefix} // $server->path($o{kind}, $o{kb}), @o{qw(pages visitors seed)}, $o{skew} // 0);

    my $before = spent(@workers);
    open my $out, '-|', @command or die "wrk: $!\n";
    my $text = join '', <$out>;
    close $out;
    my $spent = spent(@workers) - $before;

    my %got = $text =~ /^BENCH (.*)$/m ? map { split /=/ } split ' ', $1 : die "wrk:\n$text";
    die "$server->{scenario}{name}: $got{errors} requests failed:\n$text" if $got{errors};
    $server->{requests} += $got{requests};
    die "$server->{scenario}{name}: no request in $o{seconds} s\n" if !$got{requests};

    return {
        requests => $got{requests}, rate => 1e6 * $got{requests} / $got{usec},
        p50 => $got{p50} / 1000, p99 => $got{p99} / 1000,
        cpu => $spent / 1000 / $got{requests}, memory => $server->memory / 1024,
    };
}

# Nanoseconds that the processes' main threads, their only ones here, have run.
sub spent {
    return sum map {
        my ($ns) = split ' ', Personalize::Nginx::slurp("/proc/$_/schedstat");
        $ns // die "no /proc/$_/schedstat: is the process alive?\n";
    } @_;
}

1;
