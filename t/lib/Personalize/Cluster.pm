package Personalize::Cluster;

# A private Redis Cluster on loopback ports: masters n1, n2 ... with slots in equal parts, and as
# many replicas again (n4 replicates n1 ...), put together command by command.

use strict;
use warnings;

# visitor, product and list are those of one server, with `command` of our own.
use parent 'Personalize::Redis';

use Personalize::Process;
use Personalize::Redis;

use constant SLOTS => 16384;

# Options: masters (3), replicas (1: of each master), password, args (of each redis-server),
# hosts (addresses of nodes by name: 127.0.0.1), tls (redis-server's options for it), timeout (cluster-node-timeout, in ms).
sub start {
    my ($class, $t, %o) = @_;

    my $self = bless { t => $t, nodes => {}, masters => 3, replicas => 1, timeout => 1200, %o }, $class;
    $self->{names} = [ map { "n$_" } 1 .. $self->{masters} * (1 + $self->{replicas}) ];
    $self->add($_) for @{ $self->{names} };
    $self->_join;
    return $self;
}

# One more server, of no cluster yet.
sub add {
    my ($self, $name, @args) = @_;
    my $t = $self->{t};

    mkdir "$t->{dir}/$name";
    $self->{nodes}{$name} = Personalize::Redis->start("$t->{dir}/$name",
        port => $self->{tls} ? 0 : $t->port($name), password => $self->{password},
        args => [ '--bind', $self->host($name), '--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf',
            '--cluster-port', $t->port("$name-bus"), '--cluster-node-timeout', $self->{timeout},
            '--repl-diskless-sync-delay', 0, '--appendonly', 'no',
            # a master that loses its last slot would become a replica, before it is told of that by us or after
            '--cluster-allow-replica-migration', 'no',
            $self->{tls} ? ('--tls-port', $t->port($name), '--tls-cluster', 'yes', '--tls-replication', 'yes',
                @{ $self->{tls} }) : (),
            $self->{hosts} ? ('--cluster-announce-ip', $self->host($name)) : (),
            defined $self->{password} ? ('--masterauth', $self->{password}) : (),
            @{ $self->{args} || [] }, @args ]);
    $self->{ids}{$name} = $self->node($name)->command('CLUSTER', 'MYID');
    return $self->node($name);
}

sub names { @{ $_[0]{names} } }
sub node  { $_[0]{nodes}{ $_[1] } }
sub port  { $_[0]{t}->port($_[1]) }
sub host  { $_[0]{hosts}{ $_[1] } // '127.0.0.1' }
sub id    { $_[0]{ids}{ $_[1] } }

sub url {
    my ($self, @names) = @_;
    my $user = defined $self->{password} ? ":$self->{password}\@" : '';
    @names = $self->names if !@names;
    my $scheme = $self->{tls} ? 'rediss-cluster' : 'redis-cluster';
    return "$scheme://$user" . join ',', map { $self->host($_) . ':' . $self->port($_) } @names;
}

# Make `name` known to the cluster that n1 is in, and wait until all know it.
sub meet {
    my ($self, $name) = @_;
    $self->node('n1')->command('CLUSTER', 'MEET', $self->host($name), $self->port($name), $self->port("$name-bus"));
}

sub info {
    my ($self, $name) = @_;
    return map { /^(\w+):(.*?)\r?$/ ? ($1 => $2) : () } split /\n/, $self->node($name)->command('CLUSTER', 'INFO');
}

sub _join {
    my ($self) = @_;
    my @names = $self->names;
    my $n = $self->{masters};

    for my $i (0 .. $#names) {
        $self->node($names[$i])->command('CLUSTER', 'SET-CONFIG-EPOCH', $i + 1);
    }
    for my $i (0 .. $n - 1) {
        my ($first, $last) = (int(SLOTS * $i / $n), int(SLOTS * ($i + 1) / $n) - 1);
        $self->node($names[$i])->command('CLUSTER', 'ADDSLOTSRANGE', $first, $last);
    }
    $self->meet($_) for @names[ 1 .. $#names ];
    $self->wait_for('all nodes to know each other', 20, sub {
        !grep { my %i = $self->info($_); $i{cluster_known_nodes} != @names } @names;
    });
    for my $i ($n .. $#names) {
        my $master = $self->id($names[ $i % $n ]);
        $self->wait_for("$names[$i] to replicate", 10, sub {
            eval { $self->node($names[$i])->command('CLUSTER', 'REPLICATE', $master) }
        });
    }
    $self->wait_until_whole;
}

# All slots served, all replicas in step, by each node's own account.
sub wait_until_whole {
    my ($self, @names) = @_;
    @names = $self->names if !@names;
    $self->wait_for('the cluster to be whole', 30, sub {
        for my $name (@names) {
            my %i = $self->info($name);
            return 0 if $i{cluster_state} ne 'ok';
            my $role = $self->node($name)->command('ROLE');
            return 0 if $role->[0] eq 'slave' && $role->[3] ne 'connected';
        }
        return 1;
    });
}

sub wait_for {
    my ($self, $what, $seconds, $code) = @_;
    Personalize::Process::until_true($seconds, $code) or die "waited $seconds s for $what\n";
}

# --- keys --------------------------------------------------------------------

sub slot {
    my ($key) = @_;
    $key = $1 if $key =~ /\{([^}]+)\}/ && $key !~ /^[^{]*\{\}/;
    my $crc = 0;
    for my $byte (unpack 'C*', $key) {
        $crc ^= $byte << 8;
        $crc = ($crc & 0x8000 ? $crc << 1 ^ 0x1021 : $crc << 1) & 0xffff for 1 .. 8;
    }
    return $crc % SLOTS;
}

# The node that serves a slot, by the account of a node that lives.
sub owner {
    my ($self, $slot, @ask) = @_;
    my %by_id = reverse %{ $self->{ids} };

    for my $name (@ask ? @ask : $self->names) {
        my $slots = eval { $self->node($name)->command('CLUSTER', 'SLOTS') } or next;
        for my $range (@$slots) {
            return $by_id{ $range->[2][2] } if $range->[0] <= $slot && $slot <= $range->[1];
        }
    }
    return undef;
}

# A command, sent to the node that serves its key (the second word).
sub command {
    my ($self, @argv) = @_;
    return $self->node($self->owner(slot($argv[1])))->command(@argv);
}

# A key of this form (%d is a number) whose slot the node serves.
sub key_of {
    my ($self, $name, $form, $from) = @_;
    for my $i (($from // 0) .. 100_000) {
        my $key = sprintf $form, $i;
        return $key if $self->owner(slot($key)) eq $name;
    }
}

# --- slots that move -----------------------------------------------------------

# The steps of redis-cli --cluster reshard, one at a time.
sub move_begin {
    my ($self, $slot, $from, $to) = @_;
    $self->node($to)->command('CLUSTER', 'SETSLOT', $slot, 'IMPORTING', $self->id($from));
    $self->node($from)->command('CLUSTER', 'SETSLOT', $slot, 'MIGRATING', $self->id($to));
}

sub move_keys {
    my ($self, $slot, $from, $to, @keys) = @_;
    @keys = @{ $self->node($from)->command('CLUSTER', 'GETKEYSINSLOT', $slot, 10_000) } if !@keys;
    return if !@keys;
    my @auth = defined $self->{password} ? ('AUTH', $self->{password}) : ();
    $self->node($from)->command('MIGRATE', $self->host($to), $self->port($to), '', 0, 5000, @auth, 'KEYS', @keys);
}

sub move_end {
    my ($self, $slot, $from, $to) = @_;
    my $id = $self->id($to);
    $self->node($_)->command('CLUSTER', 'SETSLOT', $slot, 'NODE', $id) for $to, $from;

    # Gossip would tell the other masters as well, after a while.
    for my $name (grep { $_ ne $to && $_ ne $from } keys %{ $self->{nodes} }) {
        eval { $self->node($name)->command('CLUSTER', 'SETSLOT', $slot, 'NODE', $id) };
    }
}

sub move {
    my ($self, @way) = @_;
    $self->move_begin(@way);
    $self->move_keys(@way);
    $self->move_end(@way);
}

# A key's slot, to another node.
sub move_key {
    my ($self, $key, $to) = @_;
    my $slot = slot($key);
    my $from = $self->owner($slot);
    $self->move($slot, $from, $to) if $from ne $to;
}

# --- connections ---------------------------------------------------------------

# Clients of a node that are neither the test's nor the cluster's own.
sub clients {
    my ($self, $name, $type) = @_;
    my $node = $self->node($name);
    my $mine = $node->command('CLIENT', 'ID');
    my @lines = grep { /^id=(\d+)/ && $1 != $mine }
        split /\r?\n/, $node->command('CLIENT', 'LIST', 'TYPE', $type // 'normal');
    return scalar grep { !/cmd=(?:migrate|restore)/i && / addr=127\./ } @lines;
}

# Connections that a node has taken since it started.
sub accepted {
    my ($self, $name) = @_;
    return $self->node($name)->command('INFO', 'stats') =~ /^total_connections_received:(\d+)/m ? $1 : undef;
}

1;
