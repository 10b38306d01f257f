package Bench::Trouble;

# What visitors notice while Redis is frozen, killed or slow, and how soon all is well again.  The
# module and OpenResty are asked at the same pace at the same time, and their Redis is the same.

use strict;
use warnings;

use Time::HiRes qw(sleep);

use Bench::Pace;
use Bench::Report;
use Bench::Scenario;
use Bench::Server;
use Personalize::Link;

my $DEADLINE = 20;       # ms: the module's default, and OpenResty's time-outs
my $ONSET = 500_000;     # us: by then the breaker is open
my ($VISITORS, $CONNECTIONS, $KB) = (300, 32, 60);

my @faults = (
    { what => 'frozen (SIGSTOP)', begin => sub { $_[0]->freeze }, end => sub { $_[0]->thaw } },
    { what => 'killed, started anew', begin => \&_kill, end => sub { $_[0]->run } },
    map { my $ms = $_;
        { what => "replies $ms ms late", link => 1,
            begin => sub { $_[0]->set(delay => $ms / 1000) },
            end => sub { $_[0]->set(delay => 0) } }
    } 10, 50,
);

# What it knows comes back with it.
sub _kill {
    my ($redis) = @_;
    $redis->command('SAVE');
    $redis->kill9;
}

# The whole section, as Markdown.  shared: as Bench::Server has it; program: of Bench::Pace; before,
# during, after: seconds; rate: requests/s to each server; pages.
sub report {
    my ($shared, %o) = @_;

    my @rows = ([ 'Redis is', '', 'failed', 'of', 'p99 before, ms', 'worst of the first 0.5 s, ms',
        'p99 after that, ms', 'added p99, ms', 'personalized meanwhile, %', 'back to normal, ms' ]);
    for my $linked (0, 1) {
        my @some = grep { !$_->{link} == !$linked } @faults;
        push @rows, _faults($shared, $linked, \@some, %o);
    }

    return "$o{rate} requests/s to each, at the same time, $CONNECTIONS connections, pages of "
        . "$KB KB, deadline and time-outs $DEADLINE ms; trouble lasts $o{during} s.\n\n"
        . Bench::Report::markdown(@rows);
}

sub _faults {
    my ($shared, $linked, $some, %o) = @_;

    my $redis = $shared->{redis};
    my $link = $linked ? Personalize::Link->start($shared->{keep}->dir, $redis) : undef;
    my $place = "127.0.0.1:$shared->{redis_port}";
    my %where = $link ? (redis_url => $link->url, peer_redis => "unix:$link->{path}")
        : (redis_url => "redis://$place/0", peer_redis => $place);
    my @scenarios = grep { $shared->{peers} || !$_->{peers} }
        Bench::Scenario::in_trouble($DEADLINE);
    my @servers = map {
        Bench::Server->build($_, { %$shared, %where }, timeout => $DEADLINE)->start
    } @scenarios;
    $_->warm($VISITORS) for @servers;

    my @rows;
    for my $fault (@$some) {
        my @runs = _run($fault, $link // $redis, \@servers, %o);
        push @rows, map {
            [ $fault->{what}, $servers[$_]{scenario}{what}, figures(@{ $runs[$_] }) ]
        } 0 .. $#servers;
    }
    $_->stop for @servers;
    $link->stop if $link;
    return @rows;
}

# For each server: [ when it began, when it was over, the requests ].
sub _run {
    my ($fault, $redis, $servers, %o) = @_;

    my @paces = map {
        Bench::Pace->start($o{program}, $_, %o{qw(rate pages)}, connections => $CONNECTIONS,
            kind => 'static', kb => $KB, visitors => $VISITORS, seed => 7,
            seconds => $o{before} + $o{during} + $o{after})
    } @$servers;

    sleep $o{before};
    my $began = Bench::Pace::now();
    $fault->{begin}->($redis);
    sleep $o{during};
    $fault->{end}->($redis);
    my $over = Bench::Pace::now();
    return map { [ $began, $over, $_->requests ] } @paces;
}

# failed, all, p99 before, worst at the onset, p99 then, added, personal (%), back (ms)
sub figures {
    my ($began, $over, @all) = @_;

    my @before = grep { $_->[0] < $began - 50_000 } @all;
    my @onset = grep { $_->[0] >= $began && $_->[0] < $began + $ONSET } @all;
    my @then = grep { $_->[0] >= $began + $ONSET && $_->[0] < $over } @all;
    my @shown = grep { $_->[2] eq 'p' } @onset, @then;

    my ($normal, $p99) = map { Bench::Pace::percentile(99, @$_) } \@before, \@then;
    my $failed = grep { $_->[2] eq 'f' } @all;
    my @times = map { sprintf '%.2f', $_ }
        $normal, Bench::Pace::percentile(100, @onset), $p99, $p99 - $normal;
    my $personal = sprintf '%.0f', 100 * @shown / (@onset + @then);
    return ($failed, scalar @all, @times, $personal, _back($over, @all));
}

# Until when pages came that were not personal, from when Redis was well again.
sub _back {
    my ($over, @all) = @_;
    my @late = grep { $_->[0] > $over && $_->[2] ne 'p' } @all;
    return 0 if !@late;
    return 'not yet' if $late[-1][0] > $all[-1][0] - 200_000;
    return sprintf '%.0f', ($late[-1][0] - $over) / 1000;
}

1;
