package Bench::Instructions;

# User instructions a request, counted by callgrind: one nginx process, one connection, the same
# pages and visitors in the same order.  Two runs of different length: what start-up costs cancels.

use strict;
use warnings;

use List::Util qw(min);

use Personalize::Http;
use Personalize::Process;

sub available {
    my ($path) = grep { -x } map { "$_/valgrind" } split /:/, $ENV{PATH};
    return $path;
}

# Thousands of instructions a request.  requests: [ first run, second run ]
sub measure {
    my ($server, %o) = @_;    # kind kb pages visitors requests keep
    my ($few, $many) = @{ $o{requests} };

    my $start = _run($server, %o, count => $few, keep => $o{keep} && "$o{keep}.$few");
    my $end = _run($server, %o, count => $many, keep => $o{keep} && "$o{keep}.$many");
    return ($end - $start) / ($many - $few) / 1000;
}

sub _run {
    my ($server, %o) = @_;

    my $out = $o{keep} // "$server->{dir}/callgrind.out";
    unlink $out;
    $server->configure(single => 1);

    local %ENV = (%ENV, $server->environment);
    my $pid = Personalize::Process::spawn('callgrind', "$server->{dir}/logs/callgrind.log",
        'valgrind', '--tool=callgrind', "--callgrind-out-file=$out", '--smc-check=all-non-file',
        $server->_command);
    Personalize::Process::until_true(60, sub { Personalize::Nginx::_listens($server->port("web")) })
        or die "nginx did not start under callgrind:\n" . $server->read('logs/callgrind.log')
            . $server->log;

    my $client = Personalize::Http->new($server->port('web'));
    srand(7);
    my @visitors = map { 1 + int rand $o{visitors} } 1 .. $o{requests}[1];
    # what is to be known before: in both runs as much, which cancels, too
    if ($server->{scenario}{warm}) {
        _until_told($server->{shared}{redis});
        _get($client, $server, '/warm', $_) for @visitors;
    }
    my $page = sub { $server->path($o{kind}, $o{kb}) . (1 + $_[0] % $o{pages}) . '.html' };
    if ($server->{scenario}{index}) {
        # a URI is kept when it comes a second time
        my @known = map { $page->($_) } 0 .. min($o{pages}, $o{requests}[1]) - 1;
        _get($client, $server, $_, $visitors[0]) for @known, @known;
    }
    for my $n (0 .. $o{count} - 1) {
        _get($client, $server, $page->($n), $visitors[$n]);
    }
    $client->close;
    # a heartbeat may come late here
    die "$server->{scenario}{name}, under callgrind: $_\n" for $server->cold(0.95 * $o{count});
    _end($pid);

    my ($total) = Personalize::Nginx::slurp($out) =~ /^(?:totals|summary): (\d+)/m;
    return $total // die "callgrind wrote no totals:\n" . $server->read('logs/callgrind.log');
}

# Nothing is kept before Redis tells of changes; the server itself is not asked, or it would count.
sub _until_told {
    my ($redis) = @_;
    Personalize::Process::until_true(20, sub { $redis->command('CLIENT', 'LIST') =~ /\bsub=1\b/ })
        or die "nobody has subscribed to changes under callgrind\n";
    select undef, undef, undef, 0.5;
}

# A signal that valgrind delivers between nginx's look at it and epoll_wait is not seen until the
# next event, so there are several.
sub _end {
    my ($pid) = @_;
    Personalize::Process::until_true(60, sub {
        kill 'QUIT', $pid;
        select undef, undef, undef, 0.2;
        return !Personalize::Process::is_alive($pid);
    });
    Personalize::Process::stop($pid, signal => 'KILL');
}

sub _get {
    my ($client, $server, $path, $visitor) = @_;
    $client->send(Personalize::Http::text($path,
        cookie => "theme=light; visitor=v$visitor", headers => [ Connection => 'keep-alive' ]));
    my $reply = $client->reply(timeout => 60);
    die "$server->{scenario}{name}: status " . ($reply->status // 'none') . " under callgrind\n"
        if !$reply->complete || $reply->status != 200;
}

1;
