package Personalize::Site;

# The usual test site: an nginx, a private Redis, one page, one campaign and a visitor named ann.
# In the configuration %%pz%% stands for the four directives that personalize with them; the
# visitor's id comes from the query: /?as=ann.

use strict;
use warnings;

use parent 'Personalize::Nginx';

use Test::More;

use Personalize::Link;
use Personalize::Redis;

our $PAGE = <<'HTML';
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Shop</title></head>
<body class="shop">
<h1 id="top">The shop</h1>
<main><p>Hello.</p></main>
<div id="related"><p>Nothing yet.</p></div>
</body></html>
HTML

our $RULES = <<'LUA';
campaign "welcome" {
  show = {
    header { "X-Offer", "for-{{ name | nobody }}" },
    welcome_bar { text = "Welcome back, {{ name | there }}!" },
  },
}
LUA

# Options of Personalize::Nginx, and: redis (more for Personalize::Redis; 0 for none), link
# (1: the line to Redis can be delayed and recorded; or its options), rules (0 for none), who (what
# the visitor's id comes from).
sub new {
    my ($class, %o) = @_;

    my ($redis, $link) = (delete $o{redis} // {}, delete $o{link});
    my ($rules, $who) = (delete $o{rules} // 1, delete $o{who} // '$arg_as');

    plan(skip_all => 'no redis-server: install redis-server')
        if $redis && !Personalize::Redis::available();

    my $self = $class->SUPER::new(%o);
    $self->page('index.html', $PAGE);
    $self->rules('welcome.lua', $RULES) if $rules;

    $self->let(redis => 'unix://%%dir%%/redis.sock', who => $who, pz => <<'CONF');
    personalize_redis %%redis%%;
        personalize_rules %%rules%%;
        personalize_visitor %%who%%;
        personalize on;
CONF
    $self->_with_redis($redis, $link) if $redis;
    return $self;
}

sub _with_redis {
    my ($self, $options, $link) = @_;

    $self->{redis} = Personalize::Redis->start($self->dir, %$options);
    $self->{redis}->visitor('ann', name => 'Ann', segments => 'vip,loyal', tier => 'gold', orders => 7);
    return if !$link;

    $self->{link} = Personalize::Link->start($self->dir, $self->{redis}, ref $link ? %$link : ());
    $self->let(redis => $self->{link}->url);
}

sub redis { $_[0]{redis} }
sub link  { $_[0]{link} }

# Whether a reply is the page as ann sees it, or exactly the origin's.
sub welcomes {
    my ($self, $reply, $name) = @_;
    $name //= "Ann";
    return index($reply->decoded // "", "Welcome back, $name!") > 0;
}

sub untouched {
    my ($self, $reply) = @_;
    return $reply->complete && ($reply->decoded // "") eq $PAGE;
}

1;
