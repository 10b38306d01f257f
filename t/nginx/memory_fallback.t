#!/usr/bin/perl

# A profile that does not fit into what one response may cost: the page is the origin's, the reason
# is named and counted, and the connection to Redis stays in step for the next visitor.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Personalize::Site;

my $t = Personalize::Site->new;
$t->config(<<'CONF');
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 5s;
        location / { }
        %%admin%%
    }
CONF
$t->start;

# just below the largest reply that is read, and with its bookkeeping above a response's 4 MB
$t->redis->visitor('hoarder', notes => 'x' x (4 * 1024 * 1024 - 600));

ok($t->welcomes($t->visit('/?as=ann')), 'ann, before');
my %before = $t->metrics;

my $r = $t->visit('/?as=hoarder');
is($r->status, 200, 'a page all the same');
ok($r->complete && $r->body eq $Personalize::Site::PAGE, "and it is the origin's");
is($r->{log}{status}, 'memory', 'for a reason that has a name');
is($r->header('X-Offer'), undef, 'without a header of the plan');
is($r->header('Cache-Control'), 'private, no-cache', 'as private as any');

my %after = $t->metrics;
my ($counter) = grep { /responses_total\{status="memory"\}/ } sort keys %after;
is($after{$counter}, ($before{$counter} // 0) + 1, 'counted');

ok($t->welcomes($t->visit('/?as=ann')), 'ann, behind it');
$t->finish;
