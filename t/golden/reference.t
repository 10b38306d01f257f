#!/usr/bin/perl

# The reference in docs/ has what the sources have: directives with their contexts and defaults,
# variables, status and lookup words, metric families and their values.

use strict;
use warnings;

use FindBin;
use Test::More;

my $root = "$FindBin::Bin/../..";

sub slurp {
    my ($path) = @_;
    open my $fh, '<', "$root/$path" or die "$path: $!\n";
    local $/;
    return scalar <$fh>;
}

my $directives = slurp('docs/directives.md');
my $metrics = slurp('docs/metrics.md');
my $counters = slurp('src/nginx/cache/ngx_pz_counters.h');
my $help = slurp('src/nginx/endpoint/ngx_pz_metric_head.c');

# --- directives

my %source = slurp('src/nginx/module/ngx_pz_directives.c')
    =~ /\{ ngx_string\("(personalize\w*)"\),\s*([A-Z_0-9|\s]+),/g;
cmp_ok(scalar keys %source, '>=', 16, 'directives in the source');

my %section = $directives =~ /^## (personalize\w*)\n(.*?)(?=^##? |\z)/gms;
is_deeply([ sort keys %section ], [ sort keys %source ], 'each has its section, and no section is without');

for my $name (sort keys %source) {
    next if $section{$name} =~ /^Not supported yet/m;

    like($section{$name}, qr/^    Syntax:  $name\b.*;$/m, "$name: syntax");

    my $where = $source{$name} =~ /ANYWHERE/
        ? ($source{$name} =~ /LIF_CONF/ ? undef : 'http, server, location')
        : 'location';
    my ($says) = $section{$name} =~ /^    Context: (.*)$/m;
    is($says, $where, '  context');
    like($directives, qr/\[$name\]\(#$name\)/, '  in the table at the top');
}

my %default = slurp('src/nginx/module/ngx_pz_conf.c')
    =~ /^#define NGX_PZ_(DEADLINE|MAX_BUFFER|CACHE_CONTROL)\s+("[^"]*"|\d+)/gm;
$default{CACHE_CONTROL} =~ tr/"//d;
my %time = slurp('src/nginx/module/ngx_pz_conf_cache.c')
    =~ /^#define NGX_PZ_CONF_CACHE_(TTL|STALE|NEGATIVE)\s+(\d+)/gm;
for my $name (sort keys %time) {
    my $seconds = $time{$name} ? $time{$name} / 1000 . 's' : 0;
    like($section{personalize_cache}, qr/^\| `\L$name\E=` \| $seconds \|/m, "the default \L$name\E of the cache");
}
like($section{personalize_deadline}, qr/Default: personalize_deadline $default{DEADLINE}ms;/, 'the default deadline');
my $kilobytes = $default{MAX_BUFFER} / 1024;
like($section{personalize_max_buffer}, qr/Default: personalize_max_buffer ${kilobytes}k;/, 'the default buffer');
like($section{personalize_cache_control}, qr/Default: personalize_cache_control "\Q$default{CACHE_CONTROL}\E";/,
    'the default Cache-Control');

# --- variables

my @variables = slurp('src/nginx/module/ngx_pz_variables.c') =~ /ngx_string\("(personalize_\w+)"\)/g;
cmp_ok(scalar @variables, '>=', 7, 'variables in the source');
like($directives, qr/^\| `\$\Q$_\E` \|/m, "\$$_") for @variables;
like($directives, qr/^\| `\$personalize_variant_NAME` \|/m, '$personalize_variant_NAME');

# --- words

sub list {
    my ($name, $pattern) = @_;
    my ($lines) = $counters =~ /#define $name\(X\)(.*?[^\\])\n\n/s or die "no $name\n";
    return map { [ /$pattern/ ] } grep { /$pattern/ } split /\n/, $lines;
}

my @statuses = map { $_->[0] } list('NGX_PZ_STATUSES', qr/X\(\w+,\s*"(\w+)"\)/);
cmp_ok(scalar @statuses, '>=', 20, 'statuses in the source');
my ($table) = $directives =~ /^## \$personalize_status values\n(.*)/ms;
is_deeply([ $table =~ /^\| `(\w+)` \|/gm ], \@statuses, 'each has its row, in order');

my ($responses) = $metrics =~ /^### personalize_responses_total\{status\}\n(.*?)^### /ms;
like($responses, qr/`$_`/, "personalize_responses_total: $_") for @statuses;

my ($lookups) = $metrics =~ /^### personalize_lookups_total\{outcome\}\n(.*?)^##/ms;
for my $word (map { $_->[0] } list('NGX_PZ_LOOKUPS', qr/X\(\w+,\s*"(\w+)"\)/)) {
    like($lookups, qr/^\|.*`$word`.*\|/m, "personalize_lookups_total: $word");
    like($directives, qr/^\| `\$personalize_lookup` \|.*`$word`/m, '  in the variable as well');
}

# --- families

my (%values, %label);
for (list('NGX_PZ_EVENTS', qr/X\(\w+,\s*"(\w+)",\s*"(\w+)",\s*"(\w+)"\)/)) {
    my ($family, $label, $value) = @$_;
    push @{ $values{$family} }, $value;
    is($label, $label{$family} //= $label, "$family has one label");
}
cmp_ok(scalar keys %values, '>=', 9, 'families in the source');

for my $family (sort keys %values) {
    my ($text) = $metrics =~ /^### personalize_${family}_total\{$label{$family}\}\n(.*?)(?=^##|\z)/ms;
    ok($text, "personalize_${family}_total has its section") or next;
    like($text, qr/`$_`/, "  $_") for @{ $values{$family} };
    like($help, qr/^    \{ "$family",\s+"[A-Z].*\." \},$/m, '  and its HELP');
}

# --- histograms

my (%times, %time_label);
my ($list) = slurp('src/nginx/cache/ngx_pz_histogram.h') =~ /#define NGX_PZ_TIMES\(X\)(.*?[^\\])\n\n/s;
push @{ $times{$1} }, $3 and $time_label{$1} = $2 while $list =~ /X\(\w+,\s*"(\w+)",\s*"(\w+)",\s*"(\w+)",/g;
cmp_ok(scalar keys %times, '>=', 4, 'histograms in the source');

for my $family (sort keys %times) {
    my ($text) = $metrics =~ /^### personalize_$family\{$time_label{$family}\}\n(.*?)(?=^##|\z)/ms;
    ok($text, "personalize_$family has its section") or next;
    like($text, qr/`$_`/, "  $_") for @{ $times{$family} };
    like($help, qr/^    \{ "$family",\s+"[A-Z].*\." \},$/m, '  and its HELP');
}

my @gauges = slurp('src/nginx/endpoint/ngx_pz_metrics.c') =~ /ngx_pz_metrics_(?:gauge|zone)\(sb, worker, "(\w+)"/g;
cmp_ok(scalar @gauges, '>=', 7, 'gauges in the source');
for my $name (@gauges) {
    like($metrics, qr/personalize_$name\b/, "personalize_$name");
    like($help, qr/^    \{ "$name",\s+"[A-Z1].*\." \},$/m, '  and its HELP');
}

# every series that an example asks for is there
my %series = map { ("personalize_${_}_total" => 1) } keys %values, 'responses', 'lookups';
$series{personalize_rules_broken} = 1;
for my $family (keys %times) { $series{"personalize_${family}_$_"} = 1 for qw(bucket sum count) }
my @asked = map { /(personalize_\w+)/g } $metrics =~ /```promql\n(.*?)```/gs;
cmp_ok(scalar @asked, '>=', 8, 'series in examples');
is_deeply([ grep { !$series{$_} } @asked ], [], 'and each is one of ours');

done_testing();
