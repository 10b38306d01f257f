package Bench::Scenario;

# What is compared: a name, what it is, and how an nginx is set up for it.  `against` is the plain
# nginx that its ratio is to; `gives`: plain, personal (each visitor's own) or constant insertions;
# `quick`: its instructions are counted in a quick run too; `core`: it is in a quick run's second
# table, too; `long`: it is in a quick run only if it is named; `warm`: every visitor is in the
# module's cache before it begins; `index`: and every page in its placement index once it was asked
# for.

use strict;
use warnings;

my @all;
my %by_name;

sub all { return @all }

sub named {
    my ($name) = @_;
    my @names = map { $_->{name} } @all;
    return $by_name{$name} // die "no scenario named $name; there are: @names\n";
}

# The same with another build of the module.
sub beside {
    my ($scenario) = @_;
    my ($name, $what) = @$scenario{qw(name what)};
    return { %$scenario, name => "$name, other build", what => "$what: the other build" };
}

sub _add {
    my ($name, @rest) = @_;
    push @all, $by_name{$name} = _scenario($name, @rest);
}

sub _scenario {
    my ($name, $what, %o) = @_;
    return {
        name => $name, what => $what, against => 'plain', gives => 'personal', sendfile => 'off',
        module => 0, peers => 0, server => '', http => '', location => '', %o,
    };
}

sub _module {
    my ($redis, %o) = @_;
    my $index = $o{index} ? 'on' : 'off';
    my $cache = $o{cache}
        ? "personalize_cache zone=visitors:64m $o{cache}; personalize_index $index;" : '';
    my $deadline = $o{deadline} // '1s';
    my $heartbeat = $o{heartbeat} // '60s';    # what is counted is pages
    return (module => 1, server => <<"CONF", %o);
        personalize_redis    $redis heartbeat=$heartbeat;
        personalize_rules    %%rules%%;
        personalize_visitor  \$cookie_visitor;
        personalize_deadline $deadline;
        personalize          on;
        $cache
        location /warm { default_type text/html; return 200 "<p>Warm.</p>"; }
        %%admin%%
CONF
}

# Those that are watched in trouble: no page waits longer than `deadline` (ms) for Redis.
sub in_trouble {
    my ($deadline) = @_;
    return (
        _scenario('trouble', 'module', _module('%%redis_url%%', deadline => "${deadline}ms")),
        _scenario('trouble-cache', 'module, cache (ttl=1h stale=10m)',
            _module('%%redis_url%%', deadline => "${deadline}ms", cache => 'ttl=1h stale=10m',
                heartbeat => '1s', index => 1, warm => 1)),
        _scenario('trouble-tuned', 'OpenResty, tuned by hand', _peer('tuned', 'access')),
    );
}

sub _peer {
    my ($file, $access) = @_;
    return (peers => 1, http => <<"HTTP", location => <<"LOCATION");
    lua_package_path "%%bench%%/peer/?.lua;%%dir%%/?.lua;%%peers%%/usr/share/lua/5.1/?.lua;;";
    lua_shared_dict profiles 64m;
    lua_socket_log_errors off;
HTTP
            access_by_lua_block        { require("$file").$access("%%peer_redis%%") }
            header_filter_by_lua_block { require("$file").header() }
            body_filter_by_lua_block   { require("$file").body() }
LOCATION
}

my @cached = (cache => 'ttl=1h', warm => 1);

_add('plain', 'plain nginx, sendfile off', gives => 'plain', quick => 1, core => 1);
_add('sendfile', 'plain nginx, sendfile on', gives => 'plain', sendfile => 'on');
_add('off', 'module loaded, `personalize off`',
    gives => 'plain', module => 1, quick => 1, core => 1);
_add('nothing', 'module, Redis asked (unix socket), nothing to show',
    _module('%%redis_unix%%', gives => 'plain', pages => '/other'));
_add('unix', 'module, Redis on every request (unix socket)',
    _module('%%redis_unix%%', quick => 1, core => 1));
_add('tcp', 'module, Redis on every request (tcp)', _module('%%redis_tcp%%'));
_add('cache', 'module, profile in the cache',
    _module('%%redis_unix%%', @cached, quick => 1, core => 1));
_add('cache-sendfile', 'module, profile in the cache, sendfile on',
    _module('%%redis_unix%%', @cached, sendfile => 'on', long => 1));
_add('indexed', 'module, profile in the cache, placement index',
    _module('%%redis_unix%%', @cached, index => 1, quick => 1, core => 1));
_add('indexed-sendfile', 'module, profile in the cache, placement index, sendfile on',
    _module('%%redis_unix%%', @cached, index => 1, sendfile => 'on', quick => 1, core => 1));
_add('unix-sendfile', 'module, Redis on every request (unix socket), sendfile on',
    _module('%%redis_unix%%', sendfile => 'on'));
_add('function', 'module, Redis on every request (unix socket), a Lua function decides',
    _module('%%redis_unix%%', function => 1, long => 1));
_add('sub', 'sub_filter, constants', gives => 'constant', core => 1, location => '%%sub_filters%%');
_add('naive', 'OpenResty, as most people write it', _peer('naive', 'access'));
_add('tuned', 'OpenResty, tuned by hand', _peer('tuned', 'access'), quick => 1, core => 1);
_add('shared', 'OpenResty, tuned, shared-dictionary cache', _peer('tuned', 'access_shared'));

1;
