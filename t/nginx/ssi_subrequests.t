#!/usr/bin/perl

# Only the main request is personalized, once, as the assembled page (FAULTS H14, H15): SSI,
# addition, auth_request, mirror, background update, internal redirects.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Personalize::Site;
use Personalize::Upstream;

my $t = Personalize::Site->new(link => 1, who => '$http_x_as');    # the query does not survive a redirect
my $page = $Personalize::Site::PAGE;

$t->page('parent.html', $page =~ s{Hello\.}{<!--# include virtual="/child.html" --><!--#echo var="uri" -->}r);
$t->page('wait.html', $page =~ s{Hello\.}{<!--#include virtual="/slow/child" wait="yes" --><!--#include virtual="/child.html" -->}r);
$t->page('child.html', '<body><h2>child</h2></body>');
$t->page('footer.html', '<footer>footer</footer>');
$t->page('comment.html', $page =~ s{Hello\.}{<!--# include virtual="/child.html" -->}r);

my $origin = Personalize::Upstream->start($t->port('up'), sub {
    my ($request) = @_;
    my $path = $request->{path};
    return { status => $path =~ /deny/ ? 403 : 200, body => '' } if $path =~ /auth/;
    return { body => '', headers => [ 'X-Accel-Redirect' => '/index.html' ] } if $path =~ /accel/;
    return { body => '<h2>slow child</h2>', delay => 0.2 } if $path =~ /slow/;
    return { body => $page, headers => [ 'Cache-Control' => 'max-age=1' ] };
}, log => $t->dir . '/up.log');

$t->config(<<'CONF');
    proxy_cache_path %%dir%%/cache keys_zone=pages:1m;
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 2s;
        location ~ ^/(parent|wait)\.html { ssi on; }
        location /slow/ { proxy_pass http://127.0.0.1:%%port:up%%; }
        location /added/ { add_after_body /footer.html; add_before_body /footer.html; alias %%dir%%/html/; }
        location /auth/ { auth_request /check; alias %%dir%%/html/; }
        location /denied/ { auth_request /check-deny; alias %%dir%%/html/; }
        location = /check { proxy_pass http://127.0.0.1:%%port:up%%/auth; }
        location = /check-deny { proxy_pass http://127.0.0.1:%%port:up%%/auth-deny; }
        location /mirrored/ { mirror /mirror; alias %%dir%%/html/; }
        location = /mirror { internal; proxy_pass http://127.0.0.1:%%port:up%%/mirror; }
        location /background/ {
            proxy_pass http://127.0.0.1:%%port:up%%;
            proxy_cache pages;
            proxy_cache_background_update on;
            proxy_cache_use_stale updating;
        }
        location /accel { proxy_pass http://127.0.0.1:%%port:up%%; }
        location /try/ { try_files $uri /index.html; }
        location /try-off/ { personalize off; try_files $uri /index.html; }
        location /named/ { try_files $uri @app; }
        location @app { proxy_pass http://127.0.0.1:%%port:up%%; }
        location /rewritten/ { rewrite ^ /index.html last; }
        location /waits/ { personalize_wait access; try_files $uri /index.html; }
        location /post/ { post_action /done; alias %%dir%%/html/; }
        location = /done { internal; proxy_pass http://127.0.0.1:%%port:up%%/done; }
        location /filtered/ { sub_filter 'The shop' 'My shop'; sub_filter_once off; alias %%dir%%/html/; }
        location /sliced/ { slice 100; proxy_set_header Range $slice_range; proxy_pass http://127.0.0.1:%%port:self%%/; }
    }
    server { listen 127.0.0.1:%%port:self%%; }
CONF
$t->start;

for my $delay (0, 0.15) {
    $t->link->set(delay => $delay);
    my $with = $delay ? ' (slow lookup)' : '';
    my ($r, @bars);
    my $once = sub {
        my ($path, $what) = @_;
        $r = $t->visit($path, timeout => 6, headers => [ 'X-As' => 'ann' ]);
        @bars = $r->body =~ /(Welcome back, Ann!)/g;
        is(scalar @bars, 1, "$what$with: one bar");
        ok($r->complete && $r->body =~ m{</html>}, '  and the whole page');
        is($r->{log}{status}, 'applied', '  applied');
    };

    $once->('/parent.html', 'SSI');
    like($r->body, qr{<h2>child</h2>.*/parent\.html}s, '  with what it includes');
    $once->('/wait.html', 'SSI that waits for a slow child');
    like($r->body, qr{slow child.*<h2>child</h2>}s, '  in order');
    $once->('/comment.html', 'SSI off');
    like($r->body, qr{<!--# include virtual="/child.html" -->}, '  the comment stays as it is');
    $once->('/added/', 'addition');
    like($r->body, qr{<footer>footer</footer>.*<footer>footer</footer>\s*\z}s, '  before and after');
    $once->('/auth/', 'auth_request');
    $once->('/mirrored/', 'mirror');
    $once->('/accel', 'X-Accel-Redirect');
    $once->('/try/nothing', 'try_files');
    $once->('/named/nothing', 'a named location');
    $once->('/rewritten/x', 'rewrite last');
    $once->('/waits/x', 'personalize_wait access and an internal redirect');
    $once->('/try-off/nothing', 'from a location where it is off') ;
    $once->('/post/', 'post_action');
    $once->('/filtered/', 'sub_filter');
    like($r->body, qr/My shop/, '  works before us');
    $once->('/background/x', 'a cached page');
    select undef, undef, undef, 1.2;
    $once->('/background/x', 'a stale one, updated in the background');

    is($t->visit('/denied/?as=ann')->status, 403, "auth_request still denies$with");
}

$t->link->set(delay => 0);
my $asked = $t->redis->calls('hgetall') + $t->redis->calls('hmget') + $t->redis->calls('hscan');
$t->visit('/parent.html', headers => [ 'X-As' => 'ann' ]);
my $now = $t->redis->calls('hgetall') + $t->redis->calls('hmget') + $t->redis->calls('hscan');
is($now - $asked, 1, 'a page with includes asks once');
$t->visit('/accel', headers => [ 'X-As' => 'ann' ]);
$asked = $t->redis->calls('hgetall') + $t->redis->calls('hmget') + $t->redis->calls('hscan');
is($asked - $now, 1, 'an internal redirect does not ask again');

my $child = $t->visit('/child.html', bare => 1, headers => [ Accept => '*/*' ]);
is($child->body, '<body><h2>child</h2></body>', 'a fragment that is fetched stays as it is');

$t->finish;
