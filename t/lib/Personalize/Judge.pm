package Personalize::Judge;

# Load by wrk while something happens, each response judged.

use strict;
use warnings;

use POSIX qw(SIGINT);
use Time::HiRes qw(sleep time);

use Personalize::Nginx;
use Personalize::Process;

our @FAILURES = qw(bad connect read write status timeout);

sub available { return !(system('wrk -v >/dev/null 2>&1') == -1 || $? >> 8 == 127) }

# Options: connections (32); and two expressions in Lua: ask, the URL's path of request `n`, and
# good, whether a response with `status` and `body` is.  Both may look at `page`, which run() names.
sub new {
    my ($class, $t, %o) = @_;

    my $self = bless { t => $t, connections => 32, good => 'status == 200', %o }, $class;
    $t->write('judge.lua', <<"LUA" . <<'LUA');
local function ask(n) return $self->{ask} end
local function good(status, body) return $self->{good} end
LUA
local n, bad = 0, 0
init = function(args)
  wrk.headers["Accept"] = "text/html"
  wrk.headers["Connection"] = args[1]
  page = args[2]
end
request = function()
  n = n + 1
  return wrk.format("GET", ask(n))
end
response = function(status, headers, body)
  if not good(status, body) then
    bad = bad + 1
    wrk.thread:set("bad", bad)
  end
end
local threads = {}
setup = function(thread) threads[#threads + 1] = thread thread:set("bad", 0) end
done = function(summary)
  local bad = 0
  for _, t in ipairs(threads) do bad = bad + (t:get("bad") or 0) end
  local e = summary.errors
  io.write(string.format("requests %d bad %d connect %d read %d write %d status %d timeout %d\n",
    summary.requests, bad, e.connect, e.read, e.write, e.status, e.timeout))
end
LUA
    return $self;
}

# For so many seconds; half a second after the begin `happens` is called, and told when to end: what needs
# longer is waited for, under load.  Options:
# page ("/"), connection: `close` after each response, or `keep-alive` (a worker that goes closes
# those that are kept, and a request that is on its way then is lost with plain nginx as well).
# Returns what wrk counted: `requests`, and @FAILURES.
sub run {
    my ($self, $seconds, $happens, %o) = @_;

    my $t = $self->{t};
    my $out = $t->dir . '/wrk.out';
    unlink $out;
    my $until = time + $seconds;
    my $pid = Personalize::Process::spawn('wrk', $out, 'wrk', '-t1', "-c$self->{connections}", '-d300s',
        '--timeout', '5s', '-s', $t->dir . '/judge.lua', 'http://127.0.0.1:' . $t->port('web') . '/', '--',
        $o{connection} // 'keep-alive', $o{page} // '/');
    Personalize::Process::until_true(20, sub { _listens($pid) }) or die "wrk does not begin: " . $t->read('wrk.out');
    sleep 0.5;
    $happens->($until);
    sleep $until - time if $until > time;

    # One that comes a moment before it sleeps does not wake it.
    Personalize::Process::until_true(20, sub { kill 'INT', $pid; sleep 0.2; return !Personalize::Process::is_alive($pid) });
    Personalize::Process::stop($pid, signal => 0);

    my %counted;
    @counted{ 'requests', @FAILURES } = $t->read('wrk.out')
        =~ /^requests (\d+) bad (\d+) connect (\d+) read (\d+) write (\d+) status (\d+) timeout (\d+)/m;
    $counted{requests} // die "wrk has not told what it counted: " . $t->read('wrk.out') . "\n";
    return \%counted;
}

# Whether it minds SIGINT already, and would tell what it counted.
sub _listens {
    my ($pid) = @_;
    my ($caught) = Personalize::Nginx::slurp("/proc/$pid/status") =~ /^SigCgt:\s*([0-9a-f]+)/m;
    return defined $caught && hex(substr $caught, -8) & 1 << SIGINT - 1;
}

# What failed, as text; "" if nothing did.
sub failures { my ($r) = @_; return join ' ', map { "$_=$r->{$_}" } grep { $r->{$_} } @FAILURES }

1;
