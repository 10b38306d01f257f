#!/usr/bin/perl

# docs/redis.md as it stands: every redis-cli line of it works, and the rights that it tells to
# give are enough for the store's commands, and for nothing else.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Text::ParseWords qw(shellwords);

use Personalize::Probe;
use Personalize::Redis;

my $t = Personalize::Probe->new;
plan(skip_all => 'no redis-server') if !Personalize::Redis::available();

my $redis = Personalize::Redis->start($t->dir, port => $t->port('redis'));
my $doc = Personalize::Nginx::slurp($t->root . '/docs/redis.md');

my $n = 0;
for my $block ($doc =~ /^```sh\n(.*?)^```/msg) {
    for my $line (split /\n/, $block) {
        my (undef, @argv) = shellwords($line);
        my $reply = eval { $redis->command(@argv) };
        is($@, '', $line);
        $n++;
    }
}
cmp_ok($n, '>', 15, 'there are commands in it');

is_deeply($redis->command(qw(ZREVRANGE pz:recs:popular:all 0 -1)), [qw(SKU-3 SKU-1)], 'the list was replaced');
is($redis->command('LLEN', 'pz:coupons:{autumn}'), 3, 'codes are in the pool');

# The store's commands, as the user of the document.
$t->secret('choose-a-password');
$t->run('redis://personalize:choose-a-password@127.0.0.1:%%port:redis%%/0');
is($t->ask('', 'HGETALL pz:product:SKU-1')->{lines}[0], '*14', 'HGETALL is allowed');

my %scripts;
for my $unit (qw(list coupon)) {
    my $source = Personalize::Nginx::slurp($t->root . "/src/redis/pz_redis_$unit.c");
    my ($text) = $source =~ /^#define \w+_SCRIPT\s+\\\n(.*?"\s*)\n\n/ms;
    $scripts{$unit} = join '', map { s/\\n/\n/gr } $text =~ /"((?:[^"\\]|\\.)*)"/g;
}

# A script has spaces in it: as the probe's argument each is %20.
sub eval_script {
    my ($script, @rest) = @_;
    my $args = join '+', map { s/([^A-Za-z0-9])/sprintf '%%%02X', ord $1/ger } 'EVAL', $script, @rest;
    return $t->get("/?c=$args")->body =~ s/.*^replies=1\n//msr;
}

is(eval_script($scripts{list}, 1, 'pz:recs:popular:all', 3), "*2\n \$SKU-3\n \$SKU-1\n", 'sorted sets are');
is(eval_script($scripts{list}, 1, 'pz:recs:segment:vip', 0), "*1\n \$SKU-9\n", 'lists are');
is(eval_script($scripts{coupon}, 2, 'pz:coupons:{autumn}', 'pz:coupon:{autumn}:bo', 60),
    "*2\n \$AUTUMN-7F3K\n :60\n", 'coupons are');
is(eval_script($scripts{coupon}, 2, 'pz:coupons:{autumn}', 'pz:coupon:{autumn}:anna', 60) =~ /ANNA-ONLY/, 1,
    'a code that was given by hand is kept');
is($t->ask('', 'UNLINK pz:visitor:{anna} pz:recs:visitor:{anna}')->{text}, ":2\n", 'UNLINK is');

for my $command ('GET other', 'HGETALL other:1', 'KEYS *', 'FLUSHALL', 'CONFIG GET *', 'DEL pz:product:SKU-1',
    'SUBSCRIBE x', 'ACL LIST')
{
    like($t->ask('', $command)->{text}, qr/^-NOPERM/, "$command is not");
}
is($t->state->{state}, 'ready', 'all by a connection that is ready');

$t->finish;
