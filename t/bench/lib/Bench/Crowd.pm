package Bench::Crowd;

# Millions of visitors in Redis, quickly: a script in Redis itself writes them, so that nothing has
# to be sent.  They are those of Bench::Visitors, field by field.

use strict;
use warnings;

my $write = <<'LUA';
local names, tiers = {}, {}
for i = 1, 10 do names[i] = ARGV[2 + i] end
for i = 1, 3 do tiers[i] = ARGV[12 + i] end
for n = tonumber(ARGV[1]), tonumber(ARGV[2]) do
    redis.call('HSET', 'pz:visitor:{v' .. n .. '}', 'name', names[n % 10 + 1], 'tier', tiers[n % 3 + 1],
        'points', 100 + n * 7 % 9000, 'segments', n % 2 == 1 and 'vip,newsletter' or 'newsletter', 'orders', 3 + n % 40,
        'cart_total', n * 13 % 4000, 'cart_count', n % 6, 'last_order_at', string.format('%d', 1760000000 + n),
        'affinity:ceramics', tostring(n % 100 / 100), 'affinity:textile', tostring(n % 77 / 100))
end
LUA

# Visitors number $from to $to.
sub load {
    my ($redis, $from, $to) = @_;
    my @texts = (Bench::Visitors::names(), Bench::Visitors::tiers());
    for (my $n = $from; $n <= $to; $n += 10_000) {
        my $last = $n + 9_999 < $to ? $n + 9_999 : $to;
        $redis->command('EVAL', $write, 0, $n, $last, @texts);
    }
}

# What one of them has, as a hash.
sub profile {
    my ($redis, $n) = @_;
    return @{ $redis->command('HGETALL', "pz:visitor:{v$n}") };
}

sub memory {
    my ($redis) = @_;
    my ($used) = $redis->command('INFO', 'memory') =~ /^used_memory:(\d+)/m;
    return $used;
}

1;
