package Personalize::Redis;

# A private redis-server: unix socket and, when asked, a loopback port; nothing on disk.

use strict;
use warnings;

use IO::Socket::UNIX;

use Personalize::Process;

# Options: port, password, args (more of redis-server's own).
sub start {
    my ($class, $dir, %o) = @_;

    my $self = bless { dir => $dir, path => "$dir/redis.sock", %o }, $class;
    $self->run;
    return $self;
}

sub available {
    my ($path) = grep { -x } map { "$_/redis-server" } split(/:/, $ENV{PATH}), '/usr/bin';
    return $path;
}

sub run {
    my ($self) = @_;

    my $server = available() or die "redis-server is not installed (package redis-server)\n";
    my @password = defined $self->{password} ? ('--requirepass', $self->{password}) : ();

    unlink $self->{path};
    $self->{pid} = Personalize::Process::spawn('redis', "$self->{dir}/redis.log", $server,
        '--unixsocket', $self->{path}, '--unixsocketperm', '777',
        '--port', $self->{port} // 0, '--bind', '127.0.0.1',
        '--dir', $self->{dir}, '--save', '', '--appendonly', 'no', '--daemonize', 'no',
        @password, @{ $self->{args} || [] });

    Personalize::Process::until_true(5, sub { eval { $self->command('PING') eq 'PONG' } })
        or die "redis-server does not answer: see $self->{dir}/redis.log\n";
}

sub url    { 'unix://' . $_[0]{path} }
sub kill9  { Personalize::Process::stop($_[0]{pid}, signal => 'KILL'); delete $_[0]{sock} }
sub stop   { Personalize::Process::stop($_[0]{pid}); delete $_[0]{sock} }
sub freeze { kill 'STOP', $_[0]{pid} }
sub thaw   { kill 'CONT', $_[0]{pid} }

# A command and its reply: a string, a number, undef, or an array reference.  An error dies.
sub command {
    my ($self, @argv) = @_;

    $self->{sock} //= $self->_connect;
    print { $self->{sock} } '*' . @argv . "\r\n", map { '$' . length($_) . "\r\n$_\r\n" } @argv;
    my $reply = eval { $self->_reply };
    if ($@) {
        delete $self->{sock} if $@ !~ /^redis:/;
        die $@;
    }
    return $reply;
}

# A visitor's profile.
sub visitor {
    my ($self, $id, %fields) = @_;
    $self->command('HSET', "pz:visitor:{$id}", %fields);
}

sub product {
    my ($self, $sku, %fields) = @_;
    my %all = (
        title => "Product $sku", url => "/product/$sku", image => "/img/$sku.svg",
        price => 100, currency => 'THB', category => 'all', stock => 5, %fields,
    );
    $self->command('HSET', "pz:product:$sku", %all);
}

sub list {
    my ($self, $key, @values) = @_;
    $self->command('DEL', $key);
    $self->command('RPUSH', $key, @values);
}

# Connections that are not ours.
sub clients {
    my ($self) = @_;
    my @lines = grep { /\S/ } split /\r?\n/, $self->command('CLIENT', 'LIST');
    return @lines - 1;
}

# How often a command was called since the start.
sub calls {
    my ($self, $command) = @_;
    my ($n) = $self->command('INFO', 'commandstats') =~ /^cmdstat_\Q$command\E:calls=(\d+)/mi;
    return $n // 0;
}

sub _connect {
    my ($self) = @_;
    my $sock = IO::Socket::UNIX->new(Peer => $self->{path}) or die "no redis at $self->{path}\n";
    $sock->autoflush(1);
    binmode $sock;
    if (defined $self->{password}) {
        local $self->{sock} = $sock;
        $self->command('AUTH', $self->{password});
    }
    return $sock;
}

sub _reply {
    my ($self) = @_;
    my $sock = $self->{sock};

    local $/ = "\r\n";
    my $line = <$sock> // die "redis closed the connection\n";
    chomp $line;
    my $type = substr $line, 0, 1, '';

    return $line if $type eq '+' || $type eq ':';
    die "redis: $line\n" if $type eq '-';
    return undef if $line < 0;
    return [ map { $self->_reply } 1 .. $line ] if $type eq '*';

    read $sock, my $bytes, $line + 2;
    return substr $bytes, 0, $line;
}

1;
