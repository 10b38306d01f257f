package Personalize::Dns;

# A name server of the test's own: it knows what the test tells it, and may be slow or silent.
#
#   my $dns = Personalize::Dns->start($folder, $port);
#   $dns->let('redis.test' => { address => '127.0.0.2', ttl => 1 });
#   $dns->let('redis.test' => { none => 1 });                # NXDOMAIN
#   $dns->let('redis.test' => { silent => 1 });
#   $dns->let('redis.test' => { address => '127.0.0.2', delay => 0.1 });

use strict;
use warnings;

use IO::Socket::INET;
use JSON::PP qw(decode_json encode_json);
use Socket qw(inet_aton);
use Time::HiRes qw(sleep);

use Personalize::Nginx;
use Personalize::Process;

sub start {
    my ($class, $dir, $port) = @_;
    my $self = bless { table => "$dir/dns.json", log => "$dir/dns.log", names => {} }, $class;
    $self->let;

    my $sock = IO::Socket::INET->new(LocalAddr => "127.0.0.1:$port", Proto => 'udp')
        or die "cannot serve names at port $port: $@\n";
    $self->{pid} = Personalize::Process::background('dns', sub { $self->_serve($sock) });
    return $self;
}

sub let {
    my ($self, %names) = @_;
    $self->{names}{$_} = $names{$_} for keys %names;

    open my $fh, '>', "$self->{table}.new" or die "$self->{table}: $!";
    print $fh encode_json($self->{names});
    close $fh;
    rename "$self->{table}.new", $self->{table} or die "$self->{table}: $!";
}

# How many questions for addresses came.
sub asked { my ($self) = @_; return scalar(my @lines = split /\n/, Personalize::Nginx::slurp($self->{log})) }

sub stop { my ($self) = @_; Personalize::Process::stop(delete $self->{pid}) if $self->{pid} }

sub _serve {
    my ($self, $sock) = @_;

    while (defined(my $peer = $sock->recv(my $query, 4096))) {
        my ($id, undef, $questions) = unpack 'nnn', $query;
        my ($at, @labels) = (12);
        while (my $len = ord substr $query, $at, 1) {
            push @labels, substr $query, $at + 1, $len;
            $at += $len + 1;
        }
        my $question = substr $query, 12, $at + 5 - 12;
        my $type = unpack 'n', substr $query, $at + 1, 2;
        my $name = lc join '.', @labels;

        open my $log, '>>', $self->{log} or die "$self->{log}: $!";
        syswrite $log, "$name $type\n";
        close $log;

        my $entry = decode_json(Personalize::Nginx::slurp($self->{table}))->{$name} // { none => 1 };
        next if $entry->{silent};
        sleep $entry->{delay} if $entry->{delay};

        my @answers = $type == 1 && $entry->{address}
            ? map { pack 'nnnNna4', 0xc00c, 1, 1, $entry->{ttl} // 1, 4, inet_aton($_) } ref $entry->{address}
                ? @{ $entry->{address} } : $entry->{address} : ();
        my $flags = 0x8180 | ($entry->{none} ? 3 : 0);
        $sock->send(pack('nnnnnn', $id, $flags, 1, scalar @answers, 0, 0) . $question . join('', @answers), 0, $peer);
    }
}

1;
