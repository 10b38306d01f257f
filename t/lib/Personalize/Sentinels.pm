package Personalize::Sentinels;

# A master r1, replicas r2 and r3, and sentinels s1, s2, s3 that watch over a master named "shop":
# all real, on loopback ports of the test.

use strict;
use warnings;

use Time::HiRes qw(sleep);

use Personalize::Process;
use Personalize::Redis;

# Options: password (of the data servers).
sub start {
    my ($class, $t, %o) = @_;

    my $self = bless { t => $t, password => $o{password}, port => {} }, $class;
    $self->{port}{$_} = $t->port($_) for qw(r1 r2 r3 s1 s2 s3);
    $self->{name} = { reverse %{ $self->{port} } };
    $self->{redis}{r1} = $self->_redis('r1');
    $self->{redis}{$_} = $self->_redis($_, '--replicaof', '127.0.0.1', $self->{port}{r1}) for qw(r2 r3);
    $self->{sentinel}{$_} = $self->_sentinel($_) for qw(s1 s2 s3);
    return $self;
}

sub redis    { $_[0]{redis}{ $_[1] } }
sub sentinel { $_[0]{sentinel}{ $_[1] } }
sub name_of  { $_[0]{name}{ $_[1] } }

sub url {
    my ($self, $db) = @_;
    my $nodes = join ',', map { "127.0.0.1:$self->{port}{$_}" } qw(s1 s2 s3);
    return "redis-sentinel://:$self->{password}\@$nodes/$db#shop";
}

sub _redis {
    my ($self, $name, @args) = @_;
    my $dir = "$self->{t}{dir}/$name";
    mkdir $dir;
    return Personalize::Redis->start($dir, port => $self->{port}{$name}, password => $self->{password},
        args => [ '--masterauth', $self->{password}, '--repl-diskless-sync-delay', 0, @args ]);
}

# A sentinel rewrites its configuration, so each has its own folder.  It asks each server once a second whether
# it is there, also a new master: with no more patience than that it would take one that is late for dead, and
# make another one.
sub _sentinel {
    my ($self, $name) = @_;
    my $dir = "$self->{t}{dir}/$name";
    $self->{t}->write("$name/sentinel.conf", <<"CONF");
port $self->{port}{$name}
bind 127.0.0.1
unixsocket $dir/redis.sock
dir $dir
sentinel monitor shop 127.0.0.1 $self->{port}{r1} 2
sentinel auth-pass shop $self->{password}
sentinel down-after-milliseconds shop 3000
sentinel failover-timeout shop 5000
CONF
    my $sentinel = bless { dir => $dir, path => "$dir/redis.sock" }, 'Personalize::Redis';
    $sentinel->{pid} = Personalize::Process::spawn('sentinel', "$dir/log", Personalize::Redis::available(),
        "$dir/sentinel.conf", '--sentinel');
    Personalize::Process::until_true(5, sub { eval { $sentinel->command('PING') eq 'PONG' } })
        or die "no sentinel: see $dir/log\n";
    return $sentinel;
}

# A field of what a sentinel knows of the master; '' when it does not answer.
sub known {
    my ($self, $name, $field) = @_;
    my %now = eval { @{ $self->sentinel($name)->command('SENTINEL', 'MASTER', 'shop') } };
    return $now{$field} // '';
}

# Three sentinels that know each other, two replicas, a master that nobody doubts.
sub at_rest {
    my ($self, $seconds) = @_;
    return Personalize::Process::until_true($seconds // 15, sub {
        !grep {
            $self->known($_, 'num-other-sentinels') ne 2 || $self->known($_, 'num-slaves') < 2
                || $self->known($_, 'flags') ne 'master'
        } qw(s1 s2 s3);
    });
}

# The data server that all sentinels take for the master, and that says so itself; '' when they differ.
sub master {
    my ($self) = @_;
    my %names = map { ($self->name_of($self->known($_, 'port')) // '') => 1 } qw(s1 s2 s3);
    my ($name) = keys %names;
    return '' if keys %names != 1 || $name eq '';
    return (eval { $self->redis($name)->command('ROLE') } || [''])->[0] eq 'master' ? $name : '';
}

# Another one than before, once there is: its name.
sub next_master {
    my ($self, $old, $seconds) = @_;
    my $now = '';
    Personalize::Process::until_true($seconds // 20, sub {
        $now = $self->master;
        return $now ne '' && $now ne $old;
    });
    return $now;
}

# Have another one made the master; 0 when they will not.
sub failover {
    my ($self) = @_;
    return Personalize::Process::until_true(15, sub {
        my $done = eval { $self->sentinel('s1')->command('SENTINEL', 'FAILOVER', 'shop') };
        sleep 0.3 if !$done;
        return $done;
    });
}

1;
