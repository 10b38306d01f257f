#!/usr/bin/perl

# The visitor's cookie (FAULTS S1-S3): signed, one bit makes it worthless, keys rotate, all
# cookies of the name are looked at.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Personalize::Http;
use Personalize::Site;

my ($old_key, $new_key) = map { $_ x 40 } 'o', 'n';
my $t = Personalize::Site->new;
$t->key_file($old_key);
$t->page('pixel.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>');

$t->config(<<'CONF');
    personalize_redis  %%redis%%;
    personalize_rules  %%rules%%;
    personalize        on;
    add_header X-Id    $personalize_visitor;

    server { listen 127.0.0.1:%%port:web%%; personalize_secret %%key%%; keepalive_requests 100000; }
    server { listen 127.0.0.1:%%port:unsigned%%; }
CONF
$t->start;

# The id that nginx took from a request, and the cookie that it set.
sub id_of {
    my ($r) = @_;
    return $r->header('X-Id') // '';
}

sub view { my (@cookies) = @_; return $t->get('/', headers => [ map { (Cookie => $_) } @cookies ]) }

my $first = view();
my $cookie = $first->cookie('pz_id');
my ($set) = $first->all('Set-Cookie');
my $id = id_of($first);

like($cookie, qr/^pz_id=1\.[A-Za-z0-9]{26}\.[0-9a-z]+\.[0-9a-f]{4}\.[A-Za-z0-9_-]{22}$/, 'a new visitor gets a cookie');
like($cookie, qr/\Q$id\E/, 'with the id');
like($set, qr/;\s*HttpOnly/i, 'HttpOnly');
like($set, qr/;\s*SameSite=Lax/i, 'SameSite=Lax');
like($set, qr/;\s*Path=\/(;|$)/i, 'Path=/');
like($set, qr/;\s*Max-Age=[1-9]\d{5,}/i, 'it stays');
unlike($set, qr/;\s*Secure/i, 'not Secure on plain http');
unlike($set, qr/;\s*Domain/i, 'and for this host only');
like($first->header('Cache-Control'), qr/private|no-store/, 'no shared cache keeps a page with a cookie');

isnt(id_of(view()), $id, 'the next one gets another id');

my $again = view($cookie);
is(id_of($again), $id, 'who comes back is known');
is($again->cookie('pz_id'), undef, 'and needs no new cookie');

my $image = $t->get('/pixel.svg', bare => 1, headers => [ Accept => 'image/*', 'Sec-Fetch-Dest' => 'image' ]);
is($image->cookie('pz_id'), undef, 'an image brings no cookie');

# --- one bit

my $value = substr $cookie, length 'pz_id=';
my $line = Personalize::Http->new($t->port('web'));
my ($taken, $refused, $broken) = (0, 0, 0);

for my $bit (0 .. 8 * length($value) - 1) {
    my $forged = $value;
    vec($forged, $bit, 1) ^= 1;

    $line->send(Personalize::Http::text('/', headers => [ Connection => 'keep-alive', Cookie => "pz_id=$forged" ]));
    my $r = $line->reply;
    if ($r->status == 400) {    # a control byte: nginx itself refuses it
        $refused++;
        $line = Personalize::Http->new($t->port('web'));
        next;
    }

    $broken++ if $r->status != 200 || !$r->complete;
    if (id_of($r) eq $id || id_of($r) eq '' || !$r->cookie('pz_id')) {
        $taken++;
        diag("bit $bit of $value");
    } else {
        $refused++;
    }
}
is($taken, 0, 'each of the ' . 8 * length($value) . ' one-bit forgeries is refused, and gets a new id');
is($broken, 0, 'and the page');
cmp_ok($refused, '==', 8 * length $value, 'all were tried');

# --- other bad ones

my %bad = (
    'empty'               => '',
    'one dot'             => '.',
    'dots only'           => '....',
    'another version'     => '2' . substr($value, 1),
    'a field more'        => "$value.x",
    'a field less'        => $value =~ s/\.[^.]*$//r,
    'without id'          => $value =~ s/^1\.[^.]*/1./r,
    'a longer signature'  => $value . 'A',
    'upper case'          => uc $value,
    'base64 padding'      => "$value==",
    'a percent escape'    => $value =~ s/\./%2e/gr,
    'seven kilobytes'     => 'x' x 7000,
    'seven kilobytes more' => $value . 'x' x 7000,
    'not ASCII'           => "\xe0\xb8\x81" x 20,
    'a CRLF escape'       => "$value%0d%0aSet-Cookie:%20x=1",
);
for my $what (sort keys %bad) {
    my $r = view("pz_id=$bad{$what}");
    ok($r->status == 200 && id_of($r) ne $id && id_of($r) ne '', "$what: the page, and a new id");
}

my @cut = grep { id_of(view('pz_id=' . substr $value, 0, $_)) eq $id } 0 .. length($value) - 1;
is("@cut", '', 'no truncated cookie is taken');

# --- several

is(id_of(view("pz_id=forged; $cookie")), $id, 'behind a forged one in the same header');
is(id_of(view("$cookie; pz_id=forged")), $id, 'before a forged one');
is(id_of(view('pz_id=forged', "a=b; $cookie")), $id, 'in another header');
is(id_of(view(join '; ', ('pz_id=x.y.z') x 99, $cookie)), $id, 'the last of a hundred of the name');
is(id_of(view(join('; ', map { "c$_=v" } 1 .. 99) . "; $cookie")), $id, 'the last of a hundred others');
is(id_of(view("xpz_id=1; pz_idx=2;$cookie;pz_id")), $id, 'names that only look like it; no blank; no value');
isnt(id_of(view("x$cookie")), $id, 'a name that ends like it is another');
isnt(id_of(view("a=\"$cookie\"")), $id, 'a value that contains it is another');
my $other = view();
my $both = id_of(view($other->cookie('pz_id') . "; $cookie"));
ok($both eq $id || $both eq id_of($other), 'two that verify: one of them');

# --- keys

$t->key_file($new_key, $old_key);
ok($t->reload, 'a new key is put before the old one');
my $rotated;
Personalize::Process::until_true(3, sub { $rotated = view($cookie)->cookie('pz_id') });
is(id_of(view($cookie)), $id, 'the old cookie is still good');
like($rotated, qr/\.\Q$id\E\./, 'and is signed anew for the same visitor');
isnt($rotated, $cookie, 'with the new key');
is(id_of(view($rotated)), $id, 'which is good');
is(view($rotated)->cookie('pz_id'), undef, 'and stays');

$t->key_file($new_key);
ok($t->reload, 'the old key goes');
ok(Personalize::Process::until_true(3, sub { id_of(view($cookie)) ne $id }), 'the old cookie is worthless');
is(id_of(view($rotated)), $id, 'the new one is not');

# --- without a key

my $plain = $t->get('/', port => 'unsigned');
my $plain_cookie = $plain->cookie('pz_id');
ok($plain_cookie, 'without personalize_secret there is a cookie too');
is(id_of($t->get('/', port => 'unsigned', cookie => $plain_cookie)), id_of($plain), 'which is taken');
isnt(id_of(view($plain_cookie)), id_of($plain), 'but not where ids are signed');
for my $hostile ('../../etc', 'a b', "x'\"<script>", '{ann}', 'a*', '%0d%0aDEL', 'x' x 300) {
    my $r = $t->get('/', port => 'unsigned', cookie => "pz_id=0.$hostile.t0");
    unlike(id_of($r), qr/[^A-Za-z0-9]/, "no id is made of $hostile") if length $hostile < 100;
    ok($r->complete, '  and the page comes');
}

$t->finish;
