#!/usr/bin/perl

# Every directive of DESIGN section 5 goes from http to server to location to if.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Personalize::Site;

my $t = Personalize::Site->new(rules => 0);

$t->rules('main.lua', <<'LUA');
campaign "main" {
  show = { header { "X-Rules", "main {{ ctx.city | nowhere }}" }, welcome_bar { text = "main" } },
}
LUA
$t->write('other/other.lua', <<'LUA');
campaign "other" {
  show = { header { "X-Rules", "other {{ ctx.city | nowhere }}" }, welcome_bar { text = "other" } },
}
LUA
$t->page($_, $Personalize::Site::PAGE) for 'off/index.html', 'other/index.html', 'in/deep/index.html';

$t->config(<<'CONF');
    personalize_redis   %%redis%%;
    personalize_rules   %%rules%%;
    personalize_visitor $arg_as;
    personalize_context city $arg_city;
    personalize_cache_control "private, max-age=7";

    server {
        listen 127.0.0.1:%%port:web%%;
        personalize on;

        location /off/   { personalize off; }
        location /other/ {
            personalize_rules %%dir%%/other;
            personalize_context city Bangkok;
            personalize_cache_control "no-store";
        }
        location /in/ {
            if ($arg_quiet) { personalize off; }
            if ($arg_other) { personalize_rules %%dir%%/other; }
            location /in/deep/ { personalize_consent $arg_consent; }
        }
        location /dest/ { alias %%dir%%/html/; personalize_types text/css; }
    }

    server {
        listen 127.0.0.1:%%port:quiet%%;
        location /other/ { personalize on; }
    }
CONF
$t->page('in/index.html', $Personalize::Site::PAGE);
$t->start;

my $r = $t->visit('/?as=ann&city=Phuket');
is($r->header('X-Rules'), 'main Phuket', 'on in the server, the rest from http');
is($r->header('Cache-Control'), 'private, max-age=7', 'cache control from http');
is($r->{log}{status}, 'applied', 'and it is applied');

$r = $t->visit('/off/?as=ann');
is($r->header('X-Rules'), undef, 'a location turns it off');
is($r->{log}{status}, 'off', 'and says so');

$r = $t->visit('/other/?as=ann&city=Phuket');
is($r->header('X-Rules'), 'other Bangkok', 'a location has its own rules and facts');
is($r->header('Cache-Control'), 'no-store', 'and its own cache control');

is($t->get('/in/?as=ann&city=Krabi')->header('X-Rules'), 'main Krabi', 'a location inherits');
is($t->get('/in/?as=ann&quiet=1')->header('X-Rules'), undef, 'off in an if');
is($t->get('/in/?as=ann&other=1')->header('X-Rules'), 'other nowhere', 'own rules in an if');

$r = $t->visit('/in/deep/?as=ann&consent=1');
is($r->{log}{visitor}, 'ann', 'a nested location: with consent');
$r = $t->visit('/in/deep/?as=ann&consent=0');
is($r->{log}{visitor}, '', 'without consent nobody is known');

is($t->visit('/?as=ann', port => 'quiet')->{log}{status}, 'off', 'another server: off by default');
is($t->get('/other/?as=ann', port => 'quiet')->header('X-Rules'), 'main nowhere', 'on in its location');

$t->finish;
