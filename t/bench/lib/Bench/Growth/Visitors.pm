package Bench::Growth::Visitors;

# What a request costs as visitors become more, and what a zone of 64 MB finds of them when they
# come by Zipf's law; and what it costs as workers become more.

use strict;
use warnings;

use Bench::Crowd;
use Bench::Load;
use Bench::Report;
use Bench::Scenario;
use Bench::Server;
use Bench::Visitors;

my %page = (kind => 'static', kb => 15, connections => 32, seed => 3);

# A table.  shared: as Bench::Server has it, its Redis empty; counts, ascending; pages; seconds (of
# a measurement); warm (at most so many seconds).
sub report {
    my ($shared, %o) = @_;

    my $empty = Bench::Crowd::memory($shared->{redis});
    my ($have, @rows) = (0);
    for my $count (@{ $o{counts} }) {
        print STDERR "scale: $count visitors\n" if -t STDERR;
        Bench::Crowd::load($shared->{redis}, $have + 1, $count);
        $have = $count;
        my $bytes = (Bench::Crowd::memory($shared->{redis}) - $empty) / $count;
        push @rows, [ _thousands($count), sprintf('%.2f', $bytes * $count / 2**30),
            sprintf('%.0f', $bytes), _asked($shared, $count, %o), _cached($shared, $count, %o) ];
    }

    my @head = ('visitors', 'Redis, GB', 'bytes each', 'asked: CPU µs', 'Redis: CPU µs',
        'cached: CPU µs', 'hits, %', 'entries', 'evicted');
    return Bench::Report::markdown(\@head, @rows);
}

sub _server {
    my ($name, $shared, %o) = @_;
    return Bench::Server->build(Bench::Scenario::named($name), $shared, %o)->start;
}

# Redis on every request, all visitors alike: CPU of worker and Redis.
sub _asked {
    my ($shared, $count, %o) = @_;
    my $server = _server('unix', $shared);
    my %crowd = (pages => $o{pages}, visitors => $count);
    Bench::Load::measure($server, %page, %crowd, seconds => 1);
    my $redis = $shared->{redis}{pid};
    my $before = Bench::Load::spent($redis);
    my $got = Bench::Load::measure($server, %page, %crowd, seconds => $o{seconds});
    my $spent = (Bench::Load::spent($redis) - $before) / 1000 / $got->{requests};
    $server->stop;
    return map { sprintf '%.1f', $_ } $got->{cpu}, $spent;
}

# The cache, by Zipf's law, once it has become what it stays: full, or with all of them in it.
sub _cached {
    my ($shared, $count, %o) = @_;
    my $server = _server('indexed', $shared);
    my %crowd = (pages => $o{pages}, visitors => $count, skew => 1);

    for my $second (1 .. $o{warm} / 2) {
        Bench::Load::measure($server, %page, %crowd, prefix => '/warm', seconds => 2,
            seed => 100 + $second);
        my %m = $server->metrics;
        last if _counted(\%m, 'cache', 'event', 'evicted') > 20_000
            || _entries($server) > 0.98 * $count;
    }

    my %before = $server->metrics;
    my $got = Bench::Load::measure($server, %page, %crowd, seconds => $o{seconds});
    my %after = $server->metrics;
    my ($hits, $misses) = map {
        _counted(\%after, 'cache_reads', 'outcome', $_)
            - _counted(\%before, 'cache_reads', 'outcome', $_)
    } 'profile_hit', 'profile_miss';
    my @found = (sprintf('%.1f', $got->{cpu}), sprintf('%.1f', 100 * $hits / ($hits + $misses)),
        _thousands(_entries($server)), _thousands(_counted(\%after, 'cache', 'event', 'evicted')));
    $server->stop;
    return @found;
}

sub _counted {
    my ($metrics, $family, $label, $value) = @_;
    return $metrics->{qq(personalize_${family}_total{$label="$value"})};
}

sub _entries { my ($server) = @_; return $server->status->{caches}[0]{entries} }

sub _thousands {
    my ($n) = @_;
    1 while $n =~ s/^(\d+)(\d{3})/$1,$2/;
    return $n;
}

# As workers become more: the same load on all of them.  counts; visitors that are in Redis.
sub workers {
    my ($shared, %o) = @_;
    my @rows;
    for my $count (@{ $o{counts} }) {
        my ($before, @row) = ($shared->{redis}->clients, $count);
        for my $name (qw(unix indexed)) {
            my $server = _server($name, $shared, workers => $count);
            $server->warm($o{visitors});
            Bench::Load::measure($server, %page, %o{qw(pages visitors)}, seconds => 1);
            my $got = Bench::Load::measure($server, %page, %o{qw(pages visitors seconds)});
            push @row, sprintf('%.0f', $got->{rate}), sprintf('%.1f', $got->{cpu});
            push @row, $shared->{redis}->clients - $before if $name eq 'unix';
            $server->stop;
        }
        push @rows, \@row;
    }
    my @head = ('workers', 'asked: requests/s', 'CPU µs', 'connections to Redis',
        'cached: requests/s', 'CPU µs');
    return Bench::Report::markdown(\@head, @rows);
}

1;
