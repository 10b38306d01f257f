#!/usr/bin/perl

# FAULTS H24: the module never grants access, with any mix of satisfy, allow, auth.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use MIME::Base64 qw(encode_base64);
use Test::More;

use Personalize::Site;

my $t = Personalize::Site->new(link => 1);
$t->write('users', "ann:{PLAIN}secret-word-of-ann\n");

$t->config(<<'CONF');
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 1s;
        auth_basic_user_file %%dir%%/users;

        location /any-denied/       { satisfy any; deny all; alias %%dir%%/html/; }
        location /any-auth/         { satisfy any; deny all; auth_basic x; alias %%dir%%/html/; }
        location /any-allowed/      { satisfy any; allow all; auth_basic x; alias %%dir%%/html/; }
        location /all-denied/       { deny all; alias %%dir%%/html/; }
        location /all-auth/         { allow all; auth_basic x; alias %%dir%%/html/; }
        location /any-subrequest/   { satisfy any; deny all; auth_request /no; alias %%dir%%/html/; }

        location /w/any-denied/     { personalize_wait access; satisfy any; deny all; alias %%dir%%/html/; }
        location /w/any-auth/       { personalize_wait access; satisfy any; deny all; auth_basic x; alias %%dir%%/html/; }
        location /w/any-allowed/    { personalize_wait access; satisfy any; allow all; auth_basic x; alias %%dir%%/html/; }
        location /w/all-denied/     { personalize_wait access; deny all; alias %%dir%%/html/; }
        location /w/all-auth/       { personalize_wait access; allow all; auth_basic x; alias %%dir%%/html/; }
        location /w/any-subrequest/ { personalize_wait access; satisfy any; deny all; auth_request /no; alias %%dir%%/html/; }

        location = /no { internal; return 403; }
    }
CONF
$t->start;

my @auth = (headers => [ Authorization => 'Basic ' . encode_base64('ann:secret-word-of-ann', '') ]);
my @wrong = (headers => [ Authorization => 'Basic ' . encode_base64('ann:wrong', '') ]);

for my $delay (0, 0.1) {
    $t->link->set(delay => $delay);
    for my $where ('', '/w') {
        my $get = sub { my ($path, @with) = @_; return $t->visit("$where$path/?as=ann", @with)->status };
        my $what = ($where ? 'wait access' : 'wait response') . ($delay ? ', slow' : '');

        is($get->('/any-denied'), 403, "$what: satisfy any, deny all");
        is($get->('/any-auth'), 401, '  or a password: without');
        is($get->('/any-auth', @wrong), 401, '  or a password: a wrong one');
        is($get->('/any-auth', @auth), 200, '  or a password: the right one');
        is($get->('/any-allowed'), 200, '  allowed by address');
        is($get->('/all-denied'), 403, '  deny all');
        is($get->('/all-auth'), 401, '  both, without a password');
        is($get->('/all-auth', @auth), 200, '  both');
        is($get->('/any-subrequest'), 403, '  auth_request that denies');
    }
}
ok($t->welcomes($t->visit('/w/any-auth/?as=ann', @auth)), 'and who is let in gets the page');

$t->finish;
