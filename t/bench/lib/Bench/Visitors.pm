package Bench::Visitors;

# Profiles in Redis, what the three places get for a visitor, and the page that must come of it.

use strict;
use warnings;

use Bench::Pages;

my @names = ('Ann', 'Somchai', 'สมหญิง', 'Björn', "O'Neill", 'Tom & Jo', 'Malee', 'ธนพล', 'Kim', 'Zoë');
my @tiers = qw(silver gold platinum);

# In the order of the page: a bar, a block of recommendations, a coupon.
our @TEMPLATES = (
    '<div class="pz-bar" role="region" aria-label="Welcome"><p>Welcome back, $name! As a $tier member '
        . 'you have $points points.</p><a class="pz-bar__link" href="/account/points">See what they are worth</a></div>',
    '<h2>For you, $name</h2>' . join('', map {
        qq{<a class="pz-card" href="/product/9$_"><img src="/img/9$_-320.jpg" width="320" height="320" loading="lazy" alt="">}
        . qq{<span class="pz-card__title">Picked for $tiers[ $_ % 3 ] members, number $_</span><span class="price">฿${_}90</span></a>}
    } 1 .. 4),
    '<aside class="pz-coupon"><p>$name, a present for our $tier members: <b>BACK-7KQ</b>, 10% off until Sunday.</p>'
        . '<a href="/cart">Use it</a></aside>',
);

sub names { return @names }
sub tiers { return @tiers }

sub profile {
    my ($n) = @_;
    return (
        name => $names[ $n % @names ], tier => $tiers[ $n % @tiers ], points => 100 + $n * 7 % 9000,
        segments => $n % 2 ? 'vip,newsletter' : 'newsletter', orders => 3 + $n % 40,
        cart_total => $n * 13 % 4000, cart_count => $n % 6, last_order_at => 1760000000 + $n,
        'affinity:ceramics' => $n % 100 / 100, 'affinity:textile' => $n % 77 / 100,
    );
}

sub load {
    my ($redis, $count) = @_;
    for my $n (1 .. $count) {
        $redis->visitor("v$n", profile($n));
    }
}

# The rule file that says the same to the module.  function: one of its conditions is Lua; pages:
# where it holds.
sub rules {
    my (%o) = @_;
    my @html = map { s/\$(\w+)/{{ $1 }}/gr } @TEMPLATES;
    my $when = $o{function}
        ? 'when = function(visitor, ctx) return visitor.points > 50 and visitor.orders >= 3 end,' : '';
    my $pages = $o{pages} ? qq{pages = "$o{pages}",} : '';

    return <<"LUA";
segment "loyal" { orders = { at_least = 3 } }

campaign "bench" {
  segments = "loyal",
  $when $pages
  show = {
    prepend { at = "body",     html = [==[$html[0]]==] },
    prepend { at = "#related", html = [==[$html[1]]==] },
    append  { at = "main",     html = [==[$html[2]]==] },
  },
}
LUA
}

# For visitor number $n; 0: the constants that sub_filter has.
sub contents {
    my ($n) = @_;
    my %profile = $n ? profile($n) : (name => 'friend', tier => 'valued', points => 0);
    my %entity = ('&' => '&amp;', '<' => '&lt;', '>' => '&gt;', '"' => '&quot;', "'" => '&#39;');
    s/([&<>"'])/$entity{$1}/g for values %profile;
    return map { s/\$(\w+)/$profile{$1}/gr } @TEMPLATES;
}

sub personalized {
    my ($page, $n) = @_;
    my ($bar, $related, $coupon) = contents($n);

    $page =~ s/\Q$Bench::Pages::BODY\E\K/$bar/;
    $page =~ s/\Q$Bench::Pages::RELATED\E\K/$related/;
    $page =~ s/(?=\Q$Bench::Pages::MAIN\E)/$coupon/;
    return $page;
}

1;
