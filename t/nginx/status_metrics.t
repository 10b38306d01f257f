#!/usr/bin/perl

# The status page and the metrics: their grammar, their numbers, and that nothing a visitor sends
# can make a new series (FAULTS S10, S11).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use JSON::PP qw(decode_json);
use Test::More;
use Time::HiRes qw(sleep);

use Personalize::Process;
use Personalize::Site;

my $admin = '/_personalize_admin';
my $t = Personalize::Site->new(workers => 2, redis => { password => 'Hunter2Secret' });
$t->secret('Hunter2Secret');
$t->write(qq{odd"na\\me/other.lua}, qq{segment "a" { orders = { at_least = 1 } }\n}
    . qq{campaign "b" { show = { header { "X-B", "1" } } }\n});

$t->let(redis => 'unix://:Hunter2Secret@%%dir%%/redis.sock?db=0');
$t->config(<<'CONF');
    server {
        listen 127.0.0.1:%%port:web%%;
        %%pz%%
        personalize_deadline 2s;
        %%admin%%
        location /odd/ { personalize_rules '%%dir%%/odd"na\\me'; }
        location = /metrics { personalize_admin; }
        location ~ ^/by-regex/ { personalize_admin; }
    }
CONF
$t->start;

# --- the pages themselves

my $index = $t->get("$admin/");
is($index->status, 200, 'the location itself is an index');
is_deeply([ sort keys %{ decode_json($index->body)->{below_this_location} } ], [qw(explain metrics status)],
    'of what is below it');

for my $page ('', 'status', 'metrics', 'explain') {
    my $r = $t->get("$admin/$page");
    is($r->status, 200, "/$page");
    is($r->header('Cache-Control'), 'no-store', '  is stored nowhere');

    my $head = $t->get("$admin/$page", method => 'HEAD');
    is($head->status, 200, '  HEAD');
    is($head->body, '', '  has no body');
    is($head->header('Content-Type'), $r->header('Content-Type'), '  and the same type');

    my $post = $t->get("$admin/$page", method => 'POST', body => 'x' x 100);
    is($post->status, 405, '  POST is refused');
    is($post->header('Allow'), 'GET, HEAD', '  saying what is not');
}

is($t->get("$admin/nothing")->status, 404, 'what is not there');
is($t->get("$admin/status/more")->status, 404, 'nor below what is');
is($t->get("$admin/xstatus")->status, 404, 'nor what ends like it');
is($t->get("/by-regex/status")->status, 200, 'a regex location goes by the end of the path');
is($t->get("/by-regex/other")->status, 404, 'and knows what is not there');
is($t->get("/metrics")->status, 200, 'an exact location as well');

# --- the numbers

sub delta {
    my ($name, $do) = @_;
    my %before = $t->metrics;
    $do->();
    my %after = $t->metrics;
    return ($after{$name} // die "no series $name\n") - ($before{$name} // die "no series $name\n");
}

ok(Personalize::Process::until_true(3, sub { $t->welcomes($t->visit('/?as=ann')) }), 'the site works');

is(delta('personalize_responses_total{status="applied"}', sub { $t->visit('/?as=ann') for 1 .. 6 }), 6,
    'six pages on two workers are six');
is(delta('personalize_lookups_total{outcome="miss"}', sub { $t->visit('/?as=ann') }), 1, 'a lookup is counted');
is(delta('personalize_lookups_total{outcome="negative"}', sub { $t->visit('/?as=zoe') }), 1, 'one that finds nobody, too');
is(delta('personalize_responses_total{status="not_page"}', sub { $t->visit('/?as=ann', bare => 1) }), 1,
    'a fallback is');
is(delta('personalize_responses_total{status="applied"}', sub { $t->get("$admin/status") for 1 .. 3 }), 0,
    'asking for the status is no page');

# --- the grammar of Prometheus' text format 0.0.4

# A line of a histogram: buckets in order and never fewer, up to +Inf; then their sum and count.
sub wrong_with_bucket {
    my ($line, $family, $seen) = @_;

    $line =~ /^${family}_(bucket|sum|count)\{(\w+="\w+")(?:,le="([^"]+)")?\} (\d+(?:\.\d+)?)$/ or return 'no such line';
    my ($part, $label, $le, $value) = ($1, $2, $3, $4);
    my $last = $seen->{"$family $label"} //= { le => -1, value => 0, part => 'bucket' };

    if ($part eq 'bucket') {
        return 'no bound' if !defined $le;
        $le = 9**9**9 if $le eq '+Inf';
        return 'a bucket out of order' if $last->{part} ne 'bucket' || $le <= $last->{le};
        return 'a bucket has less than the one before' if $value < $last->{value};
        @$last{qw(le value)} = ($le, $value);
        return '';
    }
    return 'a bound where there is none' if defined $le;
    return 'no +Inf' if $last->{le} != 9**9**9;
    return 'out of order' if $part ne { bucket => 'sum', sum => 'count' }->{ $last->{part} };
    $last->{part} = $part;
    return $part eq 'count' && $value != $last->{value} ? 'not what +Inf has' : '';
}

# Each line; what is wrong with it, or ''.
sub wrong_with_metrics {
    my ($text, $samples) = @_;
    my ($family, $type, %seen, %done) = ('', '');

    return 'no line feed at the end' if $text !~ /\n\z/;

    for my $line (split /\n/, $text) {
        if ($line =~ /^# HELP (\S+) \S.*$/) {
            return "$1 comes twice" if $done{$1}++;
            ($family, $type) = ($1, undef);
            return "$1: not a name" if $family !~ /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
        } elsif ($line =~ /^# TYPE (\S+) (counter|gauge|histogram)$/) {
            return "$1: TYPE is not behind its HELP" if !defined $family || $1 ne $family || $type;
            $type = $2;
        } elsif ($type && $type eq 'histogram') {
            my $why = wrong_with_bucket($line, $family, \%seen);
            return "$line: $why" if $why;
            push @$samples, [ $line =~ /^(\w+)\{(\w+)="(\w+)"/ ];
        } elsif ($line =~ /^(\w+)\{(\w+)="((?:[^"\\\n]|\\[\\n"])*)"\} (\d+(?:\.\d+)?)$/) {
            my ($name, $label, $value) = ($1, $2, $3);
            return "$name stands under $family" if $name ne $family || !$type;
            return "$name of $value comes twice" if $seen{$name}{$value}++;
            return "a counter that is not a _total: $name" if ($type eq 'counter') != ($name =~ /_total$/);
            return "not ours: $name" if $name !~ /^personalize_/;
            $value =~ s/\\(.)/$1 eq 'n' ? "\n" : $1/ge;
            push @$samples, [ $name, $label, $value ];
        } else {
            return "no such line is known: $line";
        }
    }

    return '';
}

my $text = $t->get("$admin/metrics");
my @samples;
is($text->header('Content-Type'), 'text/plain; version=0.0.4; charset=utf-8', 'its type');
is(wrong_with_metrics($text->body, \@samples), '', 'its grammar');
cmp_ok(scalar @samples, '>', 50, 'there are many series');

my ($odd) = grep { $_->[0] eq 'personalize_rules_campaigns' && $_->[2] =~ /odd/ } @samples;
is($odd->[2], $t->dir . '/odd"na\\me', 'a quote and a backslash in a label come back');

# the judge must be able to say no
my $times = "# HELP personalize_a A.\n# TYPE personalize_a histogram\n";
isnt(wrong_with_metrics($_, []), '', 'it refuses ' . ($_ =~ s/\n/ /gr)) for
    qq{${times}personalize_a_bucket{b="c",le="1"} 2\npersonalize_a_bucket{b="c",le="+Inf"} 1\n},
    qq{${times}personalize_a_bucket{b="c",le="1"} 2\npersonalize_a_sum{b="c"} 1\n},
    qq{${times}personalize_a_bucket{b="c",le="+Inf"} 2\npersonalize_a_sum{b="c"} 1\npersonalize_a_count{b="c"} 3\n},
    qq{personalize_a_total{b="c"} 1\n},
    qq{# HELP personalize_a_total A.\n# TYPE personalize_a_total counter\npersonalize_a_total{b="c"d"} 1\n},
    qq{# HELP personalize_a A.\n# TYPE personalize_a counter\npersonalize_a{b="c"} 1\n},
    qq{# HELP personalize_a A.\n# TYPE personalize_a gauge\npersonalize_a{b="c"} 1\npersonalize_a{b="c"} 1\n};

# --- series are a closed set

sub series { my %m = $t->metrics; return join "\n", sort keys %m }

my $before = series();
$t->visit($_) for '/?as=%0a%22', '/?as=' . 'x' x 200, '/%22%7d', '/nowhere?as=ann';
$t->visit('/', cookie => 'pz_id="}"; pz_id=1.2.3', headers => [ 'User-Agent' => 'x"} 1' ]);
$t->get("$admin/explain?url=/%22%0a&visitor=ann&context.%22=%22");
is(series(), $before, 'nothing that a visitor sends makes a series');

# --- the status page

my $status = $t->status;
like($status->{version}, qr/^\d+\.\d+\.\d+$/, 'the version');
ok((grep { $_ == $status->{worker}{pid} } $t->workers), 'the worker that answers');
like($status->{worker}{started_at}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 'and since when it runs');

my ($rules) = grep { $_->{path} eq $t->dir . '/rules' } @{ $status->{rules} };
is($rules->{campaigns}, 1, 'its campaigns');
cmp_ok($rules->{lua_bytes}, '>', 1000, 'the memory of its Lua');
ok($rules->{newest_is_live}, 'the newest files are live');
is_deeply($rules->{errors}, [], 'and have no error');

my ($other) = grep { $_->{path} =~ /odd/ } @{ $status->{rules} };
is($other->{segments}, 1, 'the other set has a segment');

my ($redis) = @{ $status->{redis} };
like($redis->{url}, qr/^unix:\/\/.*redis\.sock/, 'the URL of Redis');
unlike($t->get("$admin/status")->body, qr/Hunter2/, 'without its password');
is($redis->{state}, 'ready', 'it is connected');
is($redis->{pending}, 0, 'and nothing is on its way');

my %metrics = $t->metrics;
my $counters = $t->status->{counters};
is($counters->{responses}{applied}, $metrics{'personalize_responses_total{status="applied"}'}, 'both pages count alike');
is($counters->{redis}{connected}, $metrics{'personalize_redis_total{event="connected"}'}, 'also by family');

my ($here, $there) = (0, 0);
for my $family (grep { !/^(responses|lookups)$/ } keys %$counters) {
    $here += keys %{ $counters->{$family} };
    $there += grep { /^personalize_${family}_total\{/ } keys %metrics;
}
is($here, $there, 'every counter of the one is in the other');

my $seconds = $t->status->{times};
cmp_ok(scalar keys %$seconds, '>=', 4, 'there are histograms');
for my $family (sort keys %$seconds) {
    is_deeply([ sort keys %{ $seconds->{$family} } ],
        [ sort map { /^personalize_${family}_count\{\w+="(\w+)"/ } keys %metrics ], "$family of the one is in the other");
}

# --- broken rules

my $broken = 'personalize_rules_broken{path="' . $t->dir . '/rules"}';
is($metrics{$broken}, 0, 'the rules are whole');
$t->rules('bad.lua', "campaign \"bad\" {\n  oops(\n}\n");
ok($t->logged(qr/bad\.lua:/, 4), 'a broken file is logged');
ok(Personalize::Process::until_true(3, sub { my %m = $t->metrics; $m{$broken} == 1 }), 'the gauge says so');

($rules) = grep { $_->{path} eq $t->dir . '/rules' } @{ $t->status->{rules} };
ok(!$rules->{newest_is_live}, 'the status page says that an older set is live');
is($rules->{campaigns}, 1, 'whole');
like($rules->{errors}[0]{file}, qr/bad\.lua$/, 'in which file the error is');
is($rules->{errors}[0]{line}, 3, 'in which line');
like($rules->{errors}[0]{message}, qr/bad\.lua:3: \S/, 'and in one piece');
unlink $t->dir . '/rules/bad.lua';
ok(Personalize::Process::until_true(4, sub { my %m = $t->metrics; $m{$broken} == 0 }), 'mended, it is over');

# --- a reload keeps the counts

my %old = $t->metrics;
ok($t->reload, 'a reload');
sleep 0.3;
my %new = $t->metrics;
my @lost = grep { /_(?:total|bucket|sum|count)\{/ && $new{$_} < $old{$_} } keys %old;
is_deeply(\@lost, [], 'no counter goes back');

# --- Redis goes

$t->redis->kill9;
ok(Personalize::Process::until_true(5, sub {
    $t->visit('/?as=ann');
    my ($r) = @{ $t->status->{redis} || [] };
    return $r && $r->{state} eq 'breaker open' && $r->{failures} > 0;
}), 'without Redis the breaker is open');
is(decode_json($t->get("$admin/explain?visitor=ann")->body)->{lookup}{outcome}, 'error',
    'explain answers all the same');

$t->allow(qr/Connection refused|No such file/);
$t->finish;
