#!/usr/bin/perl

# The cookie over TLS is Secure; HTTP/2 works as HTTP/1 does.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Personalize::Site;

my $t = Personalize::Site->new;
my $dir = $t->dir;

plan(skip_all => 'needs the commands openssl and curl')
    if system('openssl version >/dev/null 2>&1') || system('curl --version >/dev/null 2>&1');
system("openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -days 2"
    . " -keyout $dir/tls.key -out $dir/tls.crt >/dev/null 2>&1") == 0
    or plan(skip_all => 'openssl cannot make a certificate');

$t->key_file('t' x 40);
$t->config(<<'CONF');
    personalize_redis  %%redis%%;
    personalize_rules  %%rules%%;
    personalize_secret %%key%%;
    personalize        on;
    server {
        listen 127.0.0.1:%%port:tls%% ssl http2;
        ssl_certificate     %%dir%%/tls.crt;
        ssl_certificate_key %%dir%%/tls.key;
    }
CONF
$t->start;

my $url = 'https://localhost:' . $t->port('tls') . '/';
for my $version ('--http1.1', '--http2') {
    my $out = `curl -sk $version -i --max-time 10 -H 'Accept: text/html' --resolve localhost:@{[ $t->port('tls') ]}:127.0.0.1 $url`;
    my ($set) = $out =~ /^set-cookie: (pz_id=.*?)\r?$/mi;
    like($set // '', qr/;\s*Secure/i, "$version: Secure");
    like($set // '', qr/;\s*HttpOnly/i, '  and HttpOnly');
    like($out, qr/Welcome back, there!.*<\/html>\s*\z/s, '  and the whole page');
    unlike($out, qr/^content-length:/mi, '  without the length of the origin');
}

$t->finish;
