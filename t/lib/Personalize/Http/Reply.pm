package Personalize::Http::Reply;

# One reply, parsed as it arrives.

use strict;
use warnings;

use IO::Uncompress::Gunzip qw(gunzip);
use IO::Uncompress::Inflate qw(inflate);
use Time::HiRes qw(time);

sub new {
    my ($class, $method, $sent) = @_;

    return bless {
        method => $method, sent => $sent, state => 'head', buf => '', body => '',
        headers => [], trailers => [], interim => [], chunks => 0,
    }, $class;
}

# Take bytes; returns those behind the end of the reply.
sub feed {
    my ($self, $bytes) = @_;

    $self->{buf} .= $bytes;
    1 while $self->{state} ne 'done' && $self->can("_$self->{state}")->($self);

    return '' if $self->{state} ne 'done';
    my $rest = $self->{buf};
    $self->{buf} = '';
    return $rest;
}

sub eof {
    my ($self) = @_;
    $self->_end if $self->{state} eq 'close';
    $self->{closed} = 1;
}

sub complete { $_[0]{state} eq 'done' }
sub status   { $_[0]{status} // 0 }
sub body     { $_[0]{body} }
sub ttfb     { $_[0]{first} ? $_[0]{first} - $_[0]{sent} : undef }    # seconds to the final head
sub total    { $_[0]{last} ? $_[0]{last} - $_[0]{sent} : undef }
sub chunks   { $_[0]{chunks} }
sub head     { $_[0]{head} // '' }

# The value of a header; several are joined as the standard says; undef when there is none.
sub header {
    my ($self, $name) = @_;
    my @values = $self->all($name);
    return @values ? join(', ', @values) : undef;
}

sub all {
    my ($self, $name) = @_;
    return map { $_->[1] } grep { lc $_->[0] eq lc $name } @{ $self->{headers} };
}

sub trailer {
    my ($self, $name) = @_;
    my ($t) = grep { lc $_->[0] eq lc $name } @{ $self->{trailers} };
    return $t && $t->[1];
}

# NAME=VALUE of a Set-Cookie, as the next request sends it back.
sub cookie {
    my ($self, $name) = @_;
    for ($self->all('Set-Cookie')) {
        return $1 if /^(\Q$name\E=[^;]*)/;
    }
    return undef;
}

# The body without its Content-Encoding.
sub decoded {
    my ($self) = @_;
    my $encoding = $self->header('Content-Encoding') // '';
    my $plain;

    return $self->{body} if $encoding eq '';
    return $plain if $encoding eq 'gzip' && gunzip(\$self->{body} => \$plain, MultiStream => 1);
    return $plain if $encoding eq 'deflate' && inflate(\$self->{body} => \$plain);
    return undef;
}

sub _head {
    my ($self) = @_;

    $self->{buf} =~ s/\A(.*?\r\n)\r\n//s or return 0;
    my ($line, @lines) = split /\r\n/, $1;
    my $head = $1;
    my ($status) = $line =~ m{^HTTP/1\.\d (\d\d\d)};

    if (defined $status && $status =~ /^1/ && $status ne '101') {
        push @{ $self->{interim} }, $head;
        return 1;
    }

    @$self{qw(head status first last)} = ($head, $status, time(), time());
    $self->{headers} = [ map { [ split /:\s*/, $_, 2 ] } @lines ];
    $self->_choose_framing;
    return 1;
}

sub _choose_framing {
    my ($self) = @_;
    my $length = $self->header('Content-Length');

    if ($self->{method} eq 'HEAD' || $self->status =~ /^(204|304)$/) {
        $self->_end;
    } elsif (($self->header('Transfer-Encoding') // '') eq 'chunked') {
        $self->{state} = 'chunk';
    } elsif (defined $length) {
        $self->{left} = $length;
        $self->{state} = 'length';
    } else {
        $self->{state} = 'close';
    }
}

sub _length {
    my ($self) = @_;
    my $part = substr($self->{buf}, 0, $self->{left}, '');
    $self->{body} .= $part;
    $self->{left} -= length $part;
    $self->_end if $self->{left} == 0;
    return 0;
}

sub _close {
    my ($self) = @_;
    $self->{body} .= $self->{buf};
    $self->{buf} = '';
    return 0;
}

sub _chunk {
    my ($self) = @_;
    $self->{buf} =~ s/\A([0-9a-fA-F]+)[^\r\n]*\r\n// or return 0;
    $self->{left} = hex $1;
    $self->{state} = $self->{left} ? 'data' : 'trailers';
    $self->{chunks}++ if $self->{left};
    return 1;
}

sub _data {
    my ($self) = @_;
    return 0 if length $self->{buf} < $self->{left} + 2;
    $self->{body} .= substr($self->{buf}, 0, $self->{left}, '');
    die "chunk without its end\n" if substr($self->{buf}, 0, 2, '') ne "\r\n";
    $self->{state} = 'chunk';
    return 1;
}

sub _trailers {
    my ($self) = @_;
    $self->{buf} =~ s/\A(.*?)\r\n// or return 0;
    if ($1 eq '') {
        $self->_end;
    } else {
        push @{ $self->{trailers} }, [ split /:\s*/, $1, 2 ];
    }
    return 1;
}

sub _end {
    my ($self) = @_;
    $self->{state} = 'done';
    $self->{last} = time();
}

1;
