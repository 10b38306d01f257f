package Personalize::Slow;

# What clients cost that ask for a page and do not read it: private memory of the worker, each,
# with the module and without, in the same way of serving.  The page has 500 KB, or 100 where the
# module sends it from the worker's memory ("small").

use strict;
use warnings;

use IO::Select;

use Personalize::Http;
use Personalize::Site;
use Personalize::Upstream;

my $page = $Personalize::Site::PAGE;
my ($long, $small) = map {
    my $lines = $_;
    $page =~ s{Hello\.}{'<p>' . ('A line of text, as pages have them. ' x 3 . "</p>\n<p>") x $lines}er
} 4600, 900;

my %kinds = (
    'static'     => '/',
    'proxied'    => '/proxied/',
    'unbuffered' => '/unbuffered/',
    'sendfile'   => '/sendfile/',
    'small'      => '/sendfile/small.html',
    'indexed, small' => '/sendfile/small.html',
    map { ("indexed, $_" => "/$_/") } qw(memory proxied unbuffered sendfile),
);

sub kinds { return sort keys %kinds }

# KB a client: { plain, with, each (the difference), whole (pages complete in the end) }.
sub measure {
    my ($kind, $clients) = @_;
    my ($plain) = _run($kind, $clients, 1);
    my ($with, $whole) = _run($kind, $clients, 0);
    return { plain => $plain, with => $with, each => $with - $plain, whole => $whole };
}

sub _run {
    my ($kind, $clients, $plain) = @_;

    my $t = Personalize::Site->new(plain => $plain);
    my $origin = Personalize::Upstream->start($t->port('up'), sub { return { body => $long, headers => [ ETag => '"v1"' ] } });
    my $indexed = !$plain && $kind =~ /^indexed/;
    $t->page('index.html', $long);
    $t->page('small.html', $small);
    $t->let(deadline => 'personalize_deadline 2s;', cache => $indexed ? 'personalize_cache zone=visitors:1m ttl=1h;' : '');
    $t->let(watched => $plain ? '' : '%%admin%%');
    $t->let(pz => '', deadline => '') if $plain;
    $t->config(<<'CONF', connections => 4096);
    %%cache%%
    server {
        listen 127.0.0.1:%%port:web%% sndbuf=8k;
        %%pz%% %%deadline%%
        %%watched%%
        location /proxied/    { proxy_pass http://127.0.0.1:%%port:up%%; }
        location /unbuffered/ { proxy_pass http://127.0.0.1:%%port:up%%; proxy_buffering off; }
        location /memory/     { sendfile off; alias %%dir%%/html/; }
        location /sendfile/   { sendfile on; alias %%dir%%/html/; }
    }
CONF
    $t->start;
    sleep 3 if $indexed;    # until the file is of a time that is over

    my $path = "$kinds{$kind}?as=ann";
    $t->get($path) for 1 .. 5;
    die "the index does not know the page\n" if $indexed && !{ $t->metrics }->{'personalize_index_total{outcome="hit"}'};

    my $before = $t->memory;
    my @open = map {
        my $c = Personalize::Http->new($t->port('web'), rcvbuf => 4096);
        $c->send(Personalize::Http::text($path));
        $c;
    } 1 .. $clients;
    _until_stalled(\@open, sub { ($t->workers, $origin->children) },
        sub { $kind !~ /proxied/ || !$origin->children });
    my $kb = ($t->memory - $before) / $clients;

    my $whole = 0;
    if (!$plain) {
        for my $c (@open) {
            my $r = $c->reply(timeout => 20);
            $whole++ if $r->complete && ($r->decoded // '') =~ m{</html>\s*\z} && $t->welcomes($r);
        }
    }
    $t->stop;
    $origin->stop;
    $t->redis->stop;
    return ($kb, $whole);
}

# Until each client has something to read, and neither the workers nor the origin's processes have
# run for a second: what can go out has gone out.  An origin that is slow looks idle to nginx, so
# that nginx has all of the page where it takes it (`taken`).
sub _until_stalled {
    my ($clients, $processes, $taken) = @_;
    my $waiting = IO::Select->new(map { $_->{sock} } @$clients);
    my ($before, $still) = ('', 0);
    for (1 .. 120) {
        select undef, undef, undef, 0.5;
        my $now = join ' ', map { "$_:" . _ticks($_) } $processes->();
        $still = $now eq $before && $taken->() && $waiting->can_read(0) == @$clients ? $still + 1 : 0;
        return if $still == 2;
        $before = $now;
    }
    die "the clients do not come to a stand\n";
}

sub _ticks {
    my ($pid) = @_;
    my @fields = split ' ', Personalize::Nginx::slurp("/proc/$pid/stat") =~ s/^.*\)//r;
    return @fields ? $fields[11] + $fields[12] : 0;
}

1;
