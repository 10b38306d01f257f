#!/usr/bin/perl

# A page that comes in parts goes out in parts (FAULTS H16): nothing is held back but an
# incomplete tag; a slot that waits holds only what stands behind it; what is no page passes.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Http;
use Personalize::Site;
use Personalize::Upstream;

my $t = Personalize::Site->new(rules => 0, link => 1);

$t->rules('rules.lua', $Personalize::Site::RULES . <<'LUA');
campaign "slot" {
  pages = { "~slot" },
  show = { coupon { at = "main", op = "append", pool = "autumn", text = "Code {{ code }}." } },
}
LUA
$t->redis->list('pz:coupons:{autumn}', 'C1', 'C2', 'C3');

my @parts = (
    '<!DOCTYPE html><html><body><h1>first</h1>', '<p>second</p><p cla', 'ss="x">third</p>', '<p>fourth</p></body></html>',
);
my $part = 0;
my $origin = Personalize::Upstream->start($t->port('up'), sub {
    my ($request) = @_;
    return { type => 'text/event-stream', body => 'data: 1' . "\n\n", piece => 3, pause => 0.2, framing => 'chunked' }
        if $request->{path} =~ /events/;
    my $body = join '', map { $_ . ' ' x (60 - length($_) % 60) } @parts;
    return { body => $body, piece => 60, pause => 0.4, framing => 'chunked' };
});
$t->page('slot.html', $Personalize::Site::PAGE =~ s{(<main>)}{'<p>' . 'before ' x 2000 . "</p>$1"}er);

$t->config(<<'CONF');
    proxy_http_version 1.1;
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 2s;
        location /up/ { proxy_buffering off; proxy_pass http://127.0.0.1:%%port:up%%; }
        location /gzip/ { gzip on; gzip_proxied any; gzip_min_length 1; proxy_buffering off; proxy_pass http://127.0.0.1:%%port:up%%; }
    }
CONF
$t->start;
$t->visit('/?as=ann');

# When each text has come, in seconds after the request.
sub arrivals {
    my ($path, @texts) = @_;
    my $c = Personalize::Http->new($t->port('web'));
    $c->send(Personalize::Http::text($path));
    my ($start, $all, %when) = (time(), '');
    my $wait = IO::Select->new($c->{sock});
    while ($wait->can_read(5) && sysread $c->{sock}, my $bytes, 65536) {
        $all .= $bytes;
        for (@texts) {
            $when{$_} //= time() - $start if index($all, $_) >= 0;
        }
    }
    return \%when;
}

my $when = arrivals('/up/x?as=ann', 'first', 'second', 'third', 'fourth');
cmp_ok($when->{first}, '<', 0.35, 'the first part comes at once');
cmp_ok($when->{second} - $when->{first}, '>', 0.2, 'the second when the origin sends it');
cmp_ok($when->{fourth} - $when->{second}, '>', 0.5, 'and so on');
cmp_ok($when->{second}, '<', 0.4 + 0.35, 'nothing is held back');
$when = arrivals('/up/x?as=ann', 'Welcome back, Ann!');
cmp_ok($when->{'Welcome back, Ann!'}, '<', 0.35, 'the bar comes with the first part');

$when = arrivals('/up/events?as=ann', 'dat', "1\n\n");
cmp_ok($when->{dat}, '<', 0.19, 'events are no page: they pass at once');
cmp_ok($when->{"1\n\n"} - $when->{dat}, '>', 0.25, 'one by one');

# --- a slot on its way

$t->link->set(delay => 0.5);
$when = arrivals('/slot.html?as=ann', 'before before', 'Hello.', 'C1', '</html>');
cmp_ok($when->{'before before'}, '<', 0.85, 'the page in front of the slot does not wait for it') or diag(explain $when);
cmp_ok($when->{C1}, '>', 0.9, 'the slot comes with the second answer of Redis');
cmp_ok($when->{C1} - $when->{'Hello.'}, '>', 0.2, 'what is before it is out already');
cmp_ok($when->{'</html>'}, '>=', $when->{C1}, 'and the rest behind it');

$t->finish;
