#!/usr/bin/perl

# Golden files of the rewriter: each folder here has a page, edits and what must
# come out, however the page is cut.  A line of `edits` is one edit as the
# command takes it: operation, selector (without spaces), and the rest.
#
# After a change that is meant: golden.t --write, and read the difference.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

my $here    = dirname(abs_path($0));
my $command = $ENV{PZ_COMMAND} || "$here/../../../build/personalize";
my $write   = @ARGV && $ARGV[0] eq '--write';

sub slurp {
    my ($path) = @_;
    open my $in, '<:raw', $path or die "$path: $!\n";
    local $/;
    return scalar <$in>;
}

sub edits {
    my ($path) = @_;
    my @arguments;
    for my $line (split /\n/, slurp($path)) {
        my ($op, $selector, $rest) = split / /, $line, 3;
        my @rest = $op eq '--set-attr' ? split(/ /, $rest, 2) : defined $rest ? ($rest) : ();
        push @arguments, $op, $selector, @rest;
    }
    return @arguments;
}

sub rewrite {
    my ($page, @arguments) = @_;
    open my $in, '<', $page or die "$page: $!\n";
    my $pid = open(my $out, '-|') // die "fork: $!\n";
    if ($pid == 0) {
        open STDIN, '<&', $in;
        exec $command, 'rewrite', @arguments or die "$command: $!\n";
    }
    binmode $out;
    local $/;
    my $text = <$out> // '';
    close $out or return "exit status " . ($? >> 8);
    return $text;
}

for my $case (sort grep { -d } glob "$here/*") {
    my ($name)    = $case =~ m{([^/]+)$};
    my @arguments = edits("$case/edits");

    if ($write) {
        open my $to, '>:raw', "$case/expected.html" or die "$case: $!\n";
        print $to rewrite("$case/input.html", @arguments);
        next;
    }

    my $expected = slurp("$case/expected.html");
    is(rewrite("$case/input.html", @arguments), $expected, "$name: whole");

    my @wrong = grep { rewrite("$case/input.html", @arguments, '--chunk', $_) ne $expected }
        1 .. 40, 64, 100, 255, 256, 1000;
    is("@wrong", '', "$name: in chunks of any size");
}

done_testing() unless $write;
