package Bench::Server;

# The nginx of one scenario, over the pages and the Redis that all scenarios share.

use strict;
use warnings;

use parent 'Personalize::Nginx';

use Bench::Visitors;
use Personalize::Process;

my %prefix = (static => '/s/', proxied => '/p/', cached => '/c/');

# Options of Personalize::Nginx, and timeout (ms that OpenResty waits for Redis); shared: { pages,
# redis, redis_port, origin (port), bench (folder), peers (folder or undef), net (Bench::Network or
# undef) }
sub build {
    my ($class, $scenario, $shared, %o) = @_;

    my $self = $class->new(plain => !$scenario->{module}, level => 'warn', scenario => $scenario,
        shared => $shared, %o);
    my $redis = $shared->{redis};
    $self->let(
        bench => $shared->{bench}, peers => $shared->{peers} // '', pages => $shared->{pages},
        origin => $shared->{origin}, redis_path => $redis->{path}, redis_unix => $redis->url,
        redis_tcp => 'redis://127.0.0.1:' . ($redis->{port} // 0) . '/0',
        redis_url => $shared->{redis_url} // '',
        peer_redis => $shared->{peer_redis} // "unix:$redis->{path}",
        sub_filters => _sub_filters(),
        wire => $shared->{net}
            ? "listen $shared->{net}{address}:" . $self->port('web') . ' backlog=1024;' : '',
    );
    $self->rules('bench.lua', Bench::Visitors::rules(%$scenario));
    my $templates = join ',', map { "[==[$_]==]" } @Bench::Visitors::TEMPLATES;
    $self->write('templates.lua', "return {$templates}\n");
    my $timeout = $o{timeout} // 1000;    # as long as the module may wait here
    $self->write('settings.lua', "return { timeout = $timeout }\n");
    return $self->configure;
}

# single: one process in the foreground, as callgrind wants it.
sub configure {
    my ($self, %o) = @_;
    my $scenario = $self->{scenario};
    my $modules = $scenario->{peers}
        ? join('', map { "load_module $self->{shared}{peers}/usr/lib/nginx/modules/$_.so;\n" }
            qw(ndk_http_module ngx_http_lua_module)) : '';
    my $main = $modules . ($o{single} ? 'master_process off;' : '');

    return $self->config(<<"CONF", connections => 4096, main => $main);
    proxy_cache_path %%dir%%/cache keys_zone=pages:4m inactive=1h max_size=1g;
    upstream origin { server 127.0.0.1:%%origin%%; keepalive 256; keepalive_requests 100000000; }
    $scenario->{http}
    server {
        listen 127.0.0.1:%%port:web%% backlog=1024;
        %%wire%%
        access_log off;
        sendfile $scenario->{sendfile};
        keepalive_requests 100000000;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
$scenario->{server}
        location /s/ {
            alias %%pages%%/;
$scenario->{location}
        }
        location /p/ {
            proxy_pass http://origin/;
$scenario->{location}
        }
        location /c/ {
            proxy_pass http://origin/;
            proxy_cache pages;
            proxy_cache_valid 1h;
$scenario->{location}
        }
    }
CONF
}

# Each visitor is looked up once, until all are in the cache.
sub warm {
    my ($self, $visitors) = @_;
    return if !$self->{scenario}{warm};

    for (1 .. 5) {
        my $client = Personalize::Http->new($self->port('web'));
        for my $n (1 .. $visitors) {
            $client->send(Personalize::Http::text('/warm', cookie => "visitor=v$n",
                headers => [ Connection => 'keep-alive' ]));
            $client->reply(timeout => 10)->complete
                or die "$self->{scenario}{name}: cannot warm the cache\n" . $self->log;
        }
        my ($cache) = @{ $self->status->{caches} };
        return if $cache && $cache->{entries} >= $visitors;
    }
    die "$self->{scenario}{name}: the cache does not hold $visitors visitors\n";
}

# What it has found so far, of what it is to find.
sub found {
    my ($self) = @_;
    my ($warm, $index) = @{ $self->{scenario} }{qw(warm index)};
    my @families = ($warm ? 'lookups' : (), $index ? 'index' : ());
    my %metrics = @families ? $self->metrics : ();
    return map { $_ => $metrics{qq(personalize_${_}_total{outcome="hit"})} } @families;
}

# What is wrong when so many requests should have found their visitor in the cache, and their page
# in the index; before: what it had found until then.
sub cold {
    my ($self, $requests, %before) = @_;
    my %where = (lookups => 'visitors in the cache', index => 'pages in the index');
    my %found = $self->found;
    return map {
        my $hits = $found{$_} - ($before{$_} // 0);
        $hits < 0.95 * $requests ? "only $hits of $requests $where{$_}" : ();
    } sort keys %found;
}

sub path { my ($self, $kind, $kb) = @_; return "$prefix{$kind}$kb/" }

# OpenResty's LuaJIT has the same file name as the distribution's.
sub environment {
    my ($self) = @_;
    return $self->{scenario}{peers}
        ? (LD_LIBRARY_PATH => join ':', glob "$self->{shared}{peers}/usr/lib/*-linux-gnu*") : ();
}

sub start {
    my ($self) = @_;
    local %ENV = (%ENV, $self->environment);
    return $self->SUPER::start;
}

# The workers: there may be a cache manager beside them.
sub serving {
    my ($self) = @_;
    my @found;
    Personalize::Process::until_true(5, sub {
        @found = grep {
            Personalize::Nginx::slurp("/proc/$_/cmdline") =~ /worker process/
        } $self->workers;
        return @found == $self->{workers};
    }) or die "$self->{scenario}{name}: no worker\n" . $self->log;
    return @found;
}

# What a visitor must get; undef when it is what comes, else what is wrong.
sub wrong {
    my ($self, $kind, $kb, $page, $visitor) = @_;
    my $gives = $self->{scenario}{gives};

    my $want = Personalize::Nginx::slurp("$self->{shared}{pages}/$kb/$page.html");
    $want = Bench::Visitors::personalized($want, $gives eq 'constant' ? 0 : $visitor)
        if $gives ne 'plain';

    my $reply = $self->get($self->path($kind, $kb) . "$page.html", cookie => "visitor=v$visitor");
    return undef if $reply->status == 200 && $reply->body eq $want;
    return sprintf "status %s, %d bytes, %d wanted, first difference at %d",
        $reply->status, length $reply->body, length $want, _difference($reply->body, $want);
}

sub _difference {
    my ($one, $other) = @_;
    my $same = ($one ^ $other) =~ /^(\0*)/ ? length $1 : 0;
    return $same;
}

sub _sub_filters {
    my ($bar, $related, $coupon) = Bench::Visitors::contents(0);
    my @pairs = (
        [ $Bench::Pages::BODY, $Bench::Pages::BODY . $bar ],
        [ $Bench::Pages::RELATED, $Bench::Pages::RELATED . $related ],
        [ $Bench::Pages::MAIN, $coupon . $Bench::Pages::MAIN ],
    );
    return join "\n", map { "            sub_filter '$_->[0]' '$_->[1]';" } @pairs;
}

1;
