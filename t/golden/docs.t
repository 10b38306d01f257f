#!/usr/bin/perl

# What README.md and docs/ show works: their rules load, their links lead somewhere.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Test::More;

chdir abs_path(dirname(__FILE__) . '/../..') or die "chdir: $!\n";
my $command = 'build/personalize';
my $scratch = tempdir(CLEANUP => 1);

for my $page ('README.md', sort glob('docs/*.md docs/adr/*.md')) {
    my $text = read_file($page);
    is_deeply([dead_links($page, $text)], [], "$page: its links lead somewhere");

    my @rules = grep { /^\s*(?:campaign|segment|fields)\b/m } $text =~ /^```lua\n(.*?)^```/gms;
    SKIP: {
        skip 'the command is not built', scalar @rules if @rules && !-x $command;
        my $number = 0;
        for my $rule (@rules) {
            my $file = sprintf '%s/%02d.lua', $scratch, ++$number;
            open my $out, '>', $file or die "$file: $!\n";
            print $out $rule;
            close $out;
            my $said = `$command check $file 2>&1`;
            is($?, 0, "$page: rules no. $number load") or diag($said);
            unlink $file;
        }
    }
}
done_testing();


sub read_file {
    my ($name) = @_;
    open my $in, '<', $name or die "$name: $!\n";
    local $/;
    return scalar <$in>;
}

# Links to files, and to headings of Markdown files as GitHub names them.
sub dead_links {
    my ($page, $text) = @_;
    my @dead;
    $text =~ s/^```.*?^```//gms;
    while ($text =~ /\]\(([^)\s]+)\)/g) {
        my $link = $1;
        next if $link =~ m{^[a-z]+://};
        my ($file, $heading) = split /#/, $link, 2;
        my $target = $file eq '' ? $page : dirname($page) . "/$file";
        if (!-e $target) {
            push @dead, $link;
        } elsif (defined $heading && !grep { $_ eq $heading } headings(read_file($target))) {
            push @dead, $link;
        }
    }
    return @dead;
}

sub headings {
    my ($text) = @_;
    $text =~ s/^```.*?^```//gms;
    return map { my $name = lc; $name =~ s/[^\w\- ]//g; $name =~ s/ /-/g; $name }
           map { s/\s+$//r } $text =~ /^#+ +(.*)$/mg;
}
