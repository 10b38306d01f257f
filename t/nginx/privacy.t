#!/usr/bin/perl

# personalize_public: what a visitor may ask about the own data, and that no other site can ask it.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use JSON::PP qw(decode_json);
use Test::More;

use Personalize::Process;
use Personalize::Site;

my $t = Personalize::Site->new(link => 1);
$t->key_file('k' x 40);
$t->allow(qr/asked to be forgotten/);

$t->config(<<'CONF');
    personalize_redis   %%redis%%;
    personalize_rules   %%rules%%;
    personalize_consent $cookie_consent;
    personalize         on;
    server {
        listen 127.0.0.1:%%port:web%%;
        personalize_secret  %%key%%;
        add_header X-Id     $personalize_visitor;
        location /_personalize/ { personalize_public; }
        %%admin%%
    }
    server {
        listen 127.0.0.1:%%port:unsigned%%;
        location /_personalize/ { personalize_public; }
    }
    server {
        listen 127.0.0.1:%%port:operator%%;
        personalize_visitor $arg_as;
        location /_personalize/ { personalize_public; }
    }
CONF
$t->start;

ok(Personalize::Process::until_true(5, sub { $t->status->{redis}[0]{state} eq 'ready' }), 'Redis is there');

my $privacy = '/_personalize/privacy';

sub told_to {
    my (%o) = @_;
    my $r = $t->get($privacy . ($o{as} ? "?as=$o{as}" : ''), bare => 1, %o);
    return decode_json($r->body);
}

sub forget {
    my (%o) = @_;
    return $t->get("$privacy/forget", bare => 1, method => 'POST', %o);
}

sub exists_now { return $t->redis->command('EXISTS', $_[0]) }

# A visitor with a cookie of ours, and with a profile and a list under its id.
sub visitor {
    my $first = $t->get('/', cookie => 'consent=1');
    my ($cookie, $id) = ($first->cookie('pz_id'), $first->header('X-Id'));
    $t->redis->visitor($id, name => 'Ann');
    $t->redis->list("pz:recs:visitor:{$id}", 'A1');
    return ($cookie, $id);
}

my ($cookie, $id) = visitor();
ok($cookie, 'there is a visitor');

# --- telling

my %told = (consent => JSON::PP::true, id_is_set => JSON::PP::true, id_comes_from => 'cookie');
is_deeply(told_to(cookie => "consent=1; $cookie"), \%told, 'an id and consent');
is_deeply(told_to(cookie => $cookie), { %told, consent => JSON::PP::false }, 'an id without consent');
is_deeply(told_to(cookie => 'consent=1'), { %told, id_is_set => JSON::PP::false }, 'consent without an id');
ok(!told_to(cookie => 'consent=1', headers => [ 'Sec-GPC' => 1 ])->{consent}, 'Sec-GPC: 1 is no consent');
ok(!told_to(cookie => "consent=1; $cookie" =~ s/.\z/!/r)->{id_is_set}, 'a forged id is none');
is(told_to(port => 'operator', as => 'ann', cookie => 'consent=1')->{id_comes_from}, 'site', 'an id of the site\'s own');

my $r = $t->get($privacy, cookie => $cookie);
unlike($r->head . $r->body, qr/\Q$id\E/, 'the id itself is not told: scripts must not have it');
is($r->header('Cache-Control'), 'no-store', 'stored nowhere');
is($r->header('Set-Cookie'), undef, 'and no cookie is set by it');

# --- what is not there

is($t->get('/_personalize/')->status, 404, 'the location itself');
is($t->get("$privacy/")->status, 404, 'a slash too much');
is($t->get('/_personalize/status')->status, 404, 'nothing of the operator\'s');
is($t->get("$privacy/forget")->status, 405, 'forget is no GET: a link or an image must not do it');
is($t->get("$privacy/forget")->header('Allow'), 'POST', 'but a POST');
is($t->get($privacy, method => 'POST', body => '')->status, 405, 'telling is no POST');
is($t->get($privacy, method => 'HEAD')->body, '', 'HEAD');

# --- other sites

my $before = $t->link->sent;
my @foreign = (
    [ 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Site' => 'cross-site' ],
    [ 'a sibling domain', 'Sec-Fetch-Site' => 'same-site', Origin => 'http://localhost' ],
    [ 'Sec-Fetch-Site: none', 'Sec-Fetch-Site' => 'none' ],
    [ 'another Origin', Origin => 'https://evil.example' ],
    [ 'an Origin that begins alike', Origin => 'https://localhost.evil.example' ],
    [ 'an Origin that ends alike', Origin => 'https://evillocalhost' ],
    [ 'another port', Origin => 'http://localhost:8080' ],
    [ 'Origin: null', Origin => 'null' ],
);
for my $case (@foreign) {
    my ($what, @headers) = @$case;
    my $refused = forget(cookie => $cookie, headers => \@headers);
    is($refused->status, 403, "$what is refused");
    is($refused->header('Set-Cookie'), undef, '  the cookie stays');
}
is(exists_now("pz:visitor:{$id}"), 1, 'and so does the profile');
is($t->link->sent, $before, 'Redis was not asked');

# --- forgetting

$r = forget(cookie => $cookie, headers => [ 'Sec-Fetch-Site' => 'same-origin', Origin => 'http://localhost' ],
    body => 'x' x 5000);
is($r->status, 200, 'the own site may ask, without consent as well');
is_deeply(decode_json($r->body), { cookie => 'cleared', profile => 'erased' }, 'it says what was done');
like($r->header('Set-Cookie'), qr/^pz_id=;.*Max-Age=0/, 'the cookie is taken back');
is(exists_now("pz:visitor:{$id}"), 0, 'the profile is gone');
is(exists_now("pz:recs:visitor:{$id}"), 0, 'and the recommendations made of it');

$r = forget(cookie => $cookie);
is(decode_json($r->body)->{profile}, 'none', 'a second time there is nothing left');
$r = forget(headers => [ Origin => 'https://localhost' ]);
is(decode_json($r->body)->{profile}, 'unknown', 'without a cookie there is nobody to forget');
like($r->header('Set-Cookie'), qr/Max-Age=0/, 'a cookie is taken back all the same');

($cookie, $id) = visitor();
$r = forget(cookie => $cookie =~ s/\.([0-9a-v])(?=[0-9a-v]{25}\.)/'.' . ($1 eq '0' ? '1' : '0')/er);
is(decode_json($r->body)->{profile}, 'unknown', 'a forged cookie erases nothing');
is(exists_now("pz:visitor:{$id}"), 1, 'the profile stays');

my ($unsigned) = $t->get('/', port => 'unsigned', cookie => 'consent=1')->cookie('pz_id');
$r = forget(port => 'unsigned', cookie => $unsigned);
is(decode_json($r->body)->{profile}, 'kept', 'without a secret an id proves nothing');
$r = $t->get("$privacy/forget?as=ann", port => 'operator', bare => 1, method => 'POST');
is($r->status, 409, 'an id of the site\'s own is the site\'s business');

# --- Redis away: nothing half done

$t->redis->freeze;
my $frozen = forget(cookie => $cookie);
$t->redis->thaw;
is($frozen->status, 503, 'a frozen Redis: try again');
is($frozen->header('Set-Cookie'), undef, 'the cookie stays, or nobody could ask again');
cmp_ok($frozen->total, '<', 2, 'within bounds');

$t->redis->kill9;
ok(Personalize::Process::until_true(3, sub { forget(cookie => $cookie)->status == 503 }), 'a dead Redis as well');

my %metrics = $t->metrics;
is($metrics{'personalize_forget_requests_total{outcome="foreign"}'}, scalar @foreign, 'foreign requests are counted');
cmp_ok($metrics{'personalize_forget_requests_total{outcome="failed"}'}, '>=', 2, 'failed ones as well');
cmp_ok($metrics{'personalize_forget_requests_total{outcome="erased"}'}, '>=', 1, 'and those that were done');

$t->finish;
