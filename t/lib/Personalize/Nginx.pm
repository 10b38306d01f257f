package Personalize::Nginx;

# One nginx of a test: own folder, own ports, the distribution's binary, the module that was
# built.  `finish` stops it and checks what every test must check: no [alert] or [emerg] in the
# log, no worker that crashed, no secret in any log.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use IO::Socket::INET;
use JSON::PP qw(decode_json);
use Test::More;
use Time::HiRes qw(sleep time);

use Personalize::Http;
use Personalize::Port;
use Personalize::Process;

my $root = abs_path(dirname(__FILE__) . '/../../..');

# Options: workers (1), level of the error log (info), plain (without the module).
sub new {
    my ($class, %o) = @_;

    my $module = $ENV{PZ_MODULE} || "$root/build/ngx_http_personalize_module.so";
    plan(skip_all => "no module at $module: run make") if !$o{plain} && !-e $module;

    my $nginx = binary();
    plan(skip_all => 'no nginx binary: install nginx, or set PZ_NGINX') if !$nginx;

    my $dir = tempdir('pz-XXXXXXXX', TMPDIR => 1, CLEANUP => !$ENV{PZ_KEEP});
    chmod 0755, $dir;    # the worker is another user
    make_path("$dir/html", "$dir/rules", "$dir/logs");

    my $self = bless {
        dir => $dir, nginx => $nginx, module => abs_path($module) // $module, ports => {},
        values => {}, secrets => [], allowed => [], visits => 0, workers => 1, level => 'info', %o,
    }, $class;
    diag("test folder: $dir") if $ENV{PZ_KEEP};
    return $self;
}

sub binary {
    return $ENV{PZ_NGINX} if $ENV{PZ_NGINX};
    my ($path) = grep { -x } map { "$_/nginx" } split(/:/, $ENV{PATH}), '/usr/sbin';
    return $path;
}

sub root { $root }
sub dir  { $_[0]{dir} }

# A free loopback port, the same one for the same name.
sub port {
    my ($self, $name) = @_;
    return $self->{ports}{ $name // 'web' } //= Personalize::Port::take();
}

# A file of the test, whole at once: a reader sees the old or the new one.
sub write {
    my ($self, $path, $bytes, $mode) = @_;
    my $full = "$self->{dir}/$path";

    make_path(dirname($full));
    open my $fh, '>:raw', "$full.new" or die "$full: $!";
    print $fh $bytes;
    close $fh or die "$full: $!";
    chmod $mode // 0644, "$full.new";
    rename "$full.new", $full or die "$full: $!";
    return $full;
}

sub page  { my ($self, $name, $bytes) = @_; $self->write("html/$name", $bytes) }
sub rules { my ($self, $name, $lua) = @_; $self->write("rules/$name", $lua) }

# A key file: the newest key first.  Its lines must never be seen in a log.
sub key_file {
    my ($self, @keys) = @_;
    $self->secret(@keys);
    return $self->write('secret.key', join('', map { "$_\n" } @keys), 0600);
}

sub secret { my ($self, @texts) = @_; push @{ $self->{secrets} }, @texts }

# Log lines that this test provokes and that are no fault.
sub allow { my ($self, @patterns) = @_; push @{ $self->{allowed} }, @patterns }

# A value for %%name%% in the configuration.
sub let { my ($self, %values) = @_; @{ $self->{values} }{ keys %values } = values %values }

# The http block.  In it: %%port:NAME%%, %%dir%%, %%admin%% and what `let` gave.  Options: main and
# events (more lines there), connections, before (lines in front of the module's own).
sub config {
    my ($self, $http, %o) = @_;

    my $user = $> == 0 ? "user nobody nogroup;\n" : '';
    my $load = $self->{plain} ? '' : "load_module $self->{module};\n";
    my $log = $self->{plain} ? 'access_log off;' : $self->_access_log;

    $self->write('nginx.conf', $self->expand(<<"CONF"));
daemon off;
@{[ $o{before} // '' ]}${load}${user}worker_processes $self->{workers};
pid %%dir%%/nginx.pid;
error_log %%dir%%/logs/error.log $self->{level};
@{[ $o{main} // '' ]}
events { worker_connections @{[ $o{connections} // 1024 ]}; @{[ $o{events} // '' ]} }
http {
    types { text/html html; text/css css; image/svg+xml svg; application/json json; }
    default_type text/html;
    root %%dir%%/html;
    client_body_temp_path %%dir%%/tmp-body;
    proxy_temp_path %%dir%%/tmp-proxy;
    fastcgi_temp_path %%dir%%/tmp-fastcgi;
    uwsgi_temp_path %%dir%%/tmp-uwsgi;
    scgi_temp_path %%dir%%/tmp-scgi;
    $log
$http
}
CONF
    return $self;
}

# One line a request: what the module did, found again by the number in X-Test.
sub _access_log {
    my @variables = qw(status lookup lookup_time segment segments campaigns visitor);
    return "log_format pz '\$http_x_test\t\$status\t"
        . join("\t", map { "\$personalize_$_" } @variables) . "';\n"
        . "    access_log %%dir%%/logs/access.log pz;";
}

sub expand {
    my ($self, $text) = @_;
    my %values = (
        dir => $self->{dir}, rules => "$self->{dir}/rules", key => "$self->{dir}/secret.key",
        admin => 'location /_personalize_admin/ { personalize_admin; allow 127.0.0.1; deny all; }',
        %{ $self->{values} },
    );
    $text =~ s/%%port:(\w+)%%/$self->port($1)/ge;
    1 while $text =~ s/%%(\w+)%%/$values{$1} \/\/ die "no value for %%$1%%\n"/ge;
    return $text;
}

sub _command {
    my ($self, @more) = @_;
    return ($self->{nginx}, '-p', "$self->{dir}/", '-c', "$self->{dir}/nginx.conf",
        '-e', "$self->{dir}/logs/error.log", @more);
}

# nginx -t: the exit code and what it said.
sub check {
    my ($self) = @_;
    my $out = "$self->{dir}/logs/check.log";
    unlink $out;

    my $pid = Personalize::Process::spawn('nginx -t', $out, $self->_command('-t'));
    my $status = Personalize::Process::stop($pid, signal => 0, seconds => 10);
    return ($status & 127 ? "signal " . ($status & 127) : $status >> 8, $self->read('logs/check.log'));
}

sub start {
    my ($self) = @_;

    my $console = "$self->{dir}/logs/console.log";
    $self->{pid} = Personalize::Process::spawn('nginx', $console, $self->_command);
    my $up = Personalize::Process::until_true(10, sub {
        return -1 if !Personalize::Process::is_alive($self->{pid});
        return 0 if grep { !_listens($self->{ports}{$_}) } $self->_own_ports;

        # The master listens before it has any.
        return $self->workers >= $self->{workers} || $self->read('nginx.conf') =~ /^master_process off/m;
    });
    die "nginx did not start:\n" . slurp($console) . $self->log if !$up || $up < 0;
    return $self;
}

# The ports that its configuration listens on.
sub _own_ports {
    my ($self) = @_;
    my $conf = $self->read('nginx.conf');
    my $ports = $self->{ports};
    return grep { $conf =~ /listen\s+127\.0\.0\.1:$ports->{$_}\b/ } sort keys %$ports;
}

sub _listens {
    my ($port) = @_;
    return IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port, Timeout => 1);
}

sub running {
    my ($self) = @_;
    return $self->{pid} && Personalize::Process::is_alive($self->{pid});
}

# Ask for new workers, and wait until they are there and no old one takes connections.
sub reload {
    my ($self) = @_;
    my %old = map { $_ => 1 } $self->workers;

    kill 'HUP', $self->{pid};
    return Personalize::Process::until_true(5, sub {
        my @workers = $self->workers;
        my %leaving = map { $_ => 1 } $self->leaving;
        return !grep({ $old{$_} && !$leaving{$_} } @workers) && grep { !$old{$_} } @workers;
    });
}

sub workers {
    my ($self) = @_;
    return split ' ', slurp("/proc/$self->{pid}/task/$self->{pid}/children");
}

# Of these, those that are on their way out.
sub leaving {
    my ($self) = @_;
    return grep { slurp("/proc/$_/cmdline") =~ /shutting down/ } $self->workers;
}

# End it: TERM, or gracefully with signal => 'QUIT'.  Its exit status.
sub stop {
    my ($self, %o) = @_;
    return Personalize::Process::stop(delete $self->{pid}, seconds => 10, %o);
}

# Open descriptors of all workers.
sub descriptors {
    my ($self) = @_;
    return scalar map { glob "/proc/$_/fd/*" } $self->workers;
}

# Of them, the sockets of one kind, as /proc/net names it: unix, tcp ...
sub sockets {
    my ($self, $kind) = @_;
    my $inode = $kind eq 'unix' ? 6 : 9;
    my %inode = map { ((split)[$inode] => 1) } grep { /:/ } split /\n/, slurp("/proc/net/$kind");
    return scalar grep { (readlink($_) // '') =~ /^socket:\[(\d+)\]/ && $inode{$1} }
        map { glob "/proc/$_/fd/*" } $self->workers;
}

# Private memory of all workers, in kilobytes.
sub memory {
    my ($self) = @_;
    my $kb = 0;
    for my $pid ($self->workers) {
        $kb += $1 if slurp("/proc/$pid/smaps_rollup") =~ /^Private_Dirty:\s+(\d+)/m;
    }
    return $kb;
}

sub get {
    my ($self, $path, %o) = @_;
    return Personalize::Http::get($self->port(delete $o{port} // 'web'), $path, %o);
}

# A page view, and what the module says of it once it is logged: $reply->{log}{status} ...
sub visit {
    my ($self, $path, %o) = @_;
    my $number = ++$self->{visits};

    my $reply = $self->get($path, %o, headers => [ @{ $o{headers} || [] }, 'X-Test' => $number ]);
    $reply->{log} = $self->outcome($number);
    return $reply;
}

sub outcome {
    my ($self, $number) = @_;
    my @names = qw(http status lookup lookup_time segment segments campaigns visitor);
    my %found;

    Personalize::Process::until_true(3, sub {
        my ($line) = $self->read('logs/access.log') =~ /^(\Q$number\E\t.*)$/m or return 0;
        (undef, @found{@names}) = map { $_ eq '-' ? '' : $_ } split /\t/, $line, -1;    # '-': not found
        return 1;
    });
    return \%found;
}

# The status page.  It and the metrics are at the port "web", or where {admin} says.
sub status {
    my ($self, %o) = @_;
    my $reply = $self->get('/_personalize_admin/status', port => $self->{admin}, %o);
    return $reply->status == 200 ? decode_json($reply->body) : {};
}

# The samples of the metrics page: 'name{labels}' => value.
sub metrics {
    my ($self) = @_;
    my $text = $self->get('/_personalize_admin/metrics', port => $self->{admin})->body;
    return map { /^([^#\s]\S*)\s+(\S+)/ ? ($1 => $2) : () } split /\n/, $text;
}

sub log { $_[0]->read('logs/error.log') }

# Wait for a line in the error log.
sub logged {
    my ($self, $pattern, $seconds) = @_;
    return Personalize::Process::until_true($seconds // 3, sub { $self->log =~ $pattern });
}

sub read { my ($self, $path) = @_; return slurp("$self->{dir}/$path") }

sub slurp {
    my ($path) = @_;
    open my $fh, '<:raw', $path or return '';
    local $/;
    return scalar(<$fh>) // '';
}

# Stop, judge the logs, close the test.
sub finish {
    my ($self) = @_;

    # A worker on its way out that is ended on it tells of its sockets.
    Personalize::Process::until_true(5, sub { !$self->leaving }) if $self->{pid};
    $self->stop if $self->{pid};
    my @lines = split /\n/, $self->log;
    for my $allowed (@{ $self->{allowed} }) {
        @lines = grep { !/$allowed/ } @lines;
    }

    my @bad = grep { /\[(alert|emerg|crit)\]|exited on signal|open socket #/ } @lines;
    splice @bad, 5 if @bad > 5;
    is(join("\n", @bad), '', 'nothing alarming in the error log');

    my $all = join '', map { slurp($_) } glob "$self->{dir}/logs/*";
    my @told = grep { index($all, $_) >= 0 } @{ $self->{secrets} };
    is(scalar @told, 0, 'no secret in any log');

    done_testing();
}

1;
