package Personalize::Probe;

# An nginx with the probe of t/nginx/probe in it: the store alone, asked by HTTP.

use strict;
use warnings;

use parent 'Personalize::Nginx';

use Test::More;

use Personalize::Process;

sub new {
    my ($class, %o) = @_;

    my $root = Personalize::Nginx::root();
    my $module = $ENV{PZ_PROBE} || "$root/build/ngx_http_pz_probe_module.so";

    plan(skip_all => "nginx's headers are not installed (package nginx-dev)")
        if !$ENV{PZ_PROBE} && !-e '/usr/share/nginx/src/configure';

    my $self = $class->SUPER::new(plain => 1, %o);
    $self->_build($root) if !$ENV{PZ_PROBE};
    $self->{probe} = $module;

    # What it tells are milliseconds.
    Personalize::Process::ahead();
    return $self;
}

sub _build {
    my ($self, $root) = @_;
    my $log = "$self->{dir}/build.log";
    my $pid = Personalize::Process::spawn('build', $log, 'sh', "$root/t/nginx/probe/build", "$root/build");
    my $status = Personalize::Process::stop($pid, signal => 0, seconds => 150);
    die "the probe does not build:\n" . $self->read('build.log') if $status;
}

# A running nginx that asks this Redis; `more` are options of pz_probe_redis, `http` more lines
# of the http block, `main` and `connections` those of `config`.
sub run {
    my ($self, $url, $more, %o) = @_;
    $more //= '';

    $self->config(<<"CONF", %o, main => "load_module $self->{probe};\n" . ($o{main} // ''));
    @{[ $o{http} // '' ]}
    pz_probe_redis $url $more;
    server {
        listen 127.0.0.1:%%port:web%%;
        location / { pz_probe; }
    }
CONF
    return $self->start;
}

sub again {
    my ($self, @run) = @_;
    $self->stop;
    return $self->run(@run);
}

# The fewest ms of a few goes: what a busy machine adds is not the store's.
sub quickest {
    my ($self, $go) = @_;
    my ($least) = sort { $a <=> $b } map { $go->()->{ms} } 1 .. 5;
    return $least;
}

# Run one query, its commands as strings of words: status, ms and reply lines.
sub ask {
    my ($self, $more, @commands) = @_;
    my $args = join '&', $more || (), map { 'c=' . join '+', map { _escape($_) } split ' ' } @commands;
    my $reply = $self->get("/?$args", timeout => 30);
    my ($head, $rest) = $reply->body =~ /\A(.*?^replies=\d+\n)(.*)\z/ms or return { status => 'none', text => '' };
    return { _pairs($head), text => $rest, lines => [ split /\n/, $rest ] };
}

# Many queries at once: see t/nginx/probe/ngx_pz_probe_burst.c.
sub burst {
    my ($self, $n, $more, $seconds) = @_;
    return { _pairs($self->get("/?burst=$n&$more", timeout => $seconds // 60)->body) };
}

sub state { my ($self) = @_; return { _pairs($self->get('/?state=1')->body) } }

# Poll until the store is in this state.
sub until_state {
    my ($self, $state, $seconds) = @_;
    return Personalize::Process::until_true($seconds // 5, sub { $self->state->{state} eq $state });
}

sub _pairs { my ($text) = @_; return $text =~ /^(\w+)=(.*)$/mg }

sub _escape {
    my ($word) = @_;
    $word =~ s/([^A-Za-z0-9_.:-])/sprintf '%%%02X', ord $1/ge;
    return $word;
}

1;
