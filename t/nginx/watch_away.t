#!/usr/bin/perl

# Redis goes, freezes, forgets who we are, or throws us out (FAULTS R23, R27, R28): nothing old is
# served once it may be old, but for who has asked for that (stale), and all is well afterwards.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Process;
use Personalize::Watched;

my $t = Personalize::Watched->new(within => 5, redis => { port => 0 });
my $redis = $t->redis;

sub config {
    $t->config(<<'CONF');
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 150ms;
        personalize_cache zone=v:1m ttl=10m;
        location /edge/ { alias %%dir%%/html/; personalize_cache zone=v ttl=1s stale=10m; }
        location /brief/ { alias %%dir%%/html/; personalize_cache zone=v ttl=500ms push=off; }
        %%admin%%
    }
CONF
}
config();

sub until_true { Personalize::Process::until_true(@_) }
sub lookup { my ($path) = @_; return $t->visit($path)->{log}{lookup} }
sub shown { my ($path, $name) = @_; return scalar grep { $t->welcomes($t->get($path), $name) } 1 .. 12 }
sub change { my ($who, $name) = @_; $redis->visitor($who, name => $name); sleep 0.1 }

# Subscriptions lost since then: of both workers, when the slower one has noticed as well.
sub lost_since {
    my ($before) = @_;
    my $lost = 0;
    until_true(3, sub { ($lost = $t->counted('invalidation', 'lost') - $before) >= 2 });
    return $lost;
}

$t->start;
$t->allow(qr/redis|connect\(\)|recv\(\)/);
ok($t->all_watch, 'two workers watch');

# --- Redis is away: only who asked for it is served what was known

change('ann', 'Ann1');
is(shown('/?as=ann', 'Ann1'), 12, 'ann is known');
$redis->kill9;
sleep 1.1;
my @r = map { $t->visit('/?as=ann') } 1 .. 12;
is(scalar(grep { $t->untouched($_) } @r), 12, 'Redis is killed: after one heartbeat nothing is served that may be old');
my $slowest = 0;
for (1 .. 20) {
    my $r = $t->visit('/edge/?as=ann');
    ok($t->welcomes($r, 'Ann1') && $r->{log}{lookup} eq 'stale', 'with stale= what was known is, as stale') or diag(explain($r->{log}));
    $slowest = $r->{log}{lookup_time} if $r->{log}{lookup_time} > $slowest;
}
cmp_ok($slowest, '<', 0.1, '  and nobody waits');
is($t->visit('/edge/?as=new')->{log}{lookup}, 'error', '  who was not known is not');
cmp_ok($t->counted('cache', 'doubted'), '>=', 12, '  such reads are counted');

ok($t->reload, 'a reload meanwhile');
is(shown('/edge/?as=ann', 'Ann1'), 12, '  with stale= nothing is forgotten');
is(shown('/?as=ann', 'Ann1'), 0, '  without it nothing is served');

$redis->run;
$redis->visitor('ann', name => 'Ann2');
ok($t->all_watch(20), 'it is back');
is(shown('/?as=ann', 'Ann2'), 12, '  with other data, which all workers show');
is(shown('/edge/?as=ann', 'Ann2'), 12, '  also who serves stale ones');

# --- frozen

change('ann', 'Ann3');
shown('/?as=ann', 'Ann3');
$redis->freeze;
sleep 1.1;
@r = map { $t->visit('/edge/?as=ann') } 1 .. 20;
is(scalar(grep { $t->welcomes($_, 'Ann3') } @r), 20, 'Redis is frozen: with stale= what was known is shown');
is(scalar(grep { $t->welcomes($t->visit('/?as=ann')) } 1 .. 5), 0, '  without it nothing that may be old');
$redis->thaw;
ok($t->all_watch(20), 'it goes on');
change('ann', 'Ann4');
is(shown('/?as=ann', 'Ann4'), 12, '  a change is seen');

# --- a worker is frozen: what it missed it learns before it serves anything

shown('/?as=ann', 'Ann4');
my ($frozen) = $t->workers;
kill 'STOP', $frozen;
$redis->visitor('ann', name => 'Ann5');
sleep 1.5;
kill 'CONT', $frozen;
is(shown('/?as=ann', 'Ann5'), 12, 'a worker is frozen for longer than a heartbeat: no page of it is old');
ok($t->all_watch, '  and it watches');

# --- more than the server keeps for us (R28), more than we take

$redis->command('CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 16384 0 0');
change('ann', 'Ann6');
shown('/?as=ann', 'Ann6');
my $lost = $t->counted('invalidation', 'lost');
$redis->command('MSET', map { ("pz:product:many$_", 1) } 1 .. 2000);
$redis->visitor('ann', name => 'Ann7');
sleep 0.1;
is(shown('/?as=ann', 'Ann7'), 12, 'R28: a message beyond client-output-buffer-limit: a change behind it is seen');
is(lost_since($lost), 2, '  the server had closed both connections');
ok($t->all_watch, '  they are made again');
$redis->command('CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 33554432 8388608 60');

$lost = $t->counted('invalidation', 'lost');
$redis->command('MSET', map { ("pz:product:many$_", 1) } 1 .. 20_000);
$redis->visitor('ann', name => 'Ann8');
sleep 0.1;
is(shown('/?as=ann', 'Ann8'), 12, '20000 keys in one message: a change behind it is seen');
is(lost_since($lost), 2, '  the workers had closed both connections');
ok($t->all_watch, '  they are made again');

$redis->command('MSET', map { ("pz:product:many$_", 2) } 1 .. 10_000);
$redis->visitor('ann', name => 'Ann9');
sleep 0.2;
is(shown('/?as=ann', 'Ann9'), 12, '10000 keys in one message: a change behind it is seen');
is($t->counted('invalidation', 'lost') - $lost, 2, '  by the connections that are there');

# --- other writes than to what is cached

my $keys = $t->counted('invalidation', 'key');
$redis->command('SET', "pz:coupon:{c}:$_", 1) for 1 .. 50;
$redis->command('SET', "other:$_", 1) for 1 .. 50;
sleep 0.1;
is($t->counted('invalidation', 'key'), $keys, 'coupons and the keys of others are not told of');

$redis->visitor('bob', name => 'Bob1');
sleep 0.1;
shown('/?as=bob', 'Bob1');
$redis->command('RENAME', 'pz:visitor:{ann}', 'pz:visitor:{bob}');
sleep 0.1;
is(shown('/?as=bob', 'Ann9'), 12, 'RENAME: the new name');
is(shown('/?as=ann', 'there'), 12, '  and the old one');
$redis->command('COPY', 'pz:visitor:{bob}', 'pz:visitor:{ann}');
sleep 0.1;
is(shown('/?as=ann', 'Ann9'), 12, 'COPY');

# --- a key expires, and Redis does not notice: among so many it looks at few

$redis->command('EVAL', 'for i = 1, 50000 do redis.call("SET", "fill:" .. i, 1, "EX", 3600) end', 0);
$redis->visitor("brief$_", name => "Brief$_") for 1 .. 10;
my ($sec, $us) = @{ $redis->command('TIME') };
my $gone = $sec + 3 + $us / 1e6;
$redis->command('PEXPIREAT', "pz:visitor:{brief$_}", int 1000 * $gone) for 1 .. 10;
sleep 0.1;
my $calls = $redis->calls('hgetall');
is(scalar(grep { shown("/?as=brief$_", "Brief$_") == 12 } 1 .. 10), 10, 'ten visitors whose keys will expire');
cmp_ok($redis->calls('hgetall') - $calls, '<=', 20, '  from the cache');
sleep $gone + 0.1 - time if $gone + 0.1 > time;
my ($known) = $redis->command('INFO', 'stats') =~ /^expired_keys:(\d+)/m;
is(scalar(grep { shown("/?as=brief$_", 'there') == 12 } 1 .. 10), 10, '  none is served when their time has passed');
my ($noticed) = $redis->command('INFO', 'stats') =~ /^expired_keys:(\d+)/m;
cmp_ok($noticed - $known, '>', 0, '  and Redis had not noticed all of them: ' . ($noticed - $known));
is(shown('/edge/?as=brief1', 'Brief1'), 0, '  stale= does not keep them either');

# --- who does not want to hear of changes

change('cid', 'Cid1');
is(shown('/brief/?as=cid', 'Cid1'), 12, 'push=off: known');
$t->stop;
is($redis->clients, 0, 'no connection is left');

# --- the right to it is taken away, and given

$t->secret('Watch-Secret');
my @user = ('ACL', 'SETUSER', 'web', 'on', '>Watch-Secret', '~pz:*', 'resetchannels', '-@all',
    qw(+ping +select +hgetall));
$redis->command(@user);
$t->let(redis => "unix://web:Watch-Secret\@$redis->{path}");
config();
my $mark = length $t->log;
$t->start;
ok($t->all_watch(5, 'refused'), 'a user without the right: it is refused');
change('ann', 'AnnA');
is(shown('/brief/?as=ann', 'AnnA'), 12, '  the cache works by its times');
change('ann', 'AnnB');
is(shown('/?as=ann', 'AnnA'), 12, '  (which are long here)');
my @lines = substr($t->log, $mark) =~ /CLIENT TRACKING is refused/g;
is(scalar @lines, 2, '  each worker says so once');
$t->stop;

for my $rights ([ qw(+client|id +client|tracking) ], [ qw(+client|id +client|tracking +subscribe) ]) {
    $redis->command('ACL', 'SETUSER', 'web', @$rights);
    $t->start;
    ok($t->all_watch(5, 'refused'), "with @$rights alone: refused");
    $t->stop;
}
$redis->command('ACL', 'SETUSER', 'web', '&__redis__:invalidate');
$t->start;
ok($t->all_watch, 'with all but +info: both watch');
change('ann', 'AnnC');
is(shown('/?as=ann', 'AnnC'), 12, '  a change is seen');
change('ann', 'AnnD');
is(shown('/?as=ann', 'AnnD'), 12, '  at once');
ok($t->logged(qr/PTTL is refused/), 'without +pttl the log says so');
$mark = () = $t->log =~ /PTTL is refused/g;
cmp_ok($mark, '<=', 8, '  once a worker');

# the password changes while it runs: connections stay, new ones are refused
$redis->command('ACL', 'SETUSER', 'web', 'resetpass', '>Other');
$redis->command('CLIENT', 'KILL', 'TYPE', 'pubsub');
change('ann', 'AnnE');
sleep 0.5;
is(shown('/?as=ann', 'AnnD'), 0, 'a connection that is not to be had any more: nothing old is served');
$redis->command('ACL', 'SETUSER', 'web', 'resetpass', '>Watch-Secret');
ok($t->all_watch(15), '  until it is');
is(shown('/?as=ann', 'AnnE'), 12, '  then all is well');

$t->finish;
