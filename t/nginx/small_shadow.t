#!/usr/bin/perl

# A filter of a third party behind the module that puts off copies of its buffers, and says nothing
# of it: what a small page is sent from stays as it is until that is out.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Personalize::Probe;
use Personalize::Site;

my $probe = Personalize::Probe->new->{probe};
my $t = Personalize::Site->new;

my %page = map {
    my $n = $_;
    ($n => $Personalize::Site::PAGE =~ s{Hello\.}{join '', map { sprintf "<p>page %d, line %06d</p>\n", $n, $_ } 1 .. 2000}er)
} 1 .. 12;
$t->page("$_.html", $page{$_}) for keys %page;

$t->config(<<'CONF', main => "load_module $probe;\n");
    personalize_cache zone=visitors:4m ttl=1h;
    sendfile on;
    server {
        listen 127.0.0.1:%%port:web%%;
        listen 127.0.0.1:%%port:slow%% sndbuf=8k;
        %%pz%%
        location /shadow/ { alias %%dir%%/html/; pz_shadow on; }
    }
CONF
$t->start;

sub personal {
    my ($n) = @_;
    return $t->get("/$n.html?as=ann")->body;
}

my %want = map { $_ => personal($_) } keys %page;
like($want{$_}, qr/Welcome back, Ann!.*page $_,/s, "page $_ is edited") for 1, 12;
ok($t->get("/shadow/1.html?as=ann")->body eq $want{1}, 'the same with the filter behind it');
unlike($t->log, qr/puts off copies/, '  of which nothing is seen while a client takes all');

my @clients = map {
    Personalize::Http->new($t->port('slow'), rcvbuf => 4096)->send(Personalize::Http::text("/shadow/$_.html?as=ann"))
} 1 .. 12;
IO::Select->new($_->{sock})->can_read(10) for @clients;
ok(personal($_) eq $want{$_}, "twelve clients stall, and page $_ goes out") for 3, 7;
my @wrong = grep { my $r = $clients[ $_ - 1 ]->reply(timeout => 20); !$r->complete || $r->body ne $want{$_} } 1 .. 12;
is("@wrong", '', 'the pages of those that stalled are right');

ok($t->logged(qr/\[notice\].*a filter behind this module puts off copies of buffers/), 'the log says so');
my $told = () = $t->log =~ /puts off copies/g;
is($told, 1, '  once');
ok(personal($_) eq $want{$_}, "page $_ as before") for 1, 12;

$t->finish;
