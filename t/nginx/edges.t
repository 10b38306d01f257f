#!/usr/bin/perl

# Settings and moments at the edge: no room, error replies, error pages, a client that
# has left, a slot that holds too much.

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
my $page = $Personalize::Site::PAGE;
my $redis = $t->redis;
my $tail = '<p>' . 'behind the slot ' x 20000 . '</p>';

$t->rules('rules.lua', $Personalize::Site::RULES . <<'LUA');
campaign "slot" {
  pages = { "~slot" },
  show = { coupon { at = "main", op = "append", pool = "autumn", text = "Code {{ code }}." } },
}
LUA
$redis->list('pz:coupons:{autumn}', map { "C$_" } 1 .. 50);
# thirty campaigns that each put a long text on the page: more than a response may cost
$t->rules('long.lua', join '', map {
    qq{campaign "long-$_" { pages = { "/long.html" }, show = { append { at = "main", html = "<p>{{ note }}</p>" } } }\n}
} 1 .. 30);
$redis->visitor('long', name => 'Long', note => 'x' x 200_000);

my $origin = Personalize::Upstream->start($t->port('up'), sub {
    my ($request) = @_;
    return { status => 500, body => 'failed' } if $request->{path} =~ /500/;
    return { body => $page, delay => 0.5 };
});
$t->page($_, $page) for 'long.html', 'small-slot.html';
$t->page('big-slot.html', $page =~ s{</main>\K}{$tail}r);
$t->page('error.html', $page);

$t->config(<<'CONF');
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 300ms;
        location /tiny/  { personalize_max_buffer 1k; alias %%dir%%/html/; }
        location /wide/  { personalize_max_buffer 1m; alias %%dir%%/html/; }
        location /up/ {
            proxy_pass http://127.0.0.1:%%port:up%%;
            proxy_intercept_errors on;
            error_page 500 502 /error.html;
        }
        location /dead/ {
            proxy_pass http://127.0.0.1:%%port:dead%%;
            error_page 500 502 /error.html;
        }
        location /errors/ {
            personalize_errors on;
            proxy_pass http://127.0.0.1:%%port:up%%;
            proxy_intercept_errors on;
            error_page 500 =200 /error.html;
        }
    }
    server { listen 127.0.0.1:%%port:admin%%; %%admin%% }
CONF
$t->{admin} = 'admin';
$t->start;

sub counter { my ($name) = @_; my %m = $t->metrics; return $m{$name} // 0 }

Personalize::Process::until_true(3, sub { $t->welcomes($t->visit('/?as=ann')) });

# --- no room

my $before = $t->memory;
my $r;
for (1 .. 10) {
    $r = $t->visit('/long.html?as=long', timeout => 10);
}
ok($r->complete && $r->body =~ m{</html>\s*\z}, 'a plan of 6 MB: the page is whole');
cmp_ok(length $r->body, '<', 5_000_000, '  what does not fit is left out');
cmp_ok($t->memory - $before, '<', 12_000, '  and costs no memory afterwards');
$r = $t->visit('/long.html?as=ann');
ok($t->welcomes($r), '  the next one has room again');

# --- an error reply

$redis->command('ACL', 'SETUSER', 'default', '-hgetall');
$r = $t->visit('/?as=ann');
is($r->{log}{status}, 'lookup_error', 'Redis refuses the command: lookup_error');
is($r->{log}{lookup}, 'error', '  $personalize_lookup');
ok($t->untouched($r), '  the page of the origin');
$redis->command('ACL', 'SETUSER', 'default', '+hgetall');
ok(Personalize::Process::until_true(5, sub { $t->welcomes($t->visit('/?as=ann')) }), '  allowed again, it works');

# --- error pages

for my $case ([ '/up/500', 500 ], [ '/dead/x', 502 ]) {
    my ($path, $status) = @$case;
    $r = $t->visit("$path?as=ann");
    is($r->status, $status, "an error page for $status");
    ok($t->untouched($r), '  is left alone');
    is($r->{log}{status}, 'status', '  by its status');
}
$r = $t->visit('/errors/500?as=ann');
is($r->status, 200, 'an error page that is given as 200');
ok($r->complete, '  is whole');

# --- a client that leaves

my $abandoned = counter('personalize_responses_total{status="abandoned"}');
for my $path ('/up/x', '/') {
    $t->link->set(delay => 0.2);
    my $c = Personalize::Http->new($t->port('web'));
    $c->send(Personalize::Http::text("$path?as=ann"));
    sleep 0.05;
    $c->reset;
    sleep 0.6;
}
$t->link->set(delay => 0);
cmp_ok(counter('personalize_responses_total{status="abandoned"}'), '>', $abandoned, 'clients that left are counted as abandoned');

# --- a slot holds no more than personalize_max_buffer

$t->link->set(delay => 0.12);    # 0.12 s for the profile, then 0.12 s for the slot
my $overflow = counter('personalize_slots_total{outcome="overflow"}');
$r = $t->visit('/tiny/big-slot.html?as=ann', timeout => 5);
like($r->{log}{status}, qr/^applied$/, 'much behind a slot: applied');
ok($t->welcomes($r), '  with what needs no second answer');
unlike($r->body, qr/Code C/, '  without what it would have held the page for');
like($r->body, qr/behind the slot <\/p><div id="related">|behind the slot.*<\/html>\s*\z/s, '  and whole');
is(counter('personalize_slots_total{outcome="overflow"}'), $overflow + 1, '  counted');

$r = $t->visit('/wide/big-slot.html?as=ann', timeout => 5);
like($r->body, qr{Code (?:<[^>]+>)?C\d+.*behind the slot.*</html>\s*\z}s, 'with a larger buffer it is waited for');
$r = $t->visit('/tiny/small-slot.html?as=ann', timeout => 5);
like($r->body, qr{Code (?:<[^>]+>)?C\d+}, 'little behind it: waited for');
$t->link->set(delay => 0);

# --- nothing in the way of the next visitor

ok($t->welcomes($t->visit('/?as=ann')), 'all is well in the end');
$t->allow(qr/connect\(\) failed/);
$t->finish;
