#!/usr/bin/perl

# The arithmetic and the simulation behind docs/scaling.md, which quotes what this prints (and
# t/golden/scaling.t looks whether it does).  Nothing is measured here: see t/bench/scale.pl.
#
# Usage: scale-model.pl [places|zones|caches|costs]

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use Bench::Edge;
use Bench::Report;

my $SEED = 2026;

# Measured by t/bench/scale.pl; both repeat.
my $BYTES = 300;                   # of Redis' memory for a profile of ten fields
my $ENTRIES = 130_000;             # such profiles in a zone of 64 MB

# Of Redis' protocol, for a key such as pz:visitor:{k3x9q2m7w1zd}.
my $KEY = 'pz:visitor:{k3x9q2m7w1zd}';
my $MESSAGE = length(resp('message', '__redis__:invalidate')) + length(resp($KEY));
my $WRITE = length resp('HSET', $KEY, 'cart_total', '1890');
my $QUERY = length(resp('HGETALL', $KEY) . resp('PTTL', $KEY));
my $REPLY = 265;                   # of ten fields

# A place: `asked`: Redis nodes that a worker has connections to; `sites`: how often these exist.
my @places = (
    { name => 'one box', servers => 1, sites => 1, masters => 1, asked => 1,
        visitors => 1e6, views => 1000 },
    { name => 'a region', servers => 20, sites => 1, masters => 6, asked => 6,
        visitors => 20e6, views => 20_000 },
    { name => 'a CDN', servers => 1000, sites => 50, masters => 6, asked => 6,
        visitors => 100e6, views => 60_000 },
);
my $WORKERS = 8;

my %tables = (places => \&places, zones => \&zones, caches => \&caches, costs => \&costs);
my @wanted = @ARGV ? @ARGV : qw(places zones caches costs);
$tables{$_} // die "scale-model: no table named $_\n" for @wanted;
print join "\n", map { Bench::Report::markdown($tables{$_}->()) } @wanted;

# --- tables ---------------------------------------------------------------------

sub places {
    return ([ '', map { $_->{name} } @places ],
        row('nginx servers', \&servers),
        row("workers, $WORKERS each", sub { number(workers($_)) }),
        row('Redis', \&redis),
        row('visitors known', sub { number($_->{visitors} / 1e6) . ' M' }),
        row('page views a second, at the busiest', sub { number($_->{views}) }),
        row('profiles changed a second', sub { number(writes($_)) }),
        row('Redis memory in all, without replicas', sub { bytes($_->{visitors} * $BYTES) }),
        row('of one node', sub { bytes($_->{visitors} * $BYTES / $_->{masters}) }),
    );
}

# What a zone finds when the n-th visitor comes in proportion to 1/n, and never in sessions: the
# worst that can be asked of it.  By Che's approximation of a cache that drops what was used longest
# ago.
sub zones {
    my @sizes = (16, 64, 256, 1024);
    return ([ 'visitors', map { $_ < 1024 ? "${_}m" : '1g' } @sizes ], map {
        my $visitors = 10 ** $_;
        my @found = map { Bench::Edge::found($visitors, $ENTRIES * $_ / 64) } @sizes;
        [ number($visitors), map { sprintf '%.0f', 100 * $_ } @found ]
    } 4 .. 8);
}

# Of one server, by where its visitors' pages go, the zone and its times.
sub caches {
    my @cases = (
        [ 'one box', '64m', '60s', 0, 0, $places[0] ],
        [ 'one box', '64m', '1h', 1, 0, $places[0] ],
        [ 'one box', '16m', '1h', 1, 0, $places[0] ],
        [ 'a region, any server', '64m', '60s', 0, 0, $places[1] ],
        [ 'a region, any server', '64m', '1h', 1, 0, $places[1] ],
        [ 'a region, the visitor\'s own server', '64m', '1h', 1, 1, $places[1] ],
        [ 'a CDN, the visitor\'s own edge', '64m', '60s', 0, 0.95, $places[2] ],
        [ 'a CDN, the visitor\'s own edge', '64m', '1h', 1, 0.95, $places[2] ],
        [ 'a CDN, the visitor\'s own edge', '16m', '1h', 1, 0.95, $places[2] ],
    );
    my @head = ('where a page goes', 'zone', 'ttl', 'told of changes', 'found, %',
        'of them out of date, %', 'read from Redis a second');
    return (\@head, map { case(@$_) } @cases);
}

sub case {
    my ($what, $zone, $ttl, $told, $sticky, $place) = @_;
    my $got = simulated($zone, $ttl, $told, $sticky, $place);
    my $reads = $place->{views} / $place->{servers} * (1 - $got->{hits} / 100);
    return [ $what, $zone, $ttl, $told ? 'yes' : 'no', sprintf('%.0f', $got->{hits}),
        sprintf('%.0f', $got->{hits} ? 100 * $got->{old} / $got->{hits} : 0), round($reads) ];
}

# In a CDN an edge's neighbours are those of its region: the others' visitors do not come.
my %done;

sub simulated {
    my ($zone, $ttl, $told, $sticky, $place) = @_;
    return $done{"$zone $ttl $told $sticky $place->{name}"} //= simulate(@_);
}

sub simulate {
    my ($zone, $ttl, $told, $sticky, $place) = @_;
    my $near = $place->{servers} / $place->{sites};
    my $visitors = $place->{visitors} / $place->{sites};
    # this server sees ten thousand of them; or, where they go to any, some views of all
    my $simulated = $sticky ? 10_000 * $near : $near > 1 ? 30_000 : 10_000;
    my ($megabytes) = $zone =~ /^(\d+)m$/;
    my ($times, $unit) = $ttl =~ /^(\d+)([sh])$/;
    return Bench::Edge::simulate(
        visitors => $visitors, views => $place->{views} / $place->{sites},
        servers => $near, sticky => $sticky, entries => $ENTRIES * $megabytes / 64,
        ttl => $times * ($unit eq 'h' ? 3600 : 1), told => $told,
        hours => 2, sample => $visitors / $simulated, seed => $SEED);
}

sub costs {
    my $sticky = sub { $_->{sites} > 1 ? 0.95 : $_->{servers} > 1 ? 1 : 0 };
    my $found = sub { simulated('64m', '1h', 1, $sticky->(), $_)->{hits} / 100 };
    my $reads = sub { $_->{views} / $_->{sites} * (1 - $found->()) / $_->{asked} };
    my $changes = sub { writes($_) / $_->{masters} };
    my $messages = sub { $changes->() * workers($_) / $_->{sites} };

    return ([ '', map { $_->{name} } @places ],
        row('connections of a worker', sub { 2 * $_->{asked} }),
        row('connections of an nginx server', sub { number(2 * $_->{asked} * $WORKERS) }),
        row('connections to one Redis node', sub { number(2 * workers($_) / $_->{sites}) }),
        row('look-ups a second to one node, no cache',
            sub { round($_->{views} / $_->{sites} / $_->{asked}) }),
        row('with a zone of 64 MB that is told of changes', sub { round($reads->()) }),
        row('their traffic, of one node', sub { rate($reads->() * ($QUERY + $REPLY)) }),
        row('changes of one master a second', sub { round($changes->()) }),
        row('messages about them, of one node', sub { round($messages->()) . '/s' }),
        row('their traffic, of one node', sub { rate($messages->() * $MESSAGE) }),
        row('their traffic, to one nginx server', sub { rate(writes($_) * $WORKERS * $MESSAGE) }),
        far('replication to all regions, of one master',
            sub { rate($changes->() * $WRITE * $_->{sites}) }),
        far('connections to one master that gives coupons at each edge',
            sub { number(workers($_)) }),
        far('and while its replica of one region is down, besides',
            sub { number(2 * workers($_) / $_->{sites}) }),
        far('without near replicas: connections to one master', sub { number(2 * workers($_)) }),
        far('and messages, of one master', sub { rate($changes->() * workers($_) * $MESSAGE) }),
        far('memory of replicas in all regions',
            sub { bytes($_->{visitors} * $BYTES * $_->{sites}) }),
        row('memory of all zones', sub { bytes($_->{servers} * 64 * 2**20) }),
    );
}

# --- arithmetic -----------------------------------------------------------------

# A command, or a list of texts, in Redis' protocol.
sub resp { return join '', '*' . @_ . "\r\n", map { '$' . length($_) . "\r\n$_\r\n" } @_ }

sub workers { my ($place) = @_; return $place->{servers} * $WORKERS }
sub writes  { my ($place) = @_; return $place->{views} * $Bench::Edge::WRITES }

sub servers { return number($_->{servers}) . ($_->{sites} > 1 ? " in $_->{sites} regions" : '') }

sub redis {
    return 'one' if $_->{masters} == 1;
    return "$_->{masters} masters, "
        . ($_->{sites} > 1 ? 'near replicas of all in each region' : 'a replica each');
}

sub row { my ($what, $value) = @_; return [ $what, map { $value->() } @places ] }

# Of places with regions only.
sub far { my ($what, $value) = @_; return row($what, sub { $_->{sites} > 1 ? $value->() : '' }) }

sub number {
    my ($n) = @_;
    $n = sprintf '%.0f', $n;
    1 while $n =~ s/^(\d+)(\d{3})/$1,$2/;
    return $n;
}

# Two digits are what such a model knows.
sub round {
    my ($n) = @_;
    return sprintf '%.1f', $n if $n < 10;
    my $unit = 10 ** (length(int $n) - 2);
    return number($unit * int($n / $unit + 0.5));
}

sub rate { my ($n) = @_; return bytes($n) . '/s' }

sub bytes {
    my ($n) = @_;
    my @units = ('B', 'KB', 'MB', 'GB', 'TB');
    while ($n >= 1000 && @units > 1) { $n /= 1000; shift @units }
    return ($n < 10 ? sprintf '%.1f', $n : sprintf '%.0f', $n) . " $units[0]";
}

