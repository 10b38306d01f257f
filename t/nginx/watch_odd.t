#!/usr/bin/perl

# The connection that tells of changes, byte by byte: replies that are overtaken (FAULTS R24), the
# forms of a flush (R25), silence (R27), messages that are none, servers that refuse (Redis 5, an ACL).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Http;
use Personalize::Process;
use Personalize::ScriptedRedis;
use Personalize::Watched;

my $t = Personalize::Watched->new(workers => 1, redis => 0);

sub until_true { Personalize::Process::until_true(@_) }
sub put { my ($name, $bytes) = @_; $t->write("is/$name", $bytes) }
sub is_there { -e $t->dir . "/is/$_[0]" }
sub content { return $t->read("is/$_[0]") }
sub gone { unlink $t->dir . "/is/$_[0]" }

my $channel = '__redis__:invalidate';

# A file says what is answered; "say": what the subscription tells next; "mute": no PONG; "hold":
# the answer to a query is as it was when that came, and leaves when the file is gone, until then there is
# "held"; "deaf": nothing is
# answered once there is a subscription; "late": the next PONG comes so many seconds late, and "next" says how
# many later there was another PING.
my $redis = Personalize::ScriptedRedis->start($t->dir, sub {
    my ($c) = @_;
    my $subscribed = 0;
    while (1) {
        if ($c->waiting(0.005)) {
            my @argv = $c->command or return;
            my $what = uc "$argv[0]" . ($argv[0] =~ /^client$/i ? " $argv[1]" : '');
            return if is_there('cut') && $what eq 'CLIENT ID';
            next if is_there('mute') && $what =~ /^(PING|CLIENT ID)$/ && (!is_there('greet') || $what ne 'PING' || $subscribed);
            my $reply = $what eq 'PING' ? $subscribed ? $c->array('pong', '') : "+PONG\r\n"
                : $what eq 'CLIENT ID' ? content('id') || ":7\r\n"
                : $what eq 'INFO' ? content('info') || $c->bulk("# Server\r\nredis_version:7.0.0\r\nrun_id:abc\r\n")
                : $what eq 'CLIENT TRACKING' ? content('tracking') || "+OK\r\n"
                : $what eq 'SUBSCRIBE' ? "*3\r\n" . $c->bulk('subscribe') . $c->bulk($argv[1]) . ":1\r\n"
                : $what eq 'HGETALL' ? $c->array(name => content('name'))
                : "+OK\r\n";
            $subscribed = 1 if $what eq 'SUBSCRIBE' && !is_there('tracking');
            if ($what eq 'HGETALL' && is_there('hold')) {
                put('held', 1);
                sleep 0.005 while is_there('hold');
                gone('held');
            }
            next if $subscribed && $what ne 'SUBSCRIBE' && is_there('deaf');
            my $late = $subscribed && $what eq 'PING' ? content('late') : '';
            sleep $late if $late;
            $c->send($reply);
            if ($late) {
                my $sent = time;
                gone('late');
                $c->waiting(5);
                put('next', time - $sent);
            }
        }
        if ($subscribed && is_there('say')) {
            my $bytes = content('say');
            gone('say');
            $c->send($bytes);
        }
    }
});

sub array { return Personalize::ScriptedRedis->array(@_) }
sub bulk { return Personalize::ScriptedRedis->bulk(@_) }

# Have the server say this, and wait until it has been heard.
sub say_raw {
    my ($bytes) = @_;
    put('say', $bytes);
    until_true(3, sub { !is_there('say') });
    sleep 0.03;
}
sub message { return "*3\r\n" . bulk('message') . bulk($channel) . $_[0] }
sub changed { say_raw(message(array(map { "pz:visitor:{$_}" } @_))) }

$t->let(redis => $redis->url);
sub config {
    my ($cache, $redis_more) = @_;
    $t->config(<<"CONF" . <<'REST');
    personalize_cache zone=v:1m $cache;
CONF
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 3s;
        %%admin%%
    }
REST
    my $conf = $t->read('nginx.conf');
    $t->write('nginx.conf', $conf =~ s/(personalize_redis [^;]*)/$1 $redis_more/r);
}

sub watch { return $t->status->{redis}[0]{invalidation} }
sub trusted { my ($seconds) = @_; return until_true($seconds // 4, sub { watch()->{trusted} }) }
sub lookup { my ($who) = @_; return $t->visit("/?as=$who")->{log}{lookup} }
sub shows { my ($who, $name) = @_; return $t->welcomes($t->get("/?as=$who"), $name) }
sub asked { my ($who) = @_; return scalar grep { "@$_" eq "HGETALL pz:visitor:{$who}" } $redis->seen }

sub open_page {
    my ($path) = @_;
    my $c = Personalize::Http->new($t->port('web'));
    return $c->send(Personalize::Http::text($path));
}

put('name', 'One');
config('ttl=60s', 'heartbeat=400ms');
$t->start;
ok(trusted(), 'it watches') or diag($t->log);
my @asked = map { "@$_" } grep { $_->[0] =~ /CLIENT|SUBSCRIBE|INFO/ } $redis->seen;
is_deeply(\@asked, [ 'CLIENT ID', 'INFO server',
    'CLIENT TRACKING ON REDIRECT 7 BCAST PREFIX pz:visitor: PREFIX pz:recs: PREFIX pz:product:', "SUBSCRIBE $channel" ],
    'what is asked');

# --- a change while the query is out (R24)

is(join(' ', map { lookup('a') } 1 .. 2), 'miss hit', 'it is cached');
put('hold', 1);
changed('a');
my $c = open_page('/?as=a');
until_true(2, sub { is_there('held') });
put('name', 'Two');
changed('a');                        # overtakes the reply, which still says One
gone('hold');
ok($t->welcomes($c->reply, 'One'), 'R24: a change overtakes the reply: that page shows what was answered');
ok(shows('a', 'Two'), '  the next one does not');
is($t->counted('cache', 'overtaken'), 1, '  it was not kept');
is(lookup('a'), 'hit', '  what came then was');

for my $order ('flush', 'flight') {
    put('hold', 1);
    changed('a');
    $c = open_page('/?as=a');
    until_true(2, sub { is_there('held') });
    put('name', "Three$order");
    $order eq 'flush' ? say_raw(message("\$-1\r\n")) : changed('a');
    my $late = open_page('/?as=a');  # must not join the query that left before the change
    sleep 0.1;
    gone('hold');
    $c->reply;
    ok($t->welcomes($late->reply, "Three$order"), "R24: who comes after a change ($order) does not join a query from before it");
    ok(shows('a', "Three$order"), '  nor does the cache keep its reply');
}

# --- forms of a flush (R25), and of nonsense

for my $form ([ 'a null bulk' => "\$-1\r\n" ], [ 'a null array' => "*-1\r\n" ], [ 'a number' => ":1\r\n" ],
    [ 'keys that are no strings' => "*2\r\n:1\r\n:2\r\n" ], [ 'a null among keys' => "*2\r\n" . bulk('pz:visitor:{q}') . "\$-1\r\n" ])
{
    my ($what, $bytes) = @$form;
    lookup('a');
    is(lookup('a'), 'hit', 'cached');
    say_raw(message($bytes));
    is(lookup('a'), 'miss', "R25: $what: all is given up");
}
is($t->counted('invalidation', 'flush'), 6, '  they are counted');

lookup('a');
say_raw(message("*0\r\n"));
is(lookup('a'), 'hit', 'no key at all: nothing is');
say_raw("*3\r\n" . bulk('message') . bulk('other') . bulk('pz:visitor:{a}'));
is(lookup('a'), 'hit', 'a message of another channel: nothing is');
changed('b');
is(lookup('a'), 'hit', 'another key: nothing is');
changed(map { "x$_" } 1 .. 3000);
is(lookup('a'), 'hit', 'three thousand others: nothing is');
changed((map { "x$_" } 1 .. 3000), 'a');
is(lookup('a'), 'miss', 'and among three thousand: it is');

for my $odd ([ 'a reply that nobody asked for' => "+OK\r\n" ], [ 'garbage' => "HTTP/1.1 400 Bad Request\r\n" ],
    [ 'a length beyond all limits' => "*2147483647\r\n" ],
    [ 'more keys than the limit' => message(array(map { "pz:visitor:{y$_}" } 1 .. 20000)) ])
{
    my ($what, $bytes) = @$odd;
    ok(trusted(), 'it watches');
    lookup('a');
    is(lookup('a'), 'hit', '  cached');
    my $lost = $t->counted('invalidation', 'lost');
    put('name', "After" . length $what);
    say_raw($bytes);
    ok(shows('a', 'After' . length $what), "$what: nothing is believed any more");
    is($t->counted('invalidation', 'lost') - $lost, 1, '  it is counted');
}
ok(trusted(), 'it watches');
ok($t->logged(qr/redis "changes in unix:[^"]*": (what came is no RESP2 reply|a reply came that nobody)/), 'the log says which connection');

# --- silence (R27): a change of which nothing is told is seen after one heartbeat

for my $round (1 .. 3) {
    ok(trusted(8), 'it watches');
    put('name', "Before$round");
    changed('a');
    ok(shows('a', "Before$round"), '  and');
    is(lookup('a'), 'hit', '  all is well');
    put('mute', 1);
    put('greet', 1);
    my $began = time;
    put('name', "After$round");
    my $seen = until_true(3, sub { shows('a', "After$round") });
    my $took = time - $began;
    ok($seen, 'the connection is silent, a change falls into that') or diag($t->log);
    cmp_ok($took, '<', 0.7, sprintf '  it is seen after %.0f ms (400 is a heartbeat)', 1000 * $took);
    is(lookup('a'), 'miss', '  Redis is asked');
    cmp_ok(until_true(3, sub { $t->counted('invalidation', 'heartbeat_missed') }), '>=', 1, '  it is counted');
    gone('mute'), sleep 0.3 if $round == 1;    # it was slow
    if ($round == 2) {
        ok($t->logged(qr/redis "changes in unix:[^"]*": silent for too long/, 6), '  it is given up');
    }
    gone('mute');
    $t->stop, $t->start if $round == 2;
}
gone('greet');
$t->stop;

# --- an answer that comes late: with the one to the next question all is well

config('ttl=60s', 'heartbeat=2s');
$t->start;
ok(trusted(), 'it watches');
put('late', 2.1);
ok(until_true(5, sub { !watch()->{trusted} }), 'Redis is busy for longer than a heartbeat: nothing is believed');
ok(until_true(5, sub { is_there('next') }), '  it answers');
cmp_ok(content('next'), '<', 0.5, '  and is asked again at once, not at the next beat: that would have been a second');
ok(trusted(0.5), '  so it is believed again');
$t->stop;

put('deaf', 1);
my $said = length $t->log;
$t->start;
ok(until_true(6, sub { substr($t->log, $said) =~ /redis "changes in unix:[^"]*": silent for too long/ }),
    'silent from the moment when it was subscribed to: it is given up');
gone('deaf');
ok(trusted(), '  for another connection');
$t->stop;

# --- who cannot, and who will not

my %refusal = (
    'Redis 4' => [ id => "-ERR Syntax error, try CLIENT (LIST | KILL | GETNAME | SETNAME | PAUSE | REPLY)\r\n" ],
    'Redis 5' => [ tracking => "-ERR Unknown subcommand or wrong number of arguments for 'TRACKING'. Try CLIENT HELP\r\n" ],
    'no right' => [ tracking => "-NOPERM this user has no permissions to run the 'client|tracking' command\r\n" ],
);
for my $who (sort keys %refusal) {
    my ($file, $bytes) = @{ $refusal{$who} };
    put($file, $bytes);
    put('name', 'Old');
    config('ttl=500ms', 'heartbeat=400ms');
    my $mark = length $t->log;
    $t->start;
    ok(until_true(3, sub { watch()->{state} eq 'refused' }), "$who: it is known that it will not");
    lookup('a');
    is(lookup('a'), 'hit', '  the cache works');
    put('name', 'New');
    is(lookup('a'), 'hit', '  by its times');
    ok(until_true(2, sub { shows('a', 'New') }), '  a change is seen when they have passed');
    sleep 1;
    my @lines = substr($t->log, $mark) =~ /CLIENT TRACKING is refused/g;
    is(scalar @lines, 1, '  the log says so once');
    cmp_ok($t->counted('invalidation', 'refused'), '>=', 1, '  it is counted');
    $t->stop;
    gone($file);
}

$t->allow(qr/redis|recv\(\)/);
for my $case ([ 'it is loading', tracking => "-LOADING Redis is loading the dataset in memory\r\n" ],
    [ 'it says nonsense', id => "+OK\r\n" ], [ 'it closes the connection', cut => 1 ], [ 'it says nothing', mute => 1, greet => 1 ])
{
    my ($what, %files) = @$case;
    put($_, $files{$_}) for keys %files;
    config('ttl=60s', 'heartbeat=400ms connect_timeout=300ms');
    my $before = $redis->connections;
    $t->start;
    sleep 2.5;
    put('name', "Un$_"), ok(shows('a', "Un$_"), "$what: nothing is served from the cache") for 1 .. 3;
    isnt(watch()->{state}, 'refused', '  nor is that a refusal');
    cmp_ok($redis->connections - $before, '<', 25, '  attempts have their pauses: ' . ($redis->connections - $before));
    gone($_) for keys %files;
    ok(trusted(12), '  until it does');
    lookup('a');
    is(lookup('a'), 'hit', '  then the cache works');
    $t->stop;
}

# --- a worker on its way out holds no connection

$t->start;
ok(trusted(), 'it watches');
my @old = $t->workers;
$t->reload;
ok(until_true(2, sub { !grep { kill 0, $_ } @old }), 'an old worker leaves');
ok(trusted(), '  the new one watches');
put('mute', 1);
@old = $t->workers;
$t->reload;
ok(until_true(3, sub { !grep { kill 0, $_ } @old }), '  also when nobody answers its last PING');
gone('mute');

is(join('', grep { !/peer|gone/ } $redis->complaints), '', 'nothing odd was sent');
$t->finish;
