#!/usr/bin/perl

# Plain nginx, the module, sub_filter and OpenResty's peers on the same pages, visitors and Redis,
# in one run.  See docs/performance.md.
#
# Usage: bench.pl [quick|full] [OPTION...]
#   --only NAME,...         scenarios (plain is always there); --list names them
#   --kinds static,proxied,cached    --sizes 15,60,500    --connections 1,32,200
#   --repeats N             --seconds N (of each measurement)
#   --instructions 0|1      count user instructions by callgrind
#   --trouble 0|1           Redis frozen, killed and slow
#   --mtu N                 the client at the other end of a wire with this MTU (network
#                           namespaces; needs root); 0 in a full run: leave that part out
#   --beside FILE.so        another build of the module, in the same scenarios and repeats
#   --keep DIR              leave callgrind's files there
#   --peers DIR             where lua-nginx-module is, or is to be unpacked

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Path qw(make_path);
use FindBin;
use Getopt::Long qw(GetOptions);
use List::Util qw(min shuffle);
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/lib";

use Bench::Instructions;
use Bench::Load;
use Bench::Network;
use Bench::Pace;
use Bench::Pages;
use Bench::Report;
use Bench::Scenario;
use Bench::Server;
use Bench::Trouble;
use Personalize::Nginx;
use Personalize::Redis;

my ($PAGES, $VISITORS, $SEED) = (200, 10_000, 20);
my @command = ('make bench', map { "BENCH='$_'" } join(' ', grep { $_ ne '--inside' } @ARGV) || ());

my %preset = (
    quick => { kinds => 'static,proxied', sizes => '60', connections => '32',
        repeats => 3, seconds => 1 },
    full => { kinds => 'static,proxied,cached', sizes => '15,60,500', connections => '1,32,200',
        repeats => 5, seconds => 2 },
    wire => { kinds => 'static,proxied', sizes => '60,500', connections => '1,32',
        repeats => 3, seconds => 1, instructions => 0, trouble => 0,
        only => 'sendfile,off,unix,cache,indexed,indexed-sendfile,tuned' },
);

my %o = options();
list() if $o{list};
enter_namespace() if $o{mtu} && !$o{inside};

my $shared = shared();
my @servers = servers();
check($_) for @servers;

print "$_\n" for '`' . join(' ', @command) . '`', '', Bench::Report::machine() . '.',
    "$PAGES pages of each size, $VISITORS visitors; median of $o{repeats} interleaved repeats "
    . "of $o{seconds} s, ± half the span.", '';

my %runs = load();
my @complaints = complaints();
my %instructions = $o{instructions} ? instructions() : ();
report();
$_->stop for @servers;
trouble() if $o{trouble};
wire() if $o{name} eq 'full' && ($o{mtu} // 1500);

# --- what is to be done ---------------------------------------------------------

sub options {
    my $name = @ARGV && $ARGV[0] !~ /^-/ ? shift @ARGV : 'quick';
    my %given = (name => $name, instructions => 1, trouble => 1,
        peers => "$FindBin::Bin/../../build/bench/peers",
        %{ $preset{$name} // die "bench: quick or full, not $name\n" });
    my %default = %given;

    GetOptions(\%given,
        (map { "$_=s" } qw(only kinds sizes connections keep beside peers)),
        (map { "$_=i" } qw(repeats seconds instructions trouble mtu)),
        'list', 'inside') or die "bench: see the top of $0\n";
    $given{cross} = $name ne 'full' || grep { $given{$_} ne $default{$_} } qw(sizes connections);
    $given{$_} = [ split /,/, $given{$_} ] for qw(kinds sizes connections);
    Bench::Scenario::named($_) for split /,/, $given{only} // '';
    return %given;
}

sub list {
    printf "%-14s %s\n", @$_{qw(name what)} for Bench::Scenario::all();
    exit 0;
}

# In a network of our own, which ends with the run.
sub enter_namespace {
    if (my $why = Bench::Network::missing()) {
        print "An MTU of $o{mtu} is left out: $why.\n";
        exit 0;
    }
    Bench::Network::enter(abs_path($0), $o{name}, '--inside', map {
        my $value = ref $o{$_} ? join(',', @{ $o{$_} }) : $o{$_};
        ("--$_", $value)
    } grep { !/^(?:name|list|inside|cross)$/ } sort keys %o);
}

# In a full run each kind is measured at all sizes, and at all numbers of connections: not at all
# pairs of them.
sub groups {
    my @groups;
    for my $kind (@{ $o{kinds} }) {
        for my $kb (@{ $o{sizes} }) {
            for my $connections (@{ $o{connections} }) {
                next if !$o{cross} && $kb != 60 && $connections != 32;
                push @groups, { kind => $kind, kb => $kb, connections => $connections };
            }
        }
    }
    return @groups;
}

# A quick run has no time for all of them twice.
sub servers_of {
    my ($group) = @_;
    my $all = $o{name} ne 'quick' || $o{only} || $group->{kind} eq $o{kinds}[0];
    return grep { $all || $_->{scenario}{core} } @servers;
}

# --- what all scenarios share ---------------------------------------------------

sub shared {
    my $origin = Personalize::Nginx->new(plain => 1, level => 'warn');
    Bench::Pages::write_all($origin->dir . '/pages', $_, $PAGES, $SEED) for @{ $o{sizes} };
    $origin->config(<<'CONF', connections => 4096);
    server {
        listen 127.0.0.1:%%port:web%% backlog=1024;
        access_log off;
        sendfile on;
        keepalive_requests 100000000;
        root %%dir%%/pages;
    }
CONF
    $origin->start;

    my $redis = Personalize::Redis->start($origin->dir, port => $origin->port('redis'));
    Bench::Visitors::load($redis, $VISITORS);

    return {
        net => $o{mtu} ? Bench::Network->open($o{mtu}) : undef,
        keep => $origin, pages => $origin->dir . '/pages', origin => $origin->port('web'),
        redis => $redis,
        redis_port => $origin->port('redis'), bench => abs_path($FindBin::Bin), peers => peers(),
    };
}

sub peers {
    my @wanted = grep { $_->{peers} } wanted() or return undef;
    make_path($o{peers});
    chomp(my $dir = `sh '$FindBin::Bin/peers' '$o{peers}'`);
    return $? == 0 ? $dir : undef;
}

sub wanted {
    my %only = map { $_ => 1 } split /,/, $o{only} // '';
    return grep {
        %only ? $only{ $_->{name} } || $_->{name} eq 'plain' : $o{name} ne 'quick' || !$_->{long}
    } Bench::Scenario::all();
}

sub servers {
    my @found;
    for my $scenario (wanted()) {
        next if $scenario->{peers} && !$shared->{peers};
        push @found, Bench::Server->build($scenario, $shared)->start;
        push @found, Bench::Server->build(Bench::Scenario::beside($scenario), $shared,
            module => abs_path($o{beside}))->start
            if $o{beside} && $scenario->{module};
    }
    $_->warm($VISITORS) for @found;
    return @found;
}

# No figure for a server that does not do the work.
sub check {
    my ($server) = @_;
    for my $kind (@{ $o{kinds} }) {
        for my $kb (@{ $o{sizes} }) {
            for my $n (1 .. 12) {
                my $page = 1 + $n * 7 % $PAGES;
                my $wrong = $server->wrong($kind, $kb, $page, $n * 31) // next;
                die "$server->{scenario}{name}, $kind, $kb KB, page $page: $wrong\n" . $server->log;
            }
        }
    }
}

# --- measuring ------------------------------------------------------------------

sub load {
    my %found;
    my @groups = groups();

    $SIG{ALRM} = sub { die "bench: took too long\n" };
    alarm 120 + 3 * @groups * @servers * ($o{repeats} + 1) * ($o{seconds} + 1);

    srand($SEED);
    for my $repeat (0 .. $o{repeats}) {    # the first one warms up
        for my $group (@groups) {
            for my $server (shuffle servers_of($group)) {
                my $figures = Bench::Load::measure($server, %$group, pages => $PAGES,
                    visitors => $VISITORS, seed => $repeat, seconds => $repeat ? $o{seconds} : 1);
                push @{ $found{ key($group) }{ $server->{scenario}{name} } }, $figures if $repeat;
            }
        }
        if (!$repeat) {
            $_->{before} = { $_->found } for @servers;
            $_->{requests} = 0 for @servers;
        }
        print STDERR "bench: repeat $repeat of $o{repeats}\n" if -t STDERR;
    }
    alarm 0;
    return %found;
}

# A server that gave up on Redis sent pages that cost less; one whose cache has nothing, pages that
# cost more.
sub complaints {
    my @found;
    for my $server (@servers) {
        my $what = $server->{scenario}{what};
        my @cold = $server->cold($server->{requests}, %{ $server->{before} });
        push @found, map { "**$what: $_**\n\n" } @cold;
        my @lines = grep { /\[(?:error|crit|alert|emerg)\]/ } split /\n/, $server->log or next;
        my $first = $lines[0] =~ s/^\S+ \S+ (?=\[)//r =~ s/\Q$server->{dir}\E/.../gr;
        push @found, "**$what: @{[ scalar @lines ]} errors in its log, the first: $first**\n\n";
    }
    return @found;
}

sub key { my ($group) = @_; return join '/', @$group{qw(kind kb connections)} }

sub instructions {
    if (!Bench::Instructions::available()) {
        print STDERR "bench: no valgrind: instructions are left out\n";
        return ();
    }
    make_path($o{keep}) if $o{keep};
    $_->stop for @servers;

    my %found;
    my $quick = $o{name} eq 'quick';
    for my $server (grep { !$quick || $o{only} || $_->{scenario}{quick} } @servers) {
        my $name = $server->{scenario}{name};
        for my $kind (grep { !$quick || $_ eq 'static' } @{ $o{kinds} }) {
            for my $kb (grep { $kind eq 'static' || $_ == 60 } @{ $o{sizes} }) {
                $found{"$kind/$kb"}{$name} = Bench::Instructions::measure($server,
                    kind => $kind, kb => $kb, pages => $PAGES, visitors => $VISITORS,
                    requests => $kb > 100 ? [ 20, 60 ] : [ 100, 300 ],
                    $o{keep} ? (keep => "$o{keep}/callgrind.$name.$kind.$kb") : ());
            }
        }
    }
    return %found;
}

sub report {
    print @complaints;
    my @scenarios = map { $_->{scenario} } @servers;
    for my $group (groups()) {
        my ($kind, $kb, $connections) = @$group{qw(kind kb connections)};
        printf "### %s, %d KB, %d connection%s%s\n\n", ucfirst $kind, $kb, $connections,
            $connections == 1 ? '' : 's', $o{mtu} ? ", MTU $o{mtu}" : '';
        my $counted = $instructions{"$kind/$kb"} // {};
        print Bench::Report::table(\@scenarios, $runs{ key($group) }, $counted), "\n";
    }
}

sub trouble {
    my $program = Bench::Pace::program($shared->{bench}, $shared->{keep}->dir);
    my %more = (program => $program, rate => 300, pages => $PAGES);
    @more{qw(before during after)} = $o{name} eq 'quick' ? (1, 2, 4) : (3, 5, 8);
    print "### Redis in trouble\n\n",
        $program ? Bench::Trouble::report($shared, %more) : "Left out: no C compiler.\n", "\n";
}

# The same once more, shorter, at the other end of a wire.
sub wire {
    $shared->{redis}->stop;
    $| = 1;
    system $^X, abs_path($0), 'wire', '--mtu', $o{mtu} || 1500, '--peers', $o{peers},
        '--repeats', min(3, $o{repeats}), '--seconds', 1;
}
