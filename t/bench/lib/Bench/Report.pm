package Bench::Report;

# Figures of repeats to medians, spreads and ratios, and these to a Markdown table.

use strict;
use warnings;

sub median {
    my @sorted = sort { $a <=> $b } @_;
    return undef if !@sorted;
    return ($sorted[ $#sorted / 2 ] + $sorted[ @sorted / 2 ]) / 2;
}

# Half the distance between the lowest and the highest, in per cent of the median.
sub spread {
    my @sorted = sort { $a <=> $b } @_;
    my $middle = median(@sorted);
    return $middle ? 50 * ($sorted[-1] - $sorted[0]) / $middle : 0;
}

# Each repeat beside the plain nginx of the same repeat: what is slow for both for a while cancels.
sub ratio {
    my ($runs, $plain) = @_;
    return median(map { $runs->[$_]{cpu} / $plain->[$_]{cpu} } grep { $plain->[$_] } 0 .. $#$runs);
}

# One group: runs { scenario name => [ figures of each repeat ] }; instructions { name =>
# thousands }.
sub table {
    my ($scenarios, $runs, $instructions) = @_;

    my @rows = ([ '', 'requests/s', 'p50 ms', 'p99 ms', 'CPU µs', 'least', '± %',
        'CPU, plain = 1', 'instructions, k', 'worker MB' ]);
    for my $scenario (@$scenarios) {
        my $own = $runs->{ $scenario->{name} } or next;
        my $plain = $runs->{ $scenario->{against} };
        my %column;
        for my $key (keys %{ $own->[0] }) {
            $column{$key} = [ map { $_->{$key} } @$own ];
        }
        my $count = $instructions->{ $scenario->{name} };

        push @rows, [
            $scenario->{what},
            sprintf('%.0f', median(@{ $column{rate} })),
            sprintf('%.2f', median(@{ $column{p50} })), sprintf('%.2f', median(@{ $column{p99} })),
            sprintf('%.1f', median(@{ $column{cpu} })),
            sprintf('%.1f', (sort { $a <=> $b } @{ $column{cpu} })[0]),
            sprintf('%.0f', spread(@{ $column{cpu} })),
            $plain ? sprintf('%.2f', ratio($own, $plain)) : '',
            defined $count ? sprintf('%.1f', $count) : '',
            sprintf('%.1f', median(@{ $column{memory} })),
        ];
    }
    return markdown(@rows);
}

# Rows to a table; the first is its head.
sub markdown {
    my ($head, @rows) = @_;
    my $line = sub { '| ' . join(' | ', @_) . " |\n" };
    my $rule = $line->('---', ('---:') x $#$head);
    return join '', $line->(@$head), $rule, map { $line->(@$_) } @rows;
}

# What kind of machine it is, without telling whose.
sub machine {
    my ($cores) = scalar(() = Personalize::Nginx::slurp('/proc/cpuinfo') =~ /^processor\s*:/mg);
    my ($model) = Personalize::Nginx::slurp('/proc/cpuinfo') =~ /^model name\s*:\s*(.*?)\s*$/m;
    my ($load) = split ' ', Personalize::Nginx::slurp('/proc/loadavg');
    $model //= 'unknown';
    return "$cores cores ($model), shared by nginx, origin, Redis and the client; "
        . "load average $load at the start";
}

1;
