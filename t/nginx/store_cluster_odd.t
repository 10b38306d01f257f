#!/usr/bin/perl

# A scripted cluster (FAULTS R12, R15): redirects to nowhere, in circles, to nodes without an address or
# by other names; maps that are none; a node that hangs in the middle of a redirect.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use IO::Socket::IP;
use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Dns;
use Personalize::Probe;
use Personalize::Process;
use Personalize::ScriptedRedis;

my $t = Personalize::Probe->new;
my @names = qw(a b c);
my %port = map { $_ => $t->port($_) } @names, 'dead', 'six';
my %id = map { $_ => $_ x 40 } @names;

# Each server answers from a file of rules: lines "COMMAND [KEY]<tab>reply", the first that fits;
# in replies \r\n is written as it is in C, and %a stands for the port of a.  "30 ms REPLY, then REPLY":
# the first one until so long after the command first came to any server.
sub rules {
    my ($name, @rules) = @_;
    $t->write("rules-$name", join '', map { "$_->[0]\t$_->[1]\n" } @rules);
}

sub answer {
    my ($name, $c, @argv) = @_;
    for (split /\n/, $t->read("rules-$name")) {
        my ($what, $reply) = split /\t/, $_, 2;
        next if "@argv" !~ /^(?:$what)$/;
        $c->hold, die "held\n" if $reply eq 'hold';
        $reply = first_seen("@argv") < $1 / 1000 ? $2 : $3 if $reply =~ /^(\d+) ms (.*), then (.*)/;
        $reply =~ s/%([a-z]+)/$port{$1}/g;
        $reply =~ s/\\r\\n/\r\n/g;
        return $reply;
    }
    return "-ERR no rule for @argv\r\n";
}

# Seconds since a command first came, in this scene.
sub first_seen {
    my ($what) = @_;
    my ($file, $now) = ($t->dir . "/first-" . unpack('H*', $what), time);
    open my $fh, '+>>', $file or die "$file: $!";
    seek $fh, 0, 0;
    my $first = <$fh>;
    syswrite $fh, $now if !defined $first;
    return $now - ($first // $now);
}

my %server = map {
    my $name = $_;
    ($name => Personalize::ScriptedRedis->start($t->dir, sub {
        my ($c) = @_;
        $c->greet;
        $c->serve(sub { answer($name, $c, @_) });
    }, port => $port{$name}));
} @names;

# CLUSTER SLOTS: [first, last, host, server] ...
sub slots {
    return '*' . @_ . '\r\n' . join '', map {
        my ($first, $last, $host, $name) = @$_;
        my $node = (defined $host ? '$' . length($host) . "\\r\\n$host" : '$-1') . "\\r\\n:%$name\\r\\n";
        $node .= defined $id{$name} ? "\$40\\r\\n$id{$name}\\r\\n" : '$1\r\nx\r\n';
        "*3\\r\\n:$first\\r\\n:$last\\r\\n*3\\r\\n$node";
    } @_;
}

# foo is in slot 12182, bar in 5061: a has the lower half, b the upper one.
my @halves = ([ 0, 8191, '127.0.0.1', 'a' ], [ 8192, 16383, '127.0.0.1', 'b' ]);
sub tells { my ($name, @map) = @_; return ([ 'CLUSTER MYID', "\$40\\r\\n$id{$name}\\r\\n" ], [ 'CLUSTER SLOTS', slots(@map) ]) }

sub scene {
    my (%more) = @_;
    unlink glob $t->dir . '/first-*';
    for my $name (@names) {
        rules($name, @{ $more{$name} || [] }, tells($name, @{ $more{map} || \@halves }),
            [ 'ASKING', '+OK\r\n' ], [ 'GET .*', "+from $name\\r\\n" ], [ '.*', '+OK\r\n' ]);
    }
}

sub get { return $t->ask('t=1000', map { "GET $_" } @_) }
sub seen { my ($name, $what) = @_; return scalar grep { "@$_" =~ /^$what/ } $server{$name}->seen }

my $seeds = "redis-cluster://127.0.0.1:$port{a}";
scene();
$t->run($seeds, 'warm');
ok($t->until_state('ready'), 'a scripted cluster');
is(get('bar', 'foo')->{text}, "+from a\n+from b\n", 'each slot by its node');

# --- MOVED -------------------------------------------------------------------

scene(a => [ [ 'GET bar', '-MOVED 5061 127.0.0.1:%c\r\n' ] ], map => [ [ 0, 5060, '127.0.0.1', 'a' ],
    [ 5061, 5061, '127.0.0.1', 'c' ], [ 5062, 8191, '127.0.0.1', 'a' ], [ 8192, 16383, '127.0.0.1', 'b' ] ]);
my $mapped = $t->state->{mapped};
is(get('bar')->{text}, "+from c\n", 'MOVED to a node that nobody had heard of');
my $asked = seen('a', 'GET bar');
is(get('bar')->{text}, "+from c\n", '  it is remembered');
is(seen('a', 'GET bar'), $asked, '  without asking the old one again');
ok(Personalize::Process::until_true(3, sub { $t->state->{mapped} > $mapped }), '  and the map is asked for again');
is($server{c}->connections, 1, '  over the same connection');

scene(a => [ [ 'GET bar', '-MOVED 5061 127.0.0.1:%b\r\n' ] ], b => [ [ 'GET bar', '-MOVED 5061 127.0.0.1:%a\r\n' ] ]);
$t->again($seeds, 'warm');
$t->until_state('ready');
my $got = get('bar');
like($got->{text}, qr/^-MOVED 5061/, 'MOVED in a circle: the last one is the reply');
my $state = $t->state;
is($state->{moved}, 5, '  after five');
cmp_ok($got->{ms}, '>=', 75, '  and pauses, each longer than the last');
cmp_ok(seen('a', 'CLUSTER SLOTS') + seen('b', 'CLUSTER SLOTS'), '<', 12, '  and not a question for the map each time');
cmp_ok($t->quickest(sub { get('bar') }), '<', 300, '  not for ever');
is(get('foo')->{text}, "+from b\n", '  other keys are served');

# So long as the news of a slot that has moved is on its way, masters contradict each other.
scene(a => [ [ 'GET bar', '30 ms -MOVED 5061 127.0.0.1:%b\r\n, then +from a\r\n' ] ],
    b => [ [ 'GET bar', '-MOVED 5061 127.0.0.1:%a\r\n' ] ]);
$t->again($seeds, 'warm');
$t->until_state('ready');
$got = get('bar', 'foo');
is($got->{text}, "+from a\n+from b\n", 'MOVED in a circle that lasts for 30 ms: the reply in the end');
cmp_ok($t->state->{moved}, '<=', 4, '  before the attempts were used up');
is($t->ask('t=1000', 'GET bar')->{text}, "+from a\n", '  and at once from then on');
is($t->state->{error_reply}, 0, '  no error is counted');

scene(a => [ [ 'GET bar', '-MOVED 5061 127.0.0.1:%b\r\n' ] ], b => [ [ 'GET bar', '-MOVED 5061 127.0.0.1:%a\r\n' ] ]);
$t->again($seeds, 'warm');
$t->until_state('ready');

# On a busy machine a scripted node may itself need longer than that.
for (1 .. 10) {
    get('foo');
    $state = $t->state;
    $got = $t->ask('t=20', 'GET bar', 'GET foo');
    last if $got->{text} ne '';
}
is($got->{text}, "(no room)\n+from b\n", 'a circle, and little time: others have their reply');
cmp_ok($got->{ms}, '<', 30, '  in that time');
cmp_ok($t->state->{moved} - $state->{moved}, '<', 5, '  without further attempts');

scene(a => [ [ 'GET bar', '-MOVED 5061 127.0.0.1:%dead\r\n' ] ]);
$t->again($seeds, 'warm');
$t->until_state('ready');
$got = get('bar');
isnt($got->{status}, 'ok', 'MOVED to where nobody is');
cmp_ok($got->{ms}, '<', 300, '  fails at once');
is(get('foo')->{text}, "+from b\n", '  other keys are served');

scene(a => [ [ 'GET bar', '-MOVED 5061 :%b\r\n' ] ]);
$t->again($seeds, 'warm');
$t->until_state('ready');
is(get('bar')->{text}, "+from b\n", 'MOVED to an empty host: that of the node that said so');

for my $odd ('-MOVED 5061 ?:%b', '-MOVED 5061 127.0.0.1:0', '-MOVED 99999 127.0.0.1:%b', '-MOVED', '-MOVED 5061',
    '-MOVED 5061 no/host:%b', '-ASK 5061 ?:%b') {
    scene(a => [ [ 'GET bar', "$odd\\r\\n" ] ]);
    $t->again($seeds, 'warm');
    $t->until_state('ready');
    my ($word) = $odd =~ /^(-\w+)/;
    like(get('bar')->{text}, qr/^$word/, "\"$odd\" leads nowhere: it is the reply");
    is(get('foo', 'bar')->{lines}[0], '+from b', '  and does no harm to others');
}

SKIP: {
    my $six = eval { Personalize::ScriptedRedis->start($t->dir, sub { my ($c) = @_; $c->greet; $c->serve(sub { "+from six\r\n" }) },
        port => $port{six}, host => '::1') };
    skip 'no IPv6 here', 1 if !$six || !IO::Socket::IP->new(PeerHost => '::1', PeerPort => $port{six});
    scene(a => [ [ 'GET bar', '-MOVED 5061 ::1:%six\r\n' ] ]);
    $t->again($seeds, 'warm');
    $t->until_state('ready');
    is(get('bar')->{text}, "+from six\n", 'MOVED to an IPv6 address, which has no brackets there');
}

# --- ASK ---------------------------------------------------------------------

scene(a => [ [ 'GET bar', '-ASK 5061 127.0.0.1:%c\r\n' ] ]);
$t->again($seeds, 'warm');
$t->until_state('ready');
my $before = seen('a', 'GET bar');
is(get('bar', 'foo', 'bar')->{text}, "+from c\n+from b\n+from c\n", 'ASK: followed');
my @c = map { "@$_" } $server{c}->seen;
is_deeply([ @c[ -4 .. -1 ] ], [ 'ASKING', 'GET bar', 'ASKING', 'GET bar' ], '  with ASKING before each command');
get('bar');
is(seen('a', 'GET bar') - $before, 3, '  and the old node is asked first the next time');

scene(a => [ [ 'GET bar', '-ASK 5061 127.0.0.1:%c\r\n' ] ], c => [ [ 'GET bar', '-ASK 5061 127.0.0.1:%a\r\n' ] ]);
$t->again($seeds, 'warm');
$t->until_state('ready');
like(get('bar')->{text}, qr/^-ASK/, 'ASK in a circle ends');
is($t->state->{asked}, 5, '  after five');

scene(a => [ [ 'GET bar', '-ASK 5061 127.0.0.1:%c\r\n' ] ],
    c => [ [ 'GET bar', '5 ms -ASK 5061 127.0.0.1:%a\r\n, then +from c\r\n' ] ]);
$t->again($seeds, 'warm');
$t->until_state('ready');
is(get('bar')->{text}, "+from c\n", 'ASK in a circle for a moment: whoever serves the slot is asked again');

scene(a => [ [ 'GET bar', '-ASK 5061 127.0.0.1:%c\r\n' ] ], c => [ [ 'GET bar', 'hold' ] ]);
$t->again($seeds, 'warm');
$t->until_state('ready');
$got = $t->ask('t=200', 'GET bar', 'GET foo');
is($got->{status}, 'ok', 'a node hangs behind an ASK');
like($got->{text}, qr/\A\(no room\)\n\+from b\n\z/, '  what the others said is there');
cmp_ok($got->{ms}, '<', 260, '  in the time of the whole, not of each step');
cmp_ok($got->{ms}, '>', 150, '  which it waited for');

# --- TRYAGAIN, CLUSTERDOWN, LOADING --------------------------------------------

scene(a => [ [ 'GET bar', '-TRYAGAIN Multiple keys\r\n' ] ]);
$t->again($seeds, 'warm');
$t->until_state('ready');
like(get('bar')->{text}, qr/^-TRYAGAIN/, 'TRYAGAIN for ever: it is the reply in the end');
is($t->state->{again}, 5, '  after five attempts');
get('foo');
is($t->ask('t=60', 'GET bar', 'GET foo')->{lines}[1], '+from b', '  a short deadline ends it earlier');
cmp_ok($t->state->{again}, '<', 5 + 5, '  before five attempts');

scene(a => [ [ 'GET .*', '-CLUSTERDOWN The cluster is down\r\n' ] ]);
like(get('bar')->{text}, qr/^-CLUSTERDOWN/, 'CLUSTERDOWN: the reply');
is(get('foo')->{text}, "+from b\n", '  the other node is asked');
get('bar') for 1 .. 10;
is($t->state->{breaker_opened}, 0, '  no breaker opens for it');
scene(a => [ [ 'GET .*', '-LOADING Redis is loading\r\n' ] ]);
get('bar');
is(get('bar')->{status}, 'refused', 'LOADING: that node is left alone for a while');
is(get('foo')->{text}, "+from b\n", '  the other one is asked');

# --- maps that are none ------------------------------------------------------

my @odd = (
    [ 'an error', '-ERR This instance has cluster support disabled\r\n' ],
    [ 'no right', '-NOPERM this user has no permissions\r\n' ], [ 'no slots', '*0\r\n' ], [ 'nil', '$-1\r\n' ],
    [ 'a range without nodes', '*1\r\n*2\r\n:0\r\n:16383\r\n' ], [ 'a slot too many', slots([ 0, 16384, '127.0.0.1', 'a' ]) ],
    [ 'text for slots', '*1\r\n*3\r\n$1\r\n0\r\n$1\r\n1\r\n*2\r\n$1\r\na\r\n:1\r\n' ],
);
my $both = "redis-cluster://127.0.0.1:$port{a},127.0.0.1:$port{b}";
for my $case (@odd) {
    my ($what, $reply) = @$case;
    scene(a => [ [ 'CLUSTER SLOTS', $reply ] ]);
    my $had = seen('a', 'CLUSTER SLOTS');

    # A worker begins with any of them.
    for (1 .. 20) {
        $t->again($both, 'warm');
        $t->until_state('ready', 8);
        last if seen('a', 'CLUSTER SLOTS') > $had;
    }
    cmp_ok(seen('a', 'CLUSTER SLOTS'), '>', $had, "a seed tells $what");
    is($t->state->{state}, 'ready', '  the other one is asked');
    my $found = get('bar');
    is($found->{text}, "+from a\n", '  and the nodes are found') or diag(explain($found, $t->state), $t->log =~ s/^.*(?=(?:.*\n){20}\z)//sr);
}
ok($t->logged(qr/no map of the slots/), 'the log says so');

scene(a => [ [ 'CLUSTER SLOTS', $odd[0][1] ] ], b => [ [ 'CLUSTER SLOTS', $odd[1][1] ] ]);
$t->again($both, 'warm');
sleep 0.3;
$got = get('bar');
is($got->{status}, 'refused', 'no seed knows a map: refused');
cmp_ok($got->{ms}, '<', 50, '  at once');
scene();
ok(Personalize::Process::until_true(12, sub { get('bar')->{text} eq "+from a\n" }), '  until one does');

scene(map => [ [ 0, 8191, '', 'a' ], [ 8192, 16383, undef, 'b' ] ]);
$t->again($seeds, 'warm');
ok($t->until_state('ready'), 'nodes without an address: an empty host, and nil');
is(get('bar', 'foo')->{text}, "+from a\n+from b\n", '  are where the node is that tells of them');

scene(map => [ [ 0, 8191, '127.0.0.1', 'a' ], [ 8192, 16383, '?', 'b' ] ]);
$t->again($seeds, 'warm');
ok($t->until_state('degraded'), 'a node that cannot be reached by anybody');
is(get('foo')->{status}, 'refused', '  is not asked');
is(get('bar')->{text}, "+from a\n", '  the other one is');

# Each slot by itself, as after years of resharding: some 100,000 elements in 1.5 MB.
scene(map => [ map { [ $_, $_, '127.0.0.1', $_ % 2 ? 'a' : 'b' ] } 0 .. 16383 ]);
$t->again($seeds, 'warm');
ok($t->until_state('ready', 10), 'a map with 16384 ranges');
is(get('bar', 'foo')->{text}, "+from a\n+from b\n", '  is read as any other');
is($t->state->{protocol}, 0, '  and passes no limit');

# --- names -------------------------------------------------------------------

scene(map => [ [ 0, 8191, 'node-a.test', 'a' ], [ 8192, 16383, 'node-b.test', 'b' ] ]);
$t->again($seeds, 'warm');
$t->until_state('ready', 2);
is(get('bar')->{text}, "+from a\n", 'names without a resolver: the node that is connected is asked');
isnt(get('foo')->{status}, 'ok', '  the other cannot be');
ok($t->logged(qr/nginx needs a resolver/), '  the log says why');

my $dns = Personalize::Dns->start($t->dir, $t->port('dns'));
$dns->let(map { ("node-$_.test" => { address => '127.0.0.1', ttl => 1 }) } 'a', 'b');
$t->again($seeds, 'warm', http => 'resolver 127.0.0.1:%%port:dns%% ipv6=off;');
ok($t->until_state('ready'), 'names with a resolver');
is(get('bar', 'foo')->{text}, "+from a\n+from b\n", '  are resolved');
cmp_ok($dns->asked, '>', 0, '  by it');

# --- redis:// --------------------------------------------------------------------

scene(a => [ [ 'GET foo', '-MOVED 12182 127.0.0.1:%b\r\n' ] ]);
$t->again("redis://127.0.0.1:$port{a}", 'warm');
like(get('foo')->{text}, qr/^-MOVED/, 'redis:// to a node of a cluster: MOVED is the reply');
ok($t->logged(qr/write redis-cluster:\/\//), '  and the log says what to write');

# --- the same server, before and after -----------------------------------------

scene();
$t->again($seeds, 'warm');
$t->until_state('ready');
get('foo', 'bar');
my $pid = $t->state->{pid};
my $n = $server{a}->connections + $server{b}->connections;
get('foo', 'bar') for 1 .. 50;
is($server{a}->connections + $server{b}->connections, $n, 'fifty queries more, and no connection more');
is($t->state->{pid}, $pid, 'the same worker all the time');
is_deeply([ grep { !/held|peer (?:is gone|left)/ } map { $_->complaints } values %server ], [], 'no server had reason to complain');

$t->finish;
