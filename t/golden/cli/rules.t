#!/usr/bin/perl

# The command over rules: check, preview, explain, and what a wrong command line gets.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Test::More;

my $here = dirname(abs_path(__FILE__));
my $root = abs_path("$here/../../..");
my $command = "$root/build/personalize";
plan(skip_all => 'build/personalize is not built: run make') if !-x $command;

my $scratch = tempdir('pz-cli-XXXXXX', TMPDIR => 1, CLEANUP => 1);
chdir "$here/rules" or die "$here/rules: $!\n";

my @case = (qw(--rules rules.lua --visitor ann.json --now), '2026-11-25 09:00');

usage();
check();
preview();
slots();
explained();
bad_visitors();
examples();
documented();
done_testing();


# Exit status, stdout and stderr of the command.
sub run {
    my (@words) = @_;
    my $pid = fork // die "fork: $!\n";
    if (!$pid) {
        open STDIN, '<', '/dev/null';
        open STDOUT, '>', "$scratch/out";
        open STDERR, '>', "$scratch/err";
        exec $command, @words or die "exec: $!\n";
    }
    waitpid $pid, 0;
    return ($? >> 8, slurp("$scratch/out"), slurp("$scratch/err"), $? & 127);
}

sub slurp {
    my ($file) = @_;
    open my $in, '<:raw', $file or die "$file: $!\n";
    local $/;
    return scalar(<$in>) // '';
}

sub write_file {
    my ($name, $text) = @_;
    open my $out, '>:raw', "$scratch/$name" or die "$name: $!\n";
    print $out $text;
    close $out or die "$name: $!\n";
    return "$scratch/$name";
}

sub usage {
    my ($status, $out, $err) = run('--help');
    is($status, 0, '--help');
    like($out, qr/^  personalize \Q$_\E /m, "--help tells of $_")
        for qw(check preview explain rewrite match tokens);
    ($status, $out) = run('--version');
    is("$status $out", "0 personalize 0.1.0\n", '--version');

    for my $wrong ([], ['chek'], ['check'], ['check', '--fast', 'rules.lua'], ['preview', 'page.html'],
        ['preview', '--rules', 'rules.lua'], ['preview', '--rules'],
        ['preview', '--rules', 'rules.lua', '--context', 'x', 'page.html'],
        ['preview', '--rules', 'rules.lua', '--now', 'soon', 'page.html'],
        ['preview', '--rules', 'rules.lua', '--url', 'x', 'page.html'],
        ['preview', '--rules', 'rules.lua', 'page.html', 'page.html'], ['explain'])
    {
        ($status, $out, $err) = run(@$wrong);
        is($status, 2, "status 2: personalize @$wrong");
        is($out, '', 'nothing on stdout');
        like($err, qr/personalize/, 'a word on stderr');
    }
}

sub check {
    my ($status, $out, $err) = run('check', 'rules.lua', '../rules');
    is("$status$out$err", '0', 'good rules: status 0 and silence');

    my $bad = write_file('bad.lua', "campaign \"a\" {\n  show = {\n    welcome_bar { txt = \"x\" },\n  },\n}\n");
    ($status, $out, $err) = run('check', $bad, 'rules.lua');
    is($status, 1, 'bad rules: status 1');
    is($err, "$bad:3: welcome_bar: unknown key 'txt'; did you mean 'text'?\n"
        . "$bad:3: welcome_bar: 'text' is missing: a text or a function\n", 'file:line: message');

    ($status, $out, $err) = run('check', 'missing.lua');
    is($status, 1, 'no such file: status 1');
    like($err, qr/^missing\.lua: no such file/, 'and its name');
}

sub preview {
    my ($status, $out, $err) = run('preview', @case, '--context', 'city=Bangkok & co', 'page.html');
    is($status, 0, 'preview');
    (my $wanted = slurp('page.html'))
        =~ s{<h1>}{<p>Ann &lt;b&gt;, Bangkok &amp; co</p><h1>};
    # the order of attributes and what is escaped in them is the rewriter's business
    my ($title) = $out =~ / title="([^"]*)"/;
    (my $plain = $out) =~ s/ title="[^"]*"//;
    is($plain, $wanted, 'the page as the visitor gets it');
    like($title // '', qr/^from &(?:quot|#34);Ann (?:<|&lt;)b(?:>|&gt;)&(?:quot|#34);$/, 'and the attribute');
    like($err, qr/^header X-Offer: for Ann <b>$/m, 'headers on stderr');
    like($err, qr/^append at "#none": nothing on the page matches$/m, 'a selector without a match');

    ($status, $out) = run('preview', @case, '--no-consent', 'page.html');
    (my $removed = slurp('page.html')) =~ s{<h1>Shop</h1>}{};
    is($out, $removed, 'without consent: what needs nobody');

    ($status, $out) = run('preview', @case, '--url', 'https://shop.example/th%2Fx?y#z', '--context',
        'language=th', 'page.html');
    is($out, $removed, 'two campaigns on one element: what is removed has no new content');

    values_in_a_script();

    ($status, $out) = run('preview', '--rules', 'rules.lua', '--url', '/none', '--now', '1795600000',
        write_file('empty.html', ''));
    is("$status$out", '0', 'an empty page stays empty');
    ($status, $out, $err) = run('preview', @case, 'missing.html');
    is($status, 1, 'no page: status 1');
    like($err, qr/missing\.html: No such file/, 'and its name');
}

# A script that the selector does not name: only the page says what it is.
sub values_in_a_script {
    my $rules = write_file('script.lua', <<'LUA');
campaign "script" { show = {
  append { at = "#x", text = "{{ name | you }}" },
  append { at = "#y", text = "author's" },
} }
LUA
    my $page = '<body><script id=x>1;</script><script id=y>2;</script></body>';
    my ($status, $out, $err) = run('preview', '--rules', $rules, '--visitor', 'ann.json',
        write_file('script.html', $page));
    is($out, $page =~ s/2;/2;author&#39;s/r, 'no value in a script, whatever its selector');
    like($err, qr/^append at "#x": 1 left alone: values are not safe/m, 'and it is said');
}

sub slots {
    my ($status, $out, $err) = run('preview', @case, '--url', '/slots', 'page.html');
    is($status, 0, 'preview with slots');
    like($out, qr{<div id="recs"><section class="pz-recs".*>Pot<.*฿1,290<.*</section></div>}s, 'products');
    unlike($out, qr/Gone|old/, 'but none that is out of stock');
    like($out, qr{AUTUMN-7</strong> for Ann &lt;b&gt;.*</main>}s, 'a coupon');

    my $latin = write_file('latin.html', slurp('page.html') =~ s/utf-8/windows-874/r);
    ($status, $out) = run('preview', @case, '--url', '/slots', $latin);
    unlike($out, qr/[^\x00-\x7f]/, 'on a page that is not UTF-8: references');
    like($out, qr/&#3647;1,290/, 'in slots as well');

    ($status, $out) = run('preview', '--rules', 'rules.lua', '--url', '/slots', 'page.html');
    like($out, qr/Sample product 1<.*Sample product 2</s, 'samples that say so');
    unlike($out, qr/Sample product 3/, 'as many as the rule wants');
    like($out, qr/SAMPLE-CODE/, 'a sample code');

    my $none = write_file('none.json', '{ "$products": [], "$coupons": {} }');
    ($status, $out, $err) = run('preview', '--rules', 'rules.lua', '--visitor', $none, '--url', '/slots', 'page.html');
    unlike($out, qr/pz-/, 'nothing to show: no widget');
    like($out, qr{<div id="recs">old</div>}, 'and what it would have replaced stays');
    like($err, qr/^slots: nothing to show in its recommendations$/m, 'which is said');
    like($err, qr/^slots: nothing to show in its coupon$/m, 'of both');
}

sub explained {
    my ($status, $out) = run('explain', @case);
    is($status, 0, 'explain');
    like($out, qr/^visitor u1, localhost\/, consent yes$/m, 'who');
    like($out, qr/^segments: "vip", "a", "loyal"$/m, 'segments');
    like($out, qr/^  bar \(rules\.lua:3\): chosen$/m, 'chosen');
    like($out, qr/^  other \(rules\.lua:12\): group: "bar" has won the group "top"$/m, 'group');
    like($out, qr/^  past \(rules\.lua:13\): schedule: it ended \d+ s ago$/m, 'schedule');
    like($out, qr/^  test \(rules\.lua:14\): chosen: variant "[ab]" \(bucket \d+ of 10000\)$/m, 'variant and bucket');
    like($out, qr/^  slots \(rules\.lua:17\): page: \/ is none of its pages "~\^\/slots"$/m, 'page');
    like($out, qr/^  thai \(rules\.lua:24\): when: /m, 'when');
    ($status, $out) = run('explain', @case, '--no-consent');
    like($out, qr/^  bar .*: consent: it needs to know the visitor \(segments\)/m, 'consent');
    ($status, $out) = run('explain', '--rules', write_file('x.lua',
        qq(campaign "x" { segments = "vpi", show = remove { at = "p" } }\n)
        . qq(campaign "y" { when = function() error("oh") end, show = remove { at = "p" } }\n)));
    like($out, qr/^warning: \S+x\.lua:1: no file declares the segment "vpi"/m, 'a name that nobody declares');
    like($out, qr/^fault in y: \S+x\.lua:2: oh$/m, 'a fault');
    like($out, qr/^  y .*: fault: /m, 'and what came of it');
}

sub bad_visitors {
    my %files = (
        '{ "name": '             => qr/bad\.json:1: /,
        '[1]'                    => qr/bad\.json: a visitor is an object/,
        '{ "name": { "x": 1 } }' => qr/bad\.json: 'name' must be a text/,
        '{ "cart": [[1]] }'      => qr/bad\.json: 'cart' must be a list/,
        "{ \"a\": \"\\u0000\xff\" }" => qr/./,
    );
    for my $text (sort keys %files) {
        my ($status, $out, $err, $signal) = run('explain', '--rules', 'rules.lua', '--visitor',
            write_file('bad.json', $text));
        is($signal, 0, 'no crash');
        next if $status == 0 && $text =~ /u0000/;
        is($status, 1, "status 1: $text");
        like($err, $files{$text}, 'and why');
    }
}

sub examples {
    for my $rules ('hello.lua', 'every-action.lua', 'shop', 'shop/*.lua') {
        my ($status, $out, $err) = run('check', "$root/lua/examples/$rules");
        is("$status$err", '0', "lua/examples/$rules");
    }
    my $page = write_file('page.html', qq(<!doctype html><meta charset="utf-8"><body class="guest"><header><nav></nav></header>)
        . qq(<main><div id="hero"><h1>x</h1></div><div id="old"></div><ul><li>1</ul><p class="ad">x</p>)
        . qq(<a class="account">me</a><input disabled><div id="related"></div></main></body>));
    my ($status, $out, $err) = run('preview', '--rules', "$root/lua/examples/every-action.lua",
        '--visitor', 'ann.json', $page);
    is($status, 0, 'every action, on a page');
    ok($out =~ /\Q$_\E/, "it has $_") for 'pz-welcome-bar', 'pz-banner', 'pz-recs', 'pz-coupon-side',
        'href="/account/Ann%20%3Cb%3E"', '★ x', '✓', 'class="tier-none"';
    ok($out !~ /\Q$_\E/, "it has no $_") for 'disabled', 'class="ad"', 'id="old"';
}

# What the docs show must load; the values of a table in widgets.md are the source's.
sub documented {
    for my $page ('rules.md', 'widgets.md') {
        my $text = slurp("$root/docs/$page");
        my @blocks = $text =~ /^```lua\n(.*?)^```/gms;
        cmp_ok(scalar @blocks, '>=', 5, "rules in docs/$page");
        for my $n (0 .. $#blocks) {
            my ($status, $out, $err) = run('check', write_file("doc$n.lua", $blocks[$n]));
            is("$status$err", '0', "block $n of docs/$page");
        }
    }
    my $visitor = slurp("$root/docs/rules.md") =~ /^```json\n(.*?)^```/ms ? $1 : '';
    my ($status) = run('explain', '--rules', 'rules.lua', '--visitor', write_file('doc.json', $visitor));
    is($status, 0, 'the visitor in docs/rules.md');
}
