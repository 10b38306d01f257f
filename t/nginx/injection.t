#!/usr/bin/perl

# Hostile values (FAULTS S4, S5, S11): profile fields, facts and ids end nowhere but where they
# belong: no header, no Redis command, no log line and no element is made of them.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Personalize::Site;

my $t = Personalize::Site->new(rules => 0, link => 1, level => 'debug');

$t->rules('rules.lua', <<'LUA');
campaign "header" { show = { header { "X-Name", "{{ name }}" } } }
campaign "fact"   { show = { header { "X-Fact", "{{ ctx.query_q }}" } } }
campaign "body" {
  show = {
    welcome_bar { text = "Hi {{ name }}" },
    append { at = "main", html = '<a class="own" title="{{ name }}" href="{{ link }}">{{ name }}</a>' },
    set_attr { at = "h1", name = "data-name", value = "{{ name }}" },
    set_attr { at = "body", name = "cite", value = "{{ link }}" },
  },
}
LUA

$t->config(<<'CONF');
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_context query_q $arg_q;
        personalize_deadline 1s;
    }
    server {
        listen 127.0.0.1:%%port:raw%%;
        personalize_redis   %%redis%%;
        personalize_rules   %%rules%%;
        personalize_visitor $http_x_visitor;
        personalize         on;
        personalize_deadline 1s;
    }
CONF
$t->start;

my @hostile = (
    '<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "' onmouseover='alert(1)", '</title></textarea></style>',
    '--><script>', '--!><b>', ']]><b>', '{{ name }}', '{{{ name }}}', '%3Cscript%3E', '&lt;b&gt;', '&#60;b&#62;',
    'javascript:alert(1)', "java\tscript:alert(1)", ' javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'vbscript:x', 'data:text/html,<b>',
    "\x01javascript:alert(1)", "a\r\nSet-Cookie: evil=1", "a\nX-Evil: 1", "a\rX-Evil: 1", "a\0b", "a%0d%0aX-Evil: 1",
    "\xff\xfe<b>", "\xc0\xbcscript\xc0\xbe", "\xe2\x80\xa8<b>", 'x' x 20000, "\xe0\xb8\xaa\xe0\xb8\xa7\xe0\xb8\xb1\xe0\xb8\xaa\xe0\xb8\x94\xe0\xb8\xb5",
);
$t->secret('profile-secret-value');

for my $n (0 .. $#hostile) {
    my $value = $hostile[$n];
    (my $shown = substr $value, 0, 40) =~ s/([^\x20-\x7e])/sprintf '\\x%02x', ord $1/ge;
    $t->redis->visitor("v$n", name => $value, link => $value, hidden => 'profile-secret-value');

    my $r = $t->visit("/?as=v$n");
    my $body = $r->body;
    ok($r->complete && $r->status == 200, "$shown: a whole page");
    unlike($r->head, qr/^(?:Set-Cookie|X-Evil):/mi, '  no header of its own');
    unlike($r->header('X-Name') // '', qr/[\r\n\0]/, '  none is split');
    is(scalar(() = $body =~ /<(?:script|img|b)\b/gi), 0, '  no element of its own');
    unlike($body, qr/\son\w+\s*=\s*['"]?alert/i, '  no handler') if $value !~ /onmouseover|onerror/;
    my ($href) = $body =~ /<a class="own"[^>]* href="([^"]*)"/;
    unlike($href // '', qr/^[\x00-\x20]*(?:j\s*a\s*v\s*a\s*s\s*c|vbs|data:)/i, '  no script in the link');
    my ($cite) = $body =~ /<body[^>]* cite="([^"]*)"/;
    unlike($cite // '', qr/^[\x00-\x20]*(?:j\s*a\s*v\s*a\s*s\s*c|vbs|data:)/i, '  nor in an attribute that is set');
    is(scalar(() = $body =~ /<a class="own" title="[^"<>]*" href="[^"<>]*">/g), 1, '  its quotes end nothing')
        if $r->{log}{status} eq 'applied';
}

my $r = $t->visit('/?as=ann&q=a%0d%0aX-Evil:%201');
unlike($r->head, qr/^X-Evil:/mi, 'a fact of the query makes no header');

# --- ids: only good ones reach Redis

my $sent = length $t->link->sent;
my @bad_ids = ('a b', "a\tb", '{x}', 'a}b', '"', "'", '<b>', 'x' x 300, "\xe0\xb8\x81", 'a\\b');
for my $id (@bad_ids) {
    my $r = $t->visit('/', port => 'raw', headers => [ 'X-Visitor' => $id ]);
    ok($r->complete && $r->status == 200, 'a bad id: the page');
    is($r->{log}{visitor}, '', '  of nobody');
}
is(length $t->link->sent, $sent, 'and not one byte to Redis');
$t->visit('/', port => 'raw', headers => [ 'X-Visitor' => 'a*b?c[d]' ]);
like(substr($t->link->sent, $sent), qr/\$\d+\r\npz:visitor:\{a\*b\?c\[d\]\}\r\n/, 'a good one goes as one argument');

# --- the debug log: lengths, names and numbers, but nobody's profile

unlike($t->log, qr/profile-secret-value/, 'not even the debug log has a profile in it');
$t->finish;
