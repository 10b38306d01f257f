package Bench::Pace;

# Requests at a steady pace against some servers at once (pace.c), and what became of them.

use strict;
use warnings;

use List::Util qw(max);
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

use Personalize::Nginx;
use Personalize::Process;

# The program, built in `dir`; undef where there is no compiler.
sub program {
    my ($bench, $dir) = @_;
    my $cc = $ENV{CC} // 'cc';
    my $build = "$cc -std=c11 -D_GNU_SOURCE -O2 -o '$dir/pace' '$bench/pace.c' 2>&1 >/dev/null";
    system($build) == 0 or return undef;
    return "$dir/pace";
}

# Begin: rate (requests/s), connections, seconds, kind, kb, pages, visitors, seed.
sub start {
    my ($class, $program, $server, %o) = @_;
    my $out = "$server->{dir}/logs/pace";
    unlink $out;
    my $pid = Personalize::Process::spawn('pace', $out, $program, $server->port('web'),
        @o{qw(connections rate seconds)}, $server->path(@o{qw(kind kb)}),
        @o{qw(pages visitors seed)}, 'class="pz-bar"');
    return bless { pid => $pid, out => $out, what => $server->{scenario}{what} }, $class;
}

# Wait for the end; the requests, as [ due (us), took (us), outcome ].
sub requests {
    my ($self) = @_;
    Personalize::Process::until_true(120, sub { !Personalize::Process::is_alive($self->{pid}) })
        or die "pace does not end\n";
    Personalize::Process::stop($self->{pid});

    my $text = Personalize::Nginx::slurp($self->{out});
    my @found = map {
        /^(\d+) (\d+) ([pof])$/ ? [ $1, $2, $3 ] : die "$self->{what}: pace: $_\n"
    } split /\n/, $text;
    die "$self->{what}: no request\n" if !@found;
    return sort { $a->[0] <=> $b->[0] } @found;
}

# Microseconds of pace's own clock.
sub now { return int(1e6 * clock_gettime(CLOCK_MONOTONIC)) }

# The percentile, in milliseconds, of how long these took.
sub percentile {
    my ($percent, @requests) = @_;
    my @took = sort { $a <=> $b } map { $_->[1] } @requests or return undef;
    return $took[ max(0, int(@took * $percent / 100 + 0.999999) - 1) ] / 1000;
}

1;
