#!/usr/bin/perl

# Requests a second, and CPU of the worker a request, on a 60 KB page: plain nginx, the module
# switched off, nothing to show, and a personalized page; all in the same run.
# Usage: throughput.pl [seconds]

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use POSIX qw(sysconf _SC_CLK_TCK);

use Personalize::Site;

my $seconds = shift // 8;
my $page = $Personalize::Site::PAGE;
my $text = "<p>A line of text, as a page of a shop has it.</p>\n";
$page =~ s{Hello\.}{$text x int((60 * 1024 - length $page) / length $text)}e;

my @runs = (
    [ 'plain nginx',                     plain => 1 ],
    [ 'off',                             conf => 'personalize off;' ],
    [ 'nothing to show, cached nowhere', conf => '%%pz%%', rules => "campaign \"none\" { pages = { \"/none\" }, show = { header { \"X\", \"1\" } } }\n" ],
    [ 'a bar and a header',              conf => '%%pz%%' ],
    [ 'the same, nobody known',          conf => '%%pz%%', path => '/index.html' ],
);

printf "%-34s %12s %16s %10s\n", 'page of ' . length($page) . ' bytes', 'requests/s', 'CPU us/request', 'beside';
my $first;
for my $run (@runs) {
    my ($name, %o) = @$run;
    my ($rate, $cpu) = measure(%o);
    $first //= $cpu;
    printf "%-34s %12.0f %16.1f %9.2fx\n", $name, $rate, $cpu, $cpu / $first;
}

sub measure {
    my (%o) = @_;

    my $t = Personalize::Site->new(plain => $o{plain} || 0);
    $t->page('index.html', $page);
    $t->rules('welcome.lua', $o{rules}) if $o{rules};
    $t->config("access_log off;\nserver { listen 127.0.0.1:%%port:web%%; keepalive_requests 10000000; "
        . ($o{conf} // '') . ' }');
    $t->start;

    my $path = $o{path} // '/index.html?as=ann';
    $t->get($path) for 1 .. 20;

    my ($worker) = $t->workers;
    my $before = ticks($worker);
    my $out = `wrk -t1 -c32 -d${seconds}s -H 'Accept: text/html' http://127.0.0.1:@{[ $t->port('web') ]}$path`;
    my $used = ticks($worker) - $before;
    $t->stop;

    my ($n) = $out =~ /(\d+) requests in/;
    my ($rate) = $out =~ m{Requests/sec:\s+([\d.]+)};
    die "wrk:\n$out" if !$n || $out =~ /Non-2xx|Socket errors/;
    return ($rate, 1e6 * $used / sysconf(_SC_CLK_TCK) / $n);
}

sub ticks {
    my ($pid) = @_;
    my @fields = split ' ', Personalize::Nginx::slurp("/proc/$pid/stat") =~ s/^.*\)//r;
    return $fields[11] + $fields[12];
}
