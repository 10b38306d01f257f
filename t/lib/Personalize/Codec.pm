package Personalize::Codec;

# Content codings for scripted origins.

use strict;
use warnings;

use Compress::Raw::Zlib qw(Z_OK Z_STREAM_END MAX_WBITS WANT_GZIP);
use Exporter qw(import);

our @EXPORT_OK = qw(gzip deflate raw_deflate brotli_stored encode);

sub gzip        { return _zlib($_[0], WANT_GZIP) }
sub deflate     { return _zlib($_[0], MAX_WBITS) }
sub raw_deflate { return _zlib($_[0], -MAX_WBITS()) }

# Brotli (RFC 7932) with stored meta-blocks only: every decoder must take it, and no encoder is
# needed to make it.
sub brotli_stored {
    my ($plain) = @_;
    my $out = '';
    my $bits = '0';    # WBITS 16

    for (my $at = 0; $at < length $plain; $at += 65536) {
        my $block = substr $plain, $at, 65536;

        # ISLAST 0, MNIBBLES 4, MLEN - 1, ISUNCOMPRESSED 1; the lowest bit comes first
        $bits .= '0' . '00' . _low_first(length($block) - 1, 16) . '1';
        $out .= _bytes($bits) . $block;
        $bits = '';
    }

    return $out . _bytes($bits . '11');    # ISLAST, ISLASTEMPTY
}

sub encode {
    my ($coding, $plain) = @_;
    my %with = (gzip => \&gzip, deflate => \&deflate, br => \&brotli_stored);
    my $code = $with{$coding} or die "no coding named $coding\n";
    return $code->($plain);
}

sub _zlib {
    my ($plain, $window) = @_;
    my $deflate = Compress::Raw::Zlib::Deflate->new(-WindowBits => $window, -AppendOutput => 1);
    my $out = '';
    $deflate->deflate($plain, $out) == Z_OK or die "deflate\n";
    $deflate->flush($out) == Z_OK or die "deflate\n";
    return $out;
}

sub _low_first {
    my ($n, $width) = @_;
    return scalar reverse sprintf '%0*b', $width, $n;
}

sub _bytes {
    my ($bits) = @_;
    return pack 'b*', $bits;
}

1;
