#!/usr/bin/perl

# rewrite, match and tokens as commands: arguments, exit codes, what goes where.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Test::More;

my $command = $ENV{PZ_COMMAND} || dirname(abs_path($0)) . '/../../../build/personalize';
my $folder  = tempdir('pz-html-XXXXXX', TMPDIR => 1, CLEANUP => 1);

# The exit status, stdout and stderr of a run with `input`.
sub run {
    my ($input, @arguments) = @_;
    open my $to, '>:raw', "$folder/in" or die $!;
    print $to $input;
    close $to;
    my $pid = fork // die "fork: $!\n";
    if ($pid == 0) {
        open STDIN,  '<', "$folder/in"  or die $!;
        open STDOUT, '>', "$folder/out" or die $!;
        open STDERR, '>', "$folder/err" or die $!;
        exec $command, @arguments or die "$command: $!\n";
    }
    waitpid $pid, 0;
    my $status = $? & 127 ? "signal $?" : $? >> 8;
    local $/;
    my @texts = map { open my $in, '<:raw', "$folder/$_" or die $!; scalar(<$in>) // '' } qw(out err);
    return ($status, @texts);
}

sub check {
    my ($name, $run, $status, $out, $err) = @_;
    is($run->[0], $status, "$name: exit status");
    is($run->[1], $out, "$name: stdout") if defined $out;
    like($run->[2], $err, "$name: stderr") if defined $err;
}

my $page = "<p class=a>x<p>y";

check('rewrite', [run($page, 'rewrite', '--append', '.a', '!')], 0, "<p class=a>x!<p>y", qr/^$/);
check('limit', [run($page, 'rewrite', '--append', 'p', '!', '--limit', 1)], 0, "<p class=a>x!<p>y");
check('ascii', [run($page, 'rewrite', '--inner', 'p', "\xe0\xb8\x81", '--ascii')], 0,
    "<p class=a>&#3585;<p>&#3585;");
check('empty page', [run('', 'rewrite', '--append', 'body', 'x')], 0, '', qr/^$/);
check('ended early', [run('<b>1<p>2</b>3', 'rewrite', '--append', 'b', 'x')], 0, '<b>1<p>2</b>3',
    qr/ended early \(ambiguous\)/);
check('no edit', [run($page, 'rewrite')], 2, '', qr/an edit is missing/);
check('no such edit', [run($page, 'rewrite', '--turn', 'p')], 2, '', qr/'--turn' is no edit/);
check('too few', [run($page, 'rewrite', '--append', 'p')], 2, '', qr/takes 2 arguments/);
check('bad chunk', [run($page, 'rewrite', '--remove', 'p', '--chunk', '0')], 2, '', qr/--chunk/);
check('bad name', [run($page, 'rewrite', '--set-attr', 'p', 'a b', 'c')], 2, '', qr/'a b'/);
check('bad selector', [run($page, 'rewrite', '--remove', 'p:last-child')], 1, '',
    qr/selector 'p:last-child': at 2: ':last-child' cannot be known in a stream/);

check('match', [run($page, 'match', 'p')], 0, "0\n12\n");
check('match in chunks', [run($page, 'match', 'p', '--chunk', '1')], 0, "0\n12\n");
check('implied elements have no offset', [run($page, 'match', 'html, body, p + p')], 0, "12\n");
check('no match', [run($page, 'match', 'q')], 0, '', qr/^$/);
check('no selector', [run($page, 'match')], 2, '', qr/a selector is missing/);
check('bad selector of match', [run($page, 'match', '[')], 1, '', qr/selector '\[': at 2:/);

check('tokens', [run("<!doctype html><title><p></title>\xe0\xb8\x81", 'tokens', '--chunk', '1')], 0,
    qq(["DOCTYPE", "html", null, null, true]\n["StartTag", "title", {}]\n["Character", "<p>"]\n)
    . qq(["EndTag", "title"]\n["Character", "\xe0\xb8\x81"]\n));
check('tokens of a state', [run('<p></p></xmp>', 'tokens', '--state', 'RAWTEXT state',
    '--last-start-tag', 'xmp')], 0, qq(["Character", "<p></p>"]\n["EndTag", "xmp"]\n));
check('no such state', [run('', 'tokens', '--state', 'no state')], 2, '', qr/is no state/);

done_testing();
