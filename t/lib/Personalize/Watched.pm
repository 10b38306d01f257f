package Personalize::Watched;

# A Site whose cache is told of changes: whether all workers are, what they show, and what they
# found in the cache.

use strict;
use warnings;

use parent 'Personalize::Site';

use Test::More;
use Time::HiRes qw(sleep);

use Personalize::Process;

# Options of Personalize::Site (two workers unless told otherwise), and: within, the seconds in
# which all workers watch.
sub new {
    my ($class, %o) = @_;
    my $within = delete $o{within} // 8;

    # A change has 100 ms to be seen.
    Personalize::Process::ahead();
    my $self = $class->SUPER::new(workers => 2, %o);
    $self->{within} = $within;
    return $self;
}

# One server with a cache; `more`: directives for it.
sub config_cached {
    my ($self, $more) = @_;
    return $self->config(<<"CONF");
    personalize_cache zone=v:1m ttl=10m;
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        $more
        %%admin%%
    }
CONF
}

# Whether, within so many seconds, each worker's watch is in this state: `watching`, and trusted,
# unless given.
sub all_watch {
    my ($self, $seconds, $state) = @_;
    $state //= 'watching';
    return Personalize::Process::until_true($seconds // $self->{within}, sub {
        my %seen;
        for (1 .. 20 * $self->{workers}) {
            my $status = $self->status;
            my $watch = $status->{redis}[0]{invalidation};
            return 0 if $watch->{state} ne $state || ($state eq 'watching' && !$watch->{trusted});
            $seen{ $status->{worker}{pid} }++;
        }
        return keys %seen == $self->{workers};
    });
}

# How many of twelve pages, each on a new connection, show this visitor by this name.
sub shown {
    my ($self, $who, $name) = @_;
    return scalar grep { $self->welcomes($self->get("/?as=$who"), $name) } 1 .. 12;
}

# One more change of a visitor, by `change`, which is given a new name: all workers show it, and
# then find it in the cache.
sub all_see {
    my ($self, $what, $who, $change) = @_;
    my $name = 'See' . ++$self->{changes};

    $change->($name);
    sleep 0.1;
    is($self->shown($who, $name), 12, "$what: a change is seen by all workers");
    my $before = $self->hits;
    is($self->shown($who, $name), 12, '  and again');
    is($self->hits - $before, 12, '  from the cache');
}

sub hits {
    my ($self) = @_;
    my %m = $self->metrics;
    return $m{'personalize_cache_reads_total{outcome="profile_hit"}'};
}

# personalize_FAMILY_total{event="EVENT"}
sub counted {
    my ($self, $family, $event) = @_;
    my %m = $self->metrics;
    return $m{qq(personalize_${family}_total{event="$event"})};
}

1;
