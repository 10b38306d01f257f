#!/usr/bin/perl

# The zone's life: workers share it, a reload keeps it, another size or layout begins anew, and a
# worker that dies with the lock in its hand harms nobody (FAULTS H21, H22).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes qw(sleep);

use Personalize::Process;
use Personalize::Site;

my $t = Personalize::Site->new(workers => 2);
my $redis = $t->redis;

sub config {
    my ($size, $more) = @_;
    $t->config(<<"CONF" . <<'REST');
    personalize_cache zone=v:$size ttl=60s push=off;
    @{[ $more // '' ]}
CONF
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 2s;
        personalize_index off;    # its entries come when a page is old enough, and would be counted
        %%admin%%
    }
REST
}

sub asked { return $redis->calls('hgetall') }
sub lookups { my ($n, $who) = @_; return map { $t->visit("/?as=$who")->{log}{lookup} } 1 .. $n }
sub entries { return $t->status->{caches}[0]{entries} }
sub event { my ($what) = @_; my %m = $t->metrics; return $m{qq(personalize_cache_total{event="$what"})} }

config('1m');
$t->start;

# --- two workers, one cache

sub served_by {
    my %by;
    for (1 .. 60) {
        $by{ $t->status->{worker}{pid} }++;
        last if keys %by == 2;
    }
    return scalar keys %by;
}
is(served_by(), 2, 'two workers serve');
lookups(1, 'ann');
my $asked = asked();
is(join(' ', lookups(30, 'ann')), join(' ', ('hit') x 30), '30 pages on two workers are hits');
is(asked(), $asked, '  Redis was not asked');

# --- reload

$redis->visitor("v$_", name => "Name$_") for 1 .. 30;
lookups(1, "v$_") for 1 .. 30;
is(entries(), 31, 'entries');
for my $n (1 .. 3) {
    ok($t->reload, "reload $n");
    is(entries(), 31, '  they are still there');
    is((lookups(1, "v$n"))[0], 'hit', '  and are used');
}

# another order of servers: entries belong to a server, not to a number
config('1m', 'server { listen 127.0.0.1:%%port:more%%; personalize_redis unix:///nowhere.sock; }');
ok($t->reload, 'reload with another Redis before it');
is((lookups(1, 'v9'))[0], 'hit', '  entries are found by whose they are');

config('2m');
ok($t->reload, 'reload with another size');
is(entries(), 0, '  begins anew');
is(join(' ', lookups(2, 'ann')), 'miss hit', '  and works');

# --- what stands in the zone, from outside: an address in the worker, and what is there

# Shared mappings of this size (the zone's is the only one of 2m).
sub zone_of {
    my ($pid, $size) = @_;
    open my $maps, '<', "/proc/$pid/maps" or die "maps: $!\n";
    while (<$maps>) {
        no warnings 'portable';
        my ($from, $to) = /^([0-9a-f]+)-([0-9a-f]+) rw-s/ or next;
        return hex $from if hex($to) - hex($from) == $size;
    }
    die "no zone of $size bytes in $pid\n";
}

sub peek {
    my ($pid, $at, $n) = @_;
    open my $mem, '<:raw', "/proc/$pid/mem" or return;
    sysseek $mem, $at, 0;
    sysread($mem, my $bytes, $n);
    return $bytes;
}

sub poke {
    my ($pid, $at, $bytes) = @_;
    open my $mem, '+<:raw', "/proc/$pid/mem" or return;
    sysseek $mem, $at, 0;
    return syswrite $mem, $bytes;
}

my ($victim) = $t->workers;
my $zone = eval { zone_of($victim, 2 * 1024 * 1024) };

SKIP: {
    skip "no reading of a worker's memory here: $@", 14 if !$zone || !defined peek($victim, $zone, 8);

    # The cache stands behind the slab pool's pages: its first page that begins with the layout.
    my $layout = '';
    my ($sh) = grep {
        my (undef, $dirty, undef, $buckets, $blocks, $stores) = unpack 'L6', peek($victim, $_, 24);
        $dirty == 0 && $stores == 1 && $blocks > 7000 && $blocks < 8192 && $buckets == 2048;
    } map { $zone + $_ * 4096 } 1 .. 40;
    ok($sh, 'the cache is found in memory') or skip('not found', 13);

    # --- another layout: a worker of another version must not touch it

    $layout = peek($victim, $sh, 4);
    poke($victim, $sh, pack 'L', 0xdeadbeef);
    is(join(' ', lookups(4, 'ann')), 'miss miss miss miss', 'another layout: Redis is asked');
    ok($t->reload, '  a reload');
    is(join(' ', lookups(2, 'ann')), 'miss hit', '  makes it anew, in the same memory');
    ($victim) = $t->workers;
    is(peek($victim, $sh, 4), $layout, '  with its layout');

    # --- a worker dies with the lock in its hand, in the middle of a change

    lookups(1, "v$_") for 1 .. 30;
    $t->allow(qr/exited on signal 9|zone "v" was locked by|a worker died while it changed zone/);
    for my $round (1 .. 5) {
        ($victim) = sort { rand() <=> 0.5 } $t->workers;
        kill 'STOP', $victim;

        # the lock (the zone's first word) is the victim's, the dirty mark says that it was changing
        # something, and every number of the structure is nonsense
        poke($victim, $zone, pack 'Q', $victim);
        poke($victim, $sh + 4, pack 'L', 1);
        poke($victim, $sh + 24 + 32 * 40 + 4 * 1024, pack 'L2000', map { int rand 2**32 } 1 .. 2000);
        kill 'KILL', $victim;
        Personalize::Process::until_true(5, sub { $t->workers == 2 && !grep { $_ == $victim } $t->workers });

        my @bad = grep { !$t->welcomes($t->get("/?as=v$_", timeout => 5), "Name$_") } 1 .. 30, 1 .. 30;
        is("@bad", '', "killed with the lock, round $round: everybody is served his own");
    }
    ok($t->logged(qr/zone "v" was locked by $victim/), '  the master took the lock from the dead');
    cmp_ok(event('repaired'), '>=', 5, '  each time the cache began anew');
    is((lookups(1, 'v7'))[0], 'hit', '  and works');
    ok($t->logged(qr/\[warn\].*zone "v": the cache begins anew/), '  the log says so');
}

# --- the zone is used by nobody any longer, then again; another module cannot have it

config('2m');
my $conf = $t->read('nginx.conf');
$t->write('nginx.conf', $conf =~ s/personalize_cache [^;]*;//r);
ok($t->reload, 'without a cache');
is(join(' ', lookups(2, 'ann')), 'miss miss', '  Redis is asked');
$t->write('nginx.conf', $conf);
ok($t->reload, 'with one again');
is(join(' ', lookups(2, 'ann')), 'miss hit', '  it begins empty');

$t->finish;
