#!/usr/bin/perl

# What `personalize preview` shows a marketer is what nginx sends: the same bytes, for each visitor
# and page, with the same rule files.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use JSON::PP qw(encode_json);
use Test::More;

use Personalize::Site;
use Personalize::Upstream;

my $root = Personalize::Nginx::root();
my $command = $ENV{PZ_COMMAND} || "$root/build/personalize";
plan(skip_all => "no command at $command: run make") if !-x $command;

my $t = Personalize::Site->new(rules => 0);
my %pages = ('site.html' => $Personalize::Site::PAGE);
for my $path (glob("$root/t/pages/*.html"), glob("$root/../shared/pages/*.html")) {
    my ($name) = $path =~ m{([^/]+)$};
    $pages{$name} = Personalize::Nginx::slurp($path) if -s $path < 400_000;
}

$t->rules('rules.lua', <<'LUA');
segment "loyal" { orders = { at_least = 3 } }
segment("rich", function(visitor) return visitor.points > 100 end)
campaign "bar" {
  group = "top", priority = 1,
  show = { welcome_bar { text = "Welcome {{ name | there }}, ยินดีต้อนรับ!" } },
}
campaign "loyal-bar" {
  segments = { "loyal", "rich" }, group = "top", priority = 5,
  show = { welcome_bar { text = "{{ name }}: {{ orders }} orders in {{ ctx.city | town }}" }, add_class { at = "body", class = "loyal" } },
}
campaign "split" {
  variants = {
    a = { weight = 1, append { at = "h1", html = "<i>a {{ name }}</i>" } },
    b = { weight = 1, before { at = "h1", html = "<i>b</i>" } },
  },
}
campaign "links" {
  when = function(visitor, ctx) return ctx.path ~= "/up/site.html" end,
  show = {
    set_attr { at = "a", name = "data-who", value = "{{ name }}", every = true },
    remove { at = "noscript" },
    replace { at = "#related", html = "<p title='{{ name }}'>{{ points }}</p>" },
  },
}
LUA

my %visitors = (
    ann  => { name => 'Ann', orders => 7, points => 120 },
    nok  => { name => 'นก', orders => 0, segments => 'new' },
    evil => { name => q{<script>"'&</script>}, points => 'many', orders => 4 },
    none => {},
);
for my $id (keys %visitors) {
    my %bytes = map { $_ => $visitors{$id}{$_} } keys %{ $visitors{$id} };
    $t->redis->visitor($id, %bytes) if %bytes;
    utf8::decode($_) for values %bytes;
    $t->write("$id.json", encode_json({ id => $id, %bytes }));
}

my $origin = Personalize::Upstream->start($t->port('up'), sub {
    my ($request) = @_;
    my ($name) = $request->{path} =~ m{^/up/([^?]+)};
    return { body => $pages{$name}, type => 'text/html', piece => 'random', framing => 'chunked' };
});
$t->write("page/$_", $pages{$_}) for keys %pages;

$t->config(<<'CONF');
    proxy_http_version 1.1;
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 2s;
        personalize_context city Bangkok;
        location /up/ { proxy_pass http://127.0.0.1:%%port:up%%; }
    }
CONF
$t->start;
$t->visit('/up/site.html?as=ann');

for my $name (sort keys %pages) {
    for my $id (sort keys %visitors) {
        my $r = $t->visit("/up/$name?as=$id");
        my $out = $t->write('preview.out', '');
        my $pid = Personalize::Process::spawn('preview', $out, 'sh', '-c', 'exec "$@" 2>/dev/null', 'sh', $command, 'preview',
            '--rules', $t->dir . '/rules', '--visitor', $t->dir . "/$id.json", '--url', "http://localhost/up/$name?as=$id",
            '--context', 'city=Bangkok', $t->dir . "/page/$name");
        Personalize::Process::stop($pid, signal => 0, seconds => 20);
        my $want = $t->read('preview.out');
        ok($r->complete && $r->body eq $want && $want =~ /pz-welcome-bar/, "$name as $id: " . length($want) . ' bytes')
            or diag(length($r->body) . " bytes from nginx, $r->{log}{status}");
    }
}

$t->finish;
