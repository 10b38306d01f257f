#!/usr/bin/perl

# The test site for programs that are not Perl.  One JSON object on the first line of stdin:
#
#   ports     names of ports to choose
#   config    the http block, as Personalize::Nginx takes it
#   rules     { "name.lua": text }      pages   { "name.html": text }
#   visitors  { id: { field: value } }  redis   [ [ command, argument ... ] ... ]
#
#   link      1: what Redis answers can be delayed
#
# It answers with { dir, ports } in one line.  Each line after that may hold rules, pages,
# visitors and redis again, link => { delay => seconds }, log => 1 or workers => 1, and is answered
# with the log and the workers' pids.  The site ends with stdin.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/..";
use JSON::PP;

use Personalize::Site;

$| = 1;
binmode STDOUT, ':raw';
binmode STDIN,  ':raw';
my $json = JSON::PP->new->utf8->canonical;
my $octets = JSON::PP->new->utf8;

my $first = $json->decode(scalar(<STDIN>) // die "no description of the site\n");
my $site = Personalize::Site->new(rules => 0, level => $first->{level} // 'info', link => $first->{link});
$site->port($_) for @{ $first->{ports} || [] };
fill($first);
$site->config($first->{config});
$site->start;
answer({ dir => $site->dir, ports => $site->{ports} });

while (my $line = <STDIN>) {
    my $more = $json->decode($line);
    fill($more);
    answer({
        $more->{log}     ? (log     => $site->log)                  : (),
        $more->{workers} ? (workers => [ map { 0 + $_ } $site->workers ]) : (),
    });
}

sub answer { print $octets->encode($_[0]), "\n" }

sub fill {
    my ($what) = @_;

    my %files = (%{ $what->{rules} || {} });
    $site->rules($_, bytes($files{$_})) for sort keys %files;
    %files = (%{ $what->{pages} || {} });
    $site->page($_, bytes($files{$_})) for sort keys %files;

    my $visitors = $what->{visitors} || {};
    for my $id (sort keys %$visitors) {
        $site->redis->command('DEL', "pz:visitor:{$id}");
        $site->redis->visitor($id, map { bytes($_) } %{ $visitors->{$id} });
    }
    $site->link->set(%{ $what->{link} }) if ref $what->{link};
    $site->redis->command(map { bytes($_) } @$_) for @{ $what->{redis} || [] };
}

sub bytes {
    my ($text) = @_;
    utf8::encode($text);
    return $text;
}
