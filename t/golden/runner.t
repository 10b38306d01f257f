#!/usr/bin/perl

# t/tools/run-tests: what it counts as failed, and what it does with programs that run side by side,
# are to be alone, leave processes behind or do not end.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Test::More;
use Time::HiRes qw(sleep time);

my $root = abs_path(dirname(__FILE__) . '/../..');
my $dir = tempdir('pz-runner-XXXXXX', TMPDIR => 1, CLEANUP => 1);

# What the programs below share: notes of theirs in a folder, and servers that leave their group.
my $head = <<'PERL' =~ s/DIR/$dir/gr;
use strict; use warnings; use POSIX; use Time::HiRes qw(sleep time);
$| = 1;
sub note { my ($name, $text) = @_; open my $f, '>', "DIR/$name.new" or die; print $f $text // ''; close $f; rename "DIR/$name.new", "DIR/$name" }
sub seen { my ($name) = @_; for (1 .. 200) { return 1 if -e "DIR/$name"; sleep 0.05 } return 0 }
sub daemon {
    my ($name, $seconds) = @_;
    fork and return seen("$name.pid");
    POSIX::setsid; fork and POSIX::_exit(0);
    $0 = $name; open my $comm, '>', "/proc/self/comm"; print $comm $name; close $comm;
    note("$name.pid", $$); sleep $seconds; POSIX::_exit(0);
}
PERL

sub program {
    my ($name, $code, $mark) = @_;
    open my $f, '>', "$dir/$name.t" or die "$name: $!\n";
    print $f "#!/usr/bin/perl\n", $mark // '', "\n$head$code";
    close $f;
    return "$dir/$name.t";
}

sub slurp {
    my ($name) = @_;
    open my $in, '<', "$dir/$name" or return '';
    local $/;
    return scalar(<$in>) // '';
}

# What it says of these programs, and its exit status.
sub run {
    my (@args) = @_;
    my $said = qx{perl $root/t/tools/run-tests @args 2>&1};
    return ($said, $? >> 8);
}

sub lives {
    my ($name) = @_;
    my $pid = slurp("$name.pid") or return 0;
    open my $in, '<', "/proc/$pid/stat" or return 0;
    return <$in> =~ /\) [^Z]/;
}

sub within {
    my ($seconds, $true) = @_;
    my $end = time + $seconds;
    while (time < $end) {
        return 1 if $true->();
        sleep 0.05;
    }
    return 0;
}

# --- what is counted

my $good = program(good => 'print "1..2\nok 1 - a\nok 2 - b\n";');
my ($said, $status) = run($good);
like($said, qr/\n2 passed, 0 failed, 0 skipped\n\z/, 'two passed');
is($status, 0, '  and so has the run');

my $bad = program(bad => 'print "1..3\nok 1 - a\nnot ok 2 - the second\nok 3 - c # SKIP no ground\n"; print STDERR "why\n"; exit 1;');
($said, $status) = run($good, $bad);
like($said, qr/\n3 passed, 1 failed, 1 skipped\n\z/, 'one fails, one is skipped');
like($said, qr{^  \S*/bad\.t: the second$}m, '  named');
like($said, qr{^  \S*/bad\.t: c: no ground$}m, '  with its reason');
like($said, qr/^    why$/m, '  what it said is shown');
is($status, 1, '  and the run has failed');

for my $case (
    [ 'dies',     'print "ok 1\n"; kill 9, $$;',           qr/died of signal 9/ ],
    [ 'exits',    'print "ok 1\n1..1\n"; exit 3;',         qr/exit status 3/ ],
    [ 'mute',     '',                                      qr/reported no test/ ],
    [ 'short',    'print "1..2\nok 1\n";',                 qr/planned 2 tests, reported 1/ ],
    [ 'bails',    'print "Bail out! no ground\n";',        qr/bailed out: no ground/ ],
    [ 'late',     'print "ok 1\n1..1\n"; sleep 60;',       qr/ran longer than 1 s and was ended/ ],
    [ 'stubborn', '$SIG{TERM} = "IGNORE"; print "ok 1\n1..1\n"; while (1) { sleep 60 }', qr/ran longer than 1 s and was ended/ ],
) {
    my ($name, $code, $why) = @$case;
    ($said, $status) = run('--seconds', 1, program($name, $code));
    like($said, qr{^  \S*/$name\.t: $why$}m, "a program that $name is a failure");
    is($status, 1, '  of the run');
}
($said) = run("$dir/none.t");
like($said, qr{^  \S*/none\.t: no such test$}m, 'and so is one that is not there');

# --- side by side

my @pair = (program(left  => 'note("left");  print seen("right") ? "" : "not ", "ok 1 - left\n1..1\n";'),
            program(right => 'note("right"); print seen("left")  ? "" : "not ", "ok 1 - right\n1..1\n";'));
($said) = run('--jobs', 2, @pair);
like($said, qr/^2 passed, 0 failed/m, 'two that wait for each other run side by side');

# The first ends when the second has, and is told of first.
my @order = (program(first  => 'print seen("second") ? "" : "not ", "ok 1 - first\n1..1\n";'),
             program(second => 'note("second"); print "not ok 1 - second\n1..1\n";'));
($said) = run('--jobs', 2, @order);
like($said, qr{^\# \S*/first\.t\n\# 1 ok.*\n\# \S*/second\.t\n    not ok 1 - second\n    1\.\.1\n\# 0 ok}m,
    'told in the order in which they were given, each in one piece');

my $spell = 'my $from = time; sleep 0.4; note(NAME, "$from " . time); print "ok 1\n1..1\n";';
my %mark = (alone1 => '# alone: it says so', alone2 => '# alone: and this one');
my @spells = qw(alone1 spell1 alone2 spell2 spell3);
run('--jobs', 3, map { program($_, $spell =~ s/NAME/'$_.spell'/r, $mark{$_}) } @spells);
my %spell = map { $_ => [ split ' ', slurp("$_.spell") ] } @spells;
for my $alone (sort keys %mark) {
    my @beside = grep { $_ ne $alone && $spell{$_}[0] < $spell{$alone}[1] && $spell{$alone}[0] < $spell{$_}[1] } @spells;
    is("@beside", '', "$alone is alone");
}
my ($latest) = sort { $b <=> $a } map { $spell{"spell$_"}[0] } 1 .. 3;
my ($soonest) = sort { $a <=> $b } map { $spell{"spell$_"}[1] } 1 .. 3;
cmp_ok($latest, '<', $soonest, '  the three others are not');

# --- what is left behind

my $leaves = 'daemon(NAME, 60); sleep 0.3; print "ok 1\n1..1\n";';
($said) = run('--jobs', 2, map { program($_, $leaves =~ s/NAME/"pz-$_"/r) } qw(leak1 leak2));
for my $name (qw(leak1 leak2)) {
    my ($left) = $said =~ m{^  \S*/$name\.t: left running, and ended now: (.*)$}m;
    my $pid = slurp("pz-$name.pid");
    is($left, "pz-$name ($pid)", "a daemon of $name is laid to its door");
    ok(!lives("pz-$name"), '  and has ended');
}
($said) = run(program(brief => 'daemon("pz-brief", 0.5); print "ok 1\n1..1\n";'));
like($said, qr/^1 passed, 0 failed/m, 'one that ends in a moment is no leak');

# --- a run that is ended

my $long = 'daemon(NAME, 60); note(NAME); print "ok 1\n"; sleep 60;';
for my $signal (qw(TERM INT KILL)) {
    my @names = map { "pz-$signal-$_" } 1, 2;
    my @programs = map { program($_, $long =~ s/NAME/"$_"/gr) } @names;
    my $pid = fork // die "fork: $!\n";
    if ($pid == 0) {
        open STDOUT, '>', "$dir/said" or POSIX::_exit(1);
        exec 'perl', "$root/t/tools/run-tests", '--jobs', 2, @programs;
    }
    ok(within(10, sub { 2 == grep { -e "$dir/$_" } @names }), "SIG$signal while two run");
    kill $signal, $pid;
    waitpid $pid, 0;
    if ($signal ne 'KILL') {
        is($? >> 8, 130, '  ends the run');
        is(slurp('said'), "run-tests: ended by SIG$signal\n", '  which says so');
        is(scalar(grep { lives($_) } @names), 0, '  and all of it');
    } else {
        ok(within(10, sub { !grep { lives($_) } @names }), '  ends all of it, a moment later');
    }
}

done_testing();
