#!/usr/bin/perl

# nginx -t: what is wrong, in which file and line, what to do.  It never connects, and never
# shows a password.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use IO::Select;
use IO::Socket::INET;
use Test::More;

use Personalize::Nginx;

my $t = Personalize::Nginx->new;
$t->rules('good.lua', qq{campaign "a" { show = { header { "X-A", "1" } } }\n});
$t->write('broken/two.lua', qq~campaign "b" {\n  show = { header { "X-B", "1" } }\n);\n~);
$t->write('unknown/word.lua', qq{\n\ncampain "c" { }\n});
$t->write('empty.key', '', 0600);
$t->write('short.key', "tooshort\n", 0600);
$t->write('world.key', ('k' x 40) . "\n", 0644);
$t->key_file('0123456789abcdef0123456789abcdef0123');
$t->write('password', "Hunter2FromFile\n", 0600);
$t->secret('Hunter2Secret', 'Hunter2FromFile', 'k' x 40);

my $base = 'personalize_redis redis://127.0.0.1:%%port:redis%%; personalize_rules %%rules%%;';

# [ what, the server's lines, what the message must say ]
my @wrong = (
    [ 'an unknown scheme', 'personalize_redis ftp://127.0.0.1;', qr/redis:\/\// ],
    [ 'no URL at all', 'personalize_redis nonsense;', qr/redis/ ],
    [ 'a bad port', 'personalize_redis redis://u:Hunter2Secret@127.0.0.1:99999/;', qr/port/ ],
    [ 'a bad database', 'personalize_redis redis://:Hunter2Secret@127.0.0.1/abc;', qr/database|db/ ],
    [ 'a host that is not known', 'personalize_redis redis://:Hunter2Secret@no-such-host.invalid/;',
        qr/no-such-host\.invalid/ ],
    [ 'a CA that is not there', 'personalize_redis rediss://127.0.0.1 ca=%%dir%%/no-ca.pem;', qr/no-ca\.pem/ ],
    [ 'TLS parameters without TLS', 'personalize_redis redis://127.0.0.1 verify=on;', qr/rediss:/ ],
    [ 'Sentinel without a master', 'personalize_redis redis-sentinel://:Hunter2Secret@127.0.0.1:1,127.0.0.1:2/0;', qr/master's name/ ],
    [ 'a database in a Cluster', 'personalize_redis redis-cluster://:Hunter2Secret@127.0.0.1:1/3;', qr/no database but 0/ ],
    [ 'a password file that is not there', 'personalize_redis redis://:file:%%dir%%/nothing@127.0.0.1;',
        qr/nothing/ ],
    [ 'a password variable that is not set', 'personalize_redis redis://:env:PZ_NOT_SET@127.0.0.1;',
        qr/PZ_NOT_SET/ ],
    [ 'an unknown parameter', 'personalize_redis redis://127.0.0.1 colour=blue;', qr/colour/ ],
    [ 'a bad timeout', 'personalize_redis redis://127.0.0.1 timeout=soon;', qr/timeout/ ],
    [ 'a bad max_pending', 'personalize_redis redis://127.0.0.1 max_pending=many;', qr/max_pending/ ],
    [ 'rules that are not there', 'personalize_rules %%dir%%/nowhere;', qr/nowhere/ ],
    [ 'a rule file with a bad syntax', 'personalize_rules %%dir%%/broken;', qr/two\.lua:3/ ],
    [ 'a rule file with an unknown word', 'personalize_rules %%dir%%/unknown;', qr/word\.lua:3.*campain/s ],
    [ 'a key file that is not there', 'personalize_secret %%dir%%/no.key;', qr/no\.key/ ],
    [ 'an empty key file', 'personalize_secret %%dir%%/empty.key;', qr/empty\.key/ ],
    [ 'a short key', 'personalize_secret %%dir%%/short.key;', qr/short\.key.*32|32.*short\.key/s ],
    [ 'a key for all to read', 'personalize_secret %%dir%%/world.key;', qr/world\.key.*(chmod|0?6[04]0)/s ],
    [ 'a bad mode', 'personalize maybe;', qr/"personalize".*"on".*"off"/ ],
    [ 'shadow', 'personalize shadow;', qr/not supported yet/ ],
    [ 'an index of a bad mode', 'personalize_index maybe;', qr/"personalize_index".*"on".*"off"/ ],
    [ 'two indexes', 'personalize_index on; personalize_index off;', qr/"personalize_index".*duplicate/ ],
    [ 'a cache without a zone', 'personalize_cache ttl=60s;', qr/personalize_cache needs a zone: zone=NAME:SIZE/ ],
    [ 'a zone without a name', 'personalize_cache zone=:1m;', qr/needs a name.*zone=:1m/ ],
    [ 'a zone of a bad size', 'personalize_cache zone=v:much;', qr/invalid size.*zone=v:much/ ],
    [ 'a zone without a size', 'personalize_cache zone=v:;', qr/invalid size/ ],
    [ 'a small zone', 'personalize_cache zone=v:32k;', qr/too small: 64k/ ],
    [ 'two zones', 'personalize_cache zone=v:1m zone=w:1m;', qr/two zones.*zone=w:1m/ ],
    [ 'two caches', 'personalize_cache zone=v:1m; personalize_cache zone=w:1m;', qr/"personalize_cache".*duplicate/ ],
    [ 'a zone of two sizes', 'personalize_cache zone=v:1m; location /b { personalize_cache zone=v:2m; }',
        qr/size 2097152.*"v".*1048576/ ],
    [ "another directive's zone", 'limit_req zone=v; personalize_cache zone=v:1m;', qr/"v" is already declared/ ],
    [ "the module's own zone", "$base personalize on; personalize_cache zone=personalize_counters:1m;",
        qr/"personalize_counters" is already declared/ ],
    [ 'a bad ttl', 'personalize_cache zone=v:1m ttl=soon;', qr/invalid time.*ttl=soon/ ],
    [ 'no ttl', 'personalize_cache zone=v:1m ttl=0;', qr/above 0.*ttl=0/ ],
    [ 'a bad stale', 'personalize_cache zone=v:1m stale=-1s;', qr/invalid time.*stale=-1s/ ],
    [ 'a bad negative', 'personalize_cache zone=v:1m negative=1x;', qr/invalid time.*negative=1x/ ],
    [ 'an unknown parameter of the cache', 'personalize_cache zone=v:1m size=3;', qr/unknown parameter.*size=3/ ],
    [ 'a word as a parameter of the cache', 'personalize_cache zone=v:1m on;', qr/unknown parameter.*"on"/ ],
    [ 'a bad deadline', 'personalize_deadline soon;', qr/personalize_deadline|soon/ ],
    [ 'a bad wait', 'personalize_wait later;', qr/later/ ],
    [ 'a bad buffer', 'personalize_max_buffer much;', qr/much|personalize_max_buffer/ ],
    [ 'a bad errors', 'personalize_errors maybe;', qr/maybe|on.*off/ ],
    [ 'a header that splits', qq{personalize_cache_control "a\r\nSet-Cookie: x=1";}, qr/personalize_cache_control/ ],
    [ 'a fact with a bad name', 'personalize_context "bad name" x;', qr/personalize_context.*name.*letters/ ],
    [ 'an unknown personalize directive', 'personalize_everything on;', qr/personalize_everything/ ],
);

# What one connection attempt would reach.
my $listen = IO::Socket::INET->new(
    LocalAddr => '127.0.0.1', LocalPort => $t->port('redis'), Listen => 5, ReuseAddr => 1);

sub check {
    my ($lines) = @_;
    $t->config("server { listen 127.0.0.1:%%port:web%%;\n$lines\n}");
    return $t->check;
}

for my $case (@wrong) {
    my ($what, $lines, $says) = @$case;
    my ($code, $out) = check($lines);

    is($code, 1, "$what is refused");
    like($out, $says, '  it says what');
    like($out, qr/nginx\.conf:\d+/, '  and where');
    unlike($out, qr/Hunter2/, '  and no password');
}

my ($code, $out) = check("location / { personalize on; personalize_rules %%rules%%; }");
is($code, 1, 'on without a Redis is refused');
like($out, qr/personalize_redis/, '  it names the directive');
like($out, qr/nginx\.conf:\d+/, '  and where');

($code, $out) = check("location / { personalize on; personalize_redis redis://127.0.0.1; }");
is($code, 1, 'on without rules is refused');
like($out, qr/personalize_rules/, '  it names the directive');
like($out, qr/nginx\.conf:\d+/, '  and where');

($code, $out) = check("$base personalize on;");
is($code, 0, 'a good one passes');
like($out, qr/\[warn\].*personalize_secret/s, 'with a warning that ids are not signed');

($code, $out) = check("$base personalize on; personalize_secret %%key%%;");
is($code, 0, 'with a key');
unlike($out, qr/\[warn\]/, 'there is no warning');

($code, $out) = check("$base personalize on; personalize_visitor \$arg_as;");
is($code, 0, 'with ids of the operator');
unlike($out, qr/\[warn\]/, 'there is no warning either');

($code, $out) = check('personalize_rules %%rules%%; personalize on;'
    . 'personalize_redis redis://u:file:%%dir%%/password@127.0.0.1:%%port:redis%%/2 timeout=5s connect_timeout=1s'
    . ' max_pending=10 prefix=x:; personalize_secret %%key%%;');
is($code, 0, 'a password in a file, and all parameters');
unlike($out, qr/Hunter2/, 'which is not shown');

{
    local $ENV{PZ_TEST_PASSWORD} = 'Hunter2Secret';
    ($code, $out) = check('personalize_redis redis://:env:PZ_TEST_PASSWORD@127.0.0.1; personalize_rules %%rules%%;');
    is($code, 0, 'a password in the environment');
    unlike($out, qr/Hunter2/, 'which is not shown');
}

ok(!IO::Select->new($listen)->can_read(0.1), 'nobody has connected to Redis so far');

$t->allow(qr/./);    # nginx -t wrote its refusals there as well
$t->finish;
