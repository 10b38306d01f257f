package Personalize::Cluster;

# A private Redis Cluster on loopback ports: masters n1, n2 ... with slots in equal parts, and as
# many replicas again (n4 replicates n1 ...), put together command by command.

use strict;
use warnings;

# visitor, product and list are those of one server, with `command` of our own.
use parent 'Personalize::Redis';

use Time::HiRes qw(time);

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

# What a node refuses meanwhile is asked again.
sub wait_for {
    my ($self, $what, $seconds, $code) = @_;
    my $why = '';
    Personalize::Process::until_true($seconds, sub {
        my $value = eval { $code->() };
        $why = $@ ne '' ? ": $@" : '';
        return $value;
    }) or die "waited $seconds s for $what$why\n";
}

# Until these masters say the same of one another: whose which slots are, by which epoch.  A slot that is moved
# earlier may be given back by news of before.  Who is not believed for long claims his slots by a new epoch.
sub agree {
    my ($self, @names) = @_;
    my $claimed = time;
    $self->wait_for("@names to agree", 20, sub {
        my %says = map { $_ => $self->_account($_, @names) } @names;
        my $differs = sub { my ($name) = @_; return grep { $says{$_}{$name} ne $says{$name}{$name} } @names };
        return 1 if !grep { $differs->($_) } @names;
        return 0 if time - $claimed < 3;

        $claimed = time;
        for my $name (@names) {
            my $denied = grep {
                my %has = map { $_ => 1 } _slots($says{$_}{$name});
                grep { !$has{$_} } _slots($says{$name}{$name});
            } $differs->($name);
            $self->node($name)->command('CLUSTER', 'BUMPEPOCH') if $denied;
        }
        return 0;
    });
}

# What a node says of these: each one's epoch and slots, as text.
sub _account {
    my ($self, $name, @of) = @_;
    my %says = map { $_ => 'nothing' } @of;
    my %by_id = map { $self->id($_) => $_ } @of;

    for my $line (split /\n/, $self->node($name)->command('CLUSTER', 'NODES')) {
        my @words = split ' ', $line;
        my $node = $by_id{ $words[0] } // next;
        $says{$node} = join ' ', $words[6], grep { !/^\[/ } @words[ 8 .. $#words ];
    }
    return \%says;
}

sub _slots {
    my ($epoch, @ranges) = split ' ', $_[0];
    return map { my ($first, $last) = split /-/; $first .. $last // $first } @ranges;
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

# The node that serves a slot: who says so of itself, as far as the nodes lead to him; or by the account of
# a node that lives.
sub owner {
    my ($self, $slot, @ask) = @_;
    return $self->_told($slot, @ask) if @ask;

    my $name = $self->_told($slot, $self->names);
    for (1 .. 5) {
        my $next = defined $name ? $self->_told($slot, $name) : undef;
        return $name if !defined $next || $next eq $name;
        $name = $next;
    }
    return $name;
}

sub _told {
    my ($self, $slot, @ask) = @_;
    my %by_id = reverse %{ $self->{ids} };

    for my $name (@ask) {
        my $slots = eval { $self->node($name)->command('CLUSTER', 'SLOTS') } or next;
        for my $range (@$slots) {
            return $by_id{ $range->[2][2] } if $range->[0] <= $slot && $slot <= $range->[1];
        }
    }
    return undef;
}

# A command, sent to the node that serves its key (the second word); redirected, as any client of a cluster is.
sub command {
    my ($self, @argv) = @_;
    my ($reply, $refused);
    my $name = $self->owner(slot($argv[1]));

    Personalize::Process::until_true(10, sub {
        $refused = '';
        eval { $reply = $self->node($name)->command(@argv); 1 } and return 1;
        $refused = $@;
        die $refused if $refused !~ /^redis: (?:(?:MOVED|ASK) \d+ \S+:(\d+)|TRYAGAIN|CLUSTERDOWN)/;
        ($name) = grep { $self->port($_) == $1 } keys %{ $self->{nodes} } if defined $1;
        $self->node($name)->command('ASKING') if $refused =~ /^redis: ASK/;
        return 0;
    });
    die $refused if $refused ne '';
    return $reply;
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

# These keys, or all that there are.
sub move_keys {
    my ($self, $slot, $from, $to, @keys) = @_;
    return $self->_migrate($from, $to, \@keys) if @keys;

    # One that was copied before the line broke is in both places: that of the old one is right.
    my $tries = 0;
    $self->wait_for("the keys of slot $slot to move from $from to $to", 20, sub {
        my @left = @{ $self->node($from)->command('CLUSTER', 'GETKEYSINSLOT', $slot, 10_000) };
        return 1 if !@left;
        $self->_migrate($from, $to, \@left, $tries++ ? 'REPLACE' : ());
        return 0;
    });
}

sub _migrate {
    my ($self, $from, $to, $keys, @how) = @_;
    push @how, 'AUTH', $self->{password} if defined $self->{password};
    $self->node($from)->command('MIGRATE', $self->host($to), $self->port($to), '', 0, 5000, @how, 'KEYS', @$keys);
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
