#!/usr/bin/perl

# The cache against a model, in its own zone, without the rest of the module: whatever is read is
# what was written last; what is forgotten, flushed or overtaken is not read (FAULTS R24, R25); the
# structure stays whole, also when a worker is killed with the lock in its hand (H21).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Personalize::Http;
use Personalize::Probe;
use Personalize::Process;

my $t = Personalize::Probe->new(workers => 2);

sub config {
    my ($size) = @_;
    $t->config(<<"CONF", main => "load_module $t->{probe};\n");
    pz_probe_cache v $size;
    server {
        listen 127.0.0.1:%%port:web%%;
        location / { pz_probe; }
    }
CONF
}

my $run = 0;

# Several runs at once on whichever workers; their figures.
sub models {
    my ($runs, $steps) = @_;
    my @open = map {
        my $c = Personalize::Http->new($t->port('web'));
        $c->send(Personalize::Http::text('/?model=' . $steps . '&run=' . ++$run));
    } 1 .. $runs;
    return map { +{ $_->reply(timeout => 60)->body =~ /^(\w+)=(.*)$/mg } } @open;
}

sub sum { my ($what, @figures) = @_; my $n = 0; $n += $_->{$what} // 0 for @figures; return $n }

sub holds {
    my ($what, @figures) = @_;
    is(scalar(grep { defined $_->{wrong} } @figures), scalar @figures, "$what: all runs end");
    is(sum('wrong', @figures), 0, '  nothing is read that was not written last');
    is(join(' ', map { $_->{walk} } @figures), join(' ', map { 'whole' } @figures), '  the structure is whole');
    cmp_ok(sum('found', @figures), '>', 100, '  ' . sum('found', @figures) . ' reads found something');
}

for my $size (qw(64k 200k 8m)) {
    config($size);
    $t->start;
    my @figures = models(8, 6000);
    holds("a zone of $size, 8 runs on two workers", @figures);
    my %pids = map { $_->{pid} => 1 } @figures;
    cmp_ok(sum('refused', @figures), '>', 1500, '  replies that were overtaken were refused');
    $t->stop;
}

config('256k');
$t->start;
$t->allow(qr/exited on signal 9|zone "v" was locked by|a worker died while it changed zone/);
models(2, 5000);
for my $round (1 .. 4) {
    my $c = Personalize::Http->new($t->port('web'));
    my %before = map { $_ => 1 } $t->workers;
    $c->send(Personalize::Http::text('/?model=1&hold=1'));

    # the holder sleeps in pause(); whoever wants the lock meanwhile waits in another call
    my $holder;
    Personalize::Process::until_true(5, sub {
        ($holder) = grep { Personalize::Nginx::slurp("/proc/$_/syscall") =~ /^34 / } $t->workers;
    });
    SKIP: {
        skip 'cannot tell which worker holds the lock here', 5 if !$holder;
        my @waiting = map {
            my $w = Personalize::Http->new($t->port('web'));
            $w->send(Personalize::Http::text('/?model=2000&run=' . ++$run));
        } 1 .. 4;
        kill 'KILL', $holder;
        my @figures = grep { %$_ } map { +{ $_->reply(timeout => 10)->body =~ /^(\w+)=(.*)$/mg } } @waiting, ();
        push @figures, models(4, 5000);
        holds("killed with the lock in its hand, round $round", @figures);
        ok($t->logged(qr/zone "v" was locked by $holder/), '  the master took the lock');
    }
}

$t->finish;
