#!/usr/bin/perl

# personalize_wait access: what is known of the visitor chooses the upstream and the cache key.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Personalize::Site;
use Personalize::Upstream;

my $t = Personalize::Site->new(link => 1);
my @origins = map {
    my $name = $_;
    Personalize::Upstream->start($t->port($name), sub {
        return { body => $Personalize::Site::PAGE, headers => [ 'X-Origin' => $name, 'Cache-Control' => 'max-age=60' ] };
    }, log => $t->dir . "/$name.log");
} 'usual', 'vip';

$t->redis->visitor('bob', name => 'Bob', segments => 'new');
$t->config(<<'CONF');
    map $personalize_segment $backend {
        default 127.0.0.1:%%port:usual%%;
        vip     127.0.0.1:%%port:vip%%;
    }
    proxy_cache_path %%dir%%/cache keys_zone=pages:1m;
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 1s;
        personalize_wait access;
        location / { proxy_pass http://$backend; }
        location /keyed {
            proxy_pass http://$backend;
            proxy_cache pages;
            proxy_cache_key $uri:$personalize_segment;
            add_header X-Cache $upstream_cache_status;
        }
        location /guarded {
            satisfy any;
            deny all;
            proxy_pass http://$backend;
        }
    }
CONF
$t->start;

my $r = $t->visit('/?as=ann');
is($r->header('X-Origin'), 'vip', 'a segment chooses the upstream');
ok($t->welcomes($r), 'and the page is personalized');
is($r->{log}{segment}, 'vip', '$personalize_segment is the first');
is($r->{log}{segments}, 'vip,loyal', '$personalize_segments are all');

is($t->visit('/?as=bob')->header('X-Origin'), 'usual', 'another segment, another upstream');
is($t->visit('/?as=nobody')->header('X-Origin'), 'usual', 'nobody known');
is($t->visit('/')->header('X-Origin'), 'usual', 'no id at all');

$t->link->set(delay => 0.2);
$r = $t->visit('/?as=ann');
is($r->header('X-Origin'), 'vip', 'a slow lookup is waited for');
cmp_ok($r->ttfb, '>=', 0.19, 'before the upstream is asked');
$t->link->set(delay => 0);

is($t->visit('/keyed?as=ann')->header('X-Cache'), 'MISS', 'one cached page a segment');
$r = $t->visit('/keyed?as=ann');
is($r->header('X-Cache'), 'HIT', 'found again');
ok($t->welcomes($r), 'and personalized from the cache');
is($t->visit('/keyed?as=bob')->header('X-Cache'), 'MISS', 'another segment has its own');

is($t->visit('/guarded?as=ann')->status, 403, 'waiting grants nobody access');

$t->link->set(delay => 3);
$r = $t->visit('/?as=ann');
is($r->header('X-Origin'), 'usual', 'past the deadline: the default');
ok($t->untouched($r), "and the origin's page");
is($r->{log}{status}, 'lookup_timeout', 'with the reason');

$t->finish;
