#!/usr/bin/perl

# Changes and mishaps in any order against a model: what a page shows was the visitor's name at its
# time, or not longer ago than one heartbeat (FAULTS R23 to R28).  More of it:
# WATCH_SECONDS=600 WATCH_SEED=7 prove -It/lib t/nginx/watch_random.t

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use List::Util qw(sum);
use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Process;
use Personalize::Site;

my $SECONDS = $ENV{WATCH_SECONDS} // 12;
my $SEED = $ENV{WATCH_SEED} // int rand 1e6;
my ($VISITORS, $HEARTBEAT, $LATE) = (12, 0.5, 0.3);    # late: what a busy machine may add

srand $SEED;
note("seed $SEED");

my $t = Personalize::Site->new(workers => 3, link => 1);
my $redis = $t->redis;

$t->config(<<'CONF');
    personalize_cache zone=v:1m ttl=10m negative=10m;
    server {
        listen 127.0.0.1:%%port:web%%;
        personalize_redis %%redis%% heartbeat=500ms;
        personalize_rules %%rules%%;
        personalize_visitor %%who%%;
        personalize on;
        personalize_deadline 50ms;
        %%admin%%
    }
CONF
$t->start;
$t->allow(qr/exited on signal 9|redis|connect\(\)|recv\(\)/);

# --- the model: for each visitor [name, when it came, when it was surely gone]

my %names;
my $serial = 0;

# Some visitors' names change by what $do does.
sub change {
    my ($who, $name, $do) = @_;
    my $began = time;
    $do->();
    my $done = time;
    for my $visitor (@$who) {
        my $past = $names{$visitor};
        $past->[-1][2] = $done;
        push @$past, [ ref $name ? $name->($visitor) : $name, $began, undef ];
        shift @$past while defined $past->[0][2] && $past->[0][2] < $done - 10;
    }
}

# How long ago the name was right, in seconds; undef when it never was.
sub age {
    my ($visitor, $name, $from, $to) = @_;
    for my $past (reverse @{ $names{$visitor} }) {
        next if $past->[0] ne $name || $past->[1] > $to;
        return !defined $past->[2] || $past->[2] > $from ? 0 : $from - $past->[2];
    }
    return undef;
}

my @visitors = map { "v$_" } 1 .. $VISITORS;
$names{$_} = [ [ 'there', 0, undef ] ] for @visitors;

sub some { my %some = map { $visitors[rand @visitors] => 1 } 1 .. 1 + rand 4; return sort keys %some }
sub named { my ($who) = @_; my $n = ++$serial; return sub { "$_[0]x$n" } }

# --- what may happen

my %happened;
my @happens = (
    [ 50, set => sub {
        my ($who) = some();
        my $name = named();
        change([ $who ], $name, sub { $redis->visitor($who, name => $name->($who)) });
    } ],
    [ 12, several => sub {
        my @who = some();
        my $name = named();
        change(\@who, $name, sub {
            $redis->command('MULTI');
            $redis->visitor($_, name => $name->($_)) for @who;
            $redis->command('EXEC');
        });
    } ],
    [ 10, delete => sub {
        my @who = some();
        change(\@who, 'there', sub { $redis->command('DEL', map { "pz:visitor:{$_}" } @who) });
    } ],
    [ 5, expire => sub {
        my ($who) = some();
        change([ $who ], 'there', sub {
            $redis->command('PEXPIRE', "pz:visitor:{$who}", 20);
            sleep 0.04;
        });
    } ],
    [ 2, flush => sub { change(\@visitors, 'there', sub { $redis->command('FLUSHALL') }) } ],
    [ 4, deaf => sub { $redis->command('CLIENT', 'KILL', 'TYPE', 'pubsub') } ],
    [ 4, cut => sub { $t->link->cut } ],
    [ 4, frozen => sub { $redis->freeze; look() for 1 .. 20; sleep rand 0.8; look() for 1 .. 5; $redis->thaw } ],
    # the line is silent, and Redis goes on
    [ 6, silent => \&silence ],
    [ 2, killed => sub { my ($victim) = $t->workers; kill 'KILL', $victim if $victim } ],
    [ 1, reloaded => sub { $t->reload } ],
);

sub silence {
    my $line = $t->link->{pid};
    kill 'STOP', $line;
    for (1 .. 1 + rand 6) {
        $_->[2]->() for grep { $_->[1] =~ /^(set|delete)$/ } @happens;
        look() for 1 .. 8;
        sleep rand 0.3;
    }
    kill 'CONT', $line;
}

sub happen {
    my $pick = rand(sum(map { $_->[0] } @happens));
    for my $event (@happens) {
        next if ($pick -= $event->[0]) >= 0;
        $happened{ $event->[1] }++;
        return $event->[2]->();
    }
}

# --- and what is seen

my (@ages, @wrong);
my %seen = (shown => 0, plain => 0, cut => 0);

sub look {
    my $who = $visitors[rand @visitors];
    my $began = time;
    my $reply = eval { $t->get("/?as=$who") };
    my $done = time;

    return $seen{cut}++ if !$reply || !$reply->complete;    # its worker was killed
    my ($name) = ($reply->decoded // '') =~ /Welcome back, (\w+)!/;
    if (!defined $name) {
        $seen{plain}++;
        push @wrong, "$who: neither greeted nor the origin's page" if !$t->untouched($reply);
        return;
    }

    $seen{shown}++;
    my $age = age($who, $name, $began, $done);
    push @ages, $age // 99;
    return if defined $age && $age <= $HEARTBEAT + $LATE;
    push @wrong, sprintf '%s is shown as %s, which was so %s s ago', $who, $name, $age // 'never';
}

# As long as it takes to see enough, on a busy machine and in an unlucky order, too.
sub enough { return $seen{shown} > 25 * $SECONDS && keys %happened > 7 }

my $began = time;
while (@wrong < 5 && time < $began + (enough() ? $SECONDS : 6 * $SECONDS)) {
    happen();
    look() for 1 .. rand 12;
    sleep 0.005 * int rand 3;
}

is_deeply(\@wrong, [], "nobody is shown as who he was longer ago than a heartbeat (seed $SEED)");
note(join ', ', map { "$_ $happened{$_}" } sort keys %happened);
note(join ', ', map { "$_ $seen{$_}" } sort keys %seen);
@ages = sort { $a <=> $b } @ages;
note(sprintf 'age of what was shown: p99 %.0f ms, most %.0f ms', map { 1000 * $_ } $ages[0.99 * $#ages], $ages[-1]);
ok(enough(), '  of many pages, between mishaps of many kinds');

# --- all is well again

ok(Personalize::Process::until_true(15, sub {
    my $good = 0;
    for my $who (@visitors) {
        my $visit = $t->visit("/?as=$who");
        $good++ if $visit->{log}{lookup} =~ /^(hit|negative)$/ && $t->welcomes($visit, $names{$who}[-1][0]);
    }
    return $good == @visitors;
}), 'afterwards everybody is known, from the cache');

$t->finish;
