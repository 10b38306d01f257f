package Bench::Growth::Rules;

# What a page costs as campaigns with segments of their own, and slots on the page, become more.

use strict;
use warnings;

use Bench::Instructions;
use Bench::Load;
use Bench::Report;
use Bench::Scenario;
use Bench::Server;

my %page = (kind => 'static', kb => 15, connections => 32, seed => 3);

# counts; pages; visitors that are in Redis; seconds
sub campaigns {
    my ($shared, %o) = @_;
    my @rows = map { [ $_, _costs($shared, $_, _many($_), %o) ] } @{ $o{counts} };
    return _table('campaigns', @rows);
}

# counts; and the same
sub slots {
    my ($shared, %o) = @_;
    _stock($shared->{redis});
    my @rows = map { [ $_, _costs($shared, $_, _slots($_), %o) ] } @{ $o{counts} };
    return _table('slots', @rows);
}

# Instructions are also told as their distance from the first row's.
sub _table {
    my ($what, @rows) = @_;
    my @head = ($what, 'instructions, k', 'more than the first, k', 'CPU µs',
        'of it to decide, µs');
    return Bench::Report::markdown(\@head, map {
        my ($count, $instructions, @rest) = @$_;
        [ $count, (map { defined $instructions ? sprintf('%.1f', $instructions - $_) : '' } 0, $rows[0][1] // 0), @rest ];
    } @rows);
}

# Instructions (thousands, or undef), CPU and time to decide (us), of a page from the cache.
sub _costs {
    my ($shared, $count, $rules, %o) = @_;

    my $server = Bench::Server->build(Bench::Scenario::named('cache'), $shared);
    $server->rules('bench.lua', $rules);
    $server->start;
    $server->warm($o{visitors});
    my %load = (%page, %o{qw(pages visitors)});
    Bench::Load::measure($server, %load, seconds => 1);

    my @before = _decided($server);
    my $got = Bench::Load::measure($server, %load, seconds => $o{seconds});
    my @after = _decided($server);
    $server->stop;

    my $instructions = $o{instructions} && Bench::Instructions::available() ? _count($server, %load) : undef;
    my $decided = $after[0] - $before[0];
    my $each = $decided ? sprintf('%.1f', 1e6 * ($after[1] - $before[1]) / $decided) : '';
    return ($instructions, sprintf('%.1f', $got->{cpu}), $each);
}

# Under callgrind a thousand campaigns take longer to load than rule files may.
sub _count {
    my ($server, %load) = @_;
    my $count = eval { Bench::Instructions::measure($server, %load, requests => [ 50, 150 ]) };
    die $@ if !defined $count && $@ !~ /that all rule files have to load/;
    return $count;
}

# How many decisions there were, and the seconds of all of them.
sub _decided {
    my ($server) = @_;
    my $times = $server->status->{times}{decision_seconds};
    return map { my $key = $_; $times->{applied}{$key} + $times->{nothing}{$key} } qw(count sum);
}

# All have a segment that must be looked at, and pages; the last one is shown.
sub _many {
    my ($count) = @_;
    return join '', map {
        my $points = $_ == $count ? 0 : 1_000_000 + $_;
        qq(segment "s$_" { points = { at_least = $points }, orders = { at_least = 1 } }\n)
        . qq(campaign "c$_" { segments = "s$_", pages = { "~^/[a-z]/", "/sale/$_" }, )
        . qq(show = { prepend { at = "body", html = "<p>$_ for {{ name }}</p>" } } }\n);
    } 1 .. $count;
}

sub _slots {
    my ($count) = @_;
    return qq(campaign "slots" { show = { header { "X-Slots", "$count" },\n)
        . join('', map { qq(recommendations { at = "main", op = "append", strategy = "trend:c$_", count = 4 },\n) } 1 .. $count)
        . "} }\n";
}

sub _stock {
    my ($redis) = @_;
    for my $list (1 .. 64) {
        my @skus = map { "SKU-$list-$_" } 1 .. 6;
        $redis->product($_) for @skus;
        $redis->list("pz:recs:trend:c$list", @skus);
    }
}

1;
