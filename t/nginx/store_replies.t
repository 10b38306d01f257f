#!/usr/bin/perl

# The store and a healthy Redis: replies of every kind and size, in any pieces (FAULTS R7, R8,
# R11), user, password and database, one connection for all.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use Personalize::Probe;
use Personalize::Redis;
use Personalize::ScriptedRedis;

my $t = Personalize::Probe->new(level => 'debug');    # secrets must not stand there either
plan(skip_all => 'no redis-server') if !Personalize::Redis::available();
$t->secret('Se-Cret');

my $redis = Personalize::Redis->start($t->dir, port => $t->port('redis'));
$t->run($redis->url);

is_deeply($t->ask('', 'PING')->{lines}, ['+PONG'], 'a status');
is_deeply($t->ask('', 'SET a 1', 'INCR a', 'GET a', 'GET none', 'LRANGE none 0 -1', 'BOO')->{text},
    "+OK\n:2\n\$2\n(nil)\n*0\n-ERR unknown command 'BOO', with args beginning with: \n",
    'replies of every type, in order');
is($t->ask('', 'EVAL return{1,{2,{}},"x"} 0')->{text}, "*3\n :1\n *2\n  :2\n  *0\n \$x\n", 'nested');

$redis->command('HSET', 'h', 'f', 'v');
is($t->ask('', 'GET h', 'HGETALL none', 'HGET', 'PING')->{text}
    =~ s/^(-\w+).*/$1/mgr, "-WRONGTYPE\n*0\n-ERR\n+PONG\n", 'R11: error replies are replies');
is($t->state->{error_reply}, 3, '  and counted');

for my $size (16_384, 70_000, 1_100_000, 3_900_000) {
    $redis->command('SET', 'big', 'x' x $size);
    like($t->ask('', 'GET big', 'PING')->{text}, qr/\A\$$size bytes, crc \w+\n\+PONG\n\z/, "R8: $size bytes");
}

is($t->ask('arena=1000', 'GET big', 'PING')->{text}, "(no room)\n+PONG\n",
    'a reply larger than its arena is skipped, the next is not');
is($t->ask('', 'PING')->{text}, "+PONG\n", '  and the connection is in step');

my $burst = $t->burst(2000, 'c=ECHO+k%25d');
is("$burst->{ok} $burst->{wrong}", '2000 0', 'two thousand at once');
is($redis->clients, 1, 'all by one connection');
is($t->state->{connected}, 1, '  made once');

# User, password, database; tcp.
$redis->command(qw(ACL SETUSER web on >Se-Cret ~* +@all));
$t->again("redis://web:Se-Cret\@127.0.0.1:%%port:redis%%/5");
is($t->ask('', 'SET where here', 'ACL WHOAMI')->{text}, "+OK\n\$web\n", 'user and password');
$redis->command('SELECT', 5);
is($redis->command('GET', 'where'), 'here', 'database');

$t->write('secret.pw', "Se-Cret\n", 0600);
$t->again("redis://web:file:%%dir%%/secret.pw\@localhost:%%port:redis%%/5");
is($t->ask('', 'ACL WHOAMI')->{text}, "\$web\n", 'a host name, a password from a file');

# Every split of the replies, each followed by a whole one (R7).
my $bytes = "*3\r\n\$3\r\na\r\n\r\n:12\r\n\$-1\r\n-ERR x\r\n";
my $split = Personalize::ScriptedRedis->start($t->dir, sub {
    my ($c) = @_;
    $c->greet;
    for my $at (1 .. length $bytes) {
        $c->command for 1 .. 2;
        $c->send(substr $bytes, 0, $at);
        $c->delay(0.001);
        $c->send(substr $bytes, $at);
    }
    $c->command for 1 .. 2;
    $c->split($bytes, 1, 0.001);
    $c->hold;
});

$t->again($split->url);
my @wrong = grep { $t->ask('', 'A', 'B')->{text} ne "*3\n \$a\r\n\n :12\n (nil)\n-ERR x\n" } 0 .. length $bytes;
is("@wrong", '', 'R7: a reply split at every byte, and byte by byte');
is($split->connections, 1, '  on one connection');
is_deeply([ $split->complaints ], [], '  as the script expects');

is_deeply([ map { "@$_" } ($split->seen(1))[0 .. 2] ], [ 'PING', 'A', 'B' ],
    'without password and database the greeting is a PING');

$t->finish;
