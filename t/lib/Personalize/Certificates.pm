package Personalize::Certificates;

# Certificates of a test, made by openssl in a folder that workers may read.
#
#   my $certs = Personalize::Certificates->new($folder);
#   my ($cert, $key) = $certs->issue('server', names => ['DNS:localhost', 'IP:127.0.0.1']);

use strict;
use warnings;

use Personalize::Nginx;

sub available { return system('openssl version >/dev/null 2>&1') == 0 }

sub new {
    my ($class, $dir) = @_;
    my $self = bless { dir => "$dir/certs" }, $class;
    mkdir $self->{dir};
    $self->authority('ca');
    return $self;
}

sub path { my ($self, $name) = @_; return "$self->{dir}/$name" }

# A new authority: NAME.crt and NAME.key.
sub authority {
    my ($self, $name) = @_;
    $self->_key($name);
    $self->_openssl('req', '-x509', '-new', '-key', "$name.key", '-subj', "/CN=test $name", '-days', 2,
        '-out', "$name.crt");
    return $self->path("$name.crt");
}

# Options: names (subjectAltName), by (the authority), expired.  The paths of certificate and key.
sub issue {
    my ($self, $name, %o) = @_;
    my $by = $o{by} // 'ca';
    my @names = @{ $o{names} || ["DNS:$name"] };

    $self->_key($name);
    $self->_openssl('req', '-new', '-key', "$name.key", '-subj', "/CN=$name", '-out', "$name.csr");
    open my $fh, '>', $self->path("$name.ext") or die "$name.ext: $!";
    print $fh 'subjectAltName=' . join(',', @names) . "\n";
    close $fh;

    # x509 takes no past date: a period of no days has passed in the next second.
    $self->_openssl('x509', '-req', '-in', "$name.csr", '-CA', "$by.crt", '-CAkey', "$by.key",
        '-CAcreateserial', '-days', $o{expired} ? 0 : 2, '-extfile', "$name.ext", '-out', "$name.crt");
    return map { $self->path("$name.$_") } qw(crt key);
}

sub _key {
    my ($self, $name) = @_;
    $self->_openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', "$name.key");
    chmod 0644, $self->path("$name.key");
}

sub _openssl {
    my ($self, @argv) = @_;
    my $log = $self->path('log');
    system("cd '$self->{dir}' && openssl @{[ map { qq{'$_'} } @argv ]} >'$log' 2>&1") == 0
        or die "openssl @argv:\n" . Personalize::Nginx::slurp($log);
}

1;
