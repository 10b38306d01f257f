#!/usr/bin/perl

# The layout of DESIGN section 3, proved from outside the code: which file is in
# which zone, who sees whom, what is exported, and that nothing changes behind
# a function's back.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(basename dirname);
use File::Find qw(find);
use Test::More;

chdir abs_path(dirname(__FILE__) . '/../..') or die "chdir: $!\n";

# Zones that a zone may include from; nginx and cli see all of the engine.
my %sees = (
    base     => [qw(base)],
    html     => [qw(base html)],
    template => [qw(base template)],
    redis    => [qw(base redis)],
    decide   => [qw(base decide)],
    rules    => [qw(base html template decide rules)],
    cli      => [qw(base html template redis decide rules cli)],
    nginx    => [qw(base html template redis decide rules nginx)],
);

# Inside nginx, by folder: an arrow runs down only.
my %floor = (
    cache    => [qw(cache)],
    store    => [qw(store)],
    flow     => [qw(cache store flow)],
    endpoint => [qw(cache store flow endpoint)],
    module   => [qw(cache store flow endpoint module)],
);

# Libraries by what their headers are called.
my %library = (
    hiredis => [qr{^(?:hiredis/)?(?:hiredis|read|async|sds)\.h$}, qw(redis cli)],
    pcre2   => [qr{^pcre2\.h$},                                   qw(decide)],
    luajit  => [qr{^(?:lua|lauxlib|lualib|luajit|lua\.hpp)(?:\.h)?$}, qw(rules)],
    nginx   => [qr{^ngx_},                                        qw(nginx)],
);

my %listed = listed();
my @files;
find({ no_chdir => 1, wanted => sub { push @files, $_ if /\.[ch]$/ } }, 'src');
my %home = map { basename($_) => $_ } @files;

is_deeply([grep { !$listed{$_} } sort grep { /\.c$/ } @files], [], 'every .c file is in src/sources');
is_deeply([grep { !-f } sort keys %listed], [], 'every line of src/sources is a file');
is_deeply([grep { $listed{$_} ne zone($_) } sort keys %listed], [], 'under the zone that it stands in');
is_deeply([doubles(map { basename($_) } @files)], [], 'base names are unique');
is_deeply([grep { basename($_) !~ /^(?:pz_|ngx_pz_|ngx_http_personalize_)/ } @files], [],
    'base names have the prefix');
is_deeply([map { forbidden($_) } sort @files], [], 'no zone includes what it may not see');
is_deeply([mutable_statics()], [], 'the engine has no mutable statics');
exports();
done_testing();


sub listed {
    my %in;
    open my $sources, '<', 'src/sources' or die "src/sources: $!\n";
    while (<$sources>) {
        next if /^\s*(?:#|$)/;
        my ($zone, $path) = /^(\w+)\s+(\S+)\s*$/ or die "src/sources:$.: not `zone path`\n";
        die "src/sources:$.: $path is there twice\n" if $in{$path};
        $in{$path} = $zone;
    }
    return %in;
}

sub zone  { (split m{/}, $_[0])[1] }
sub place { (split m{/}, $_[0])[2] }

sub doubles {
    my %seen;
    return grep { $seen{$_}++ == 1 } @_;
}

sub forbidden {
    my ($file) = @_;
    my ($zone, @bad) = (zone($file));
    my %visible = map { $_ => 1 } @{ $sees{$zone} || [] };

    open my $in, '<', $file or die "$file: $!\n";
    while (<$in>) {
        my ($name) = /^\s*#\s*include\s*[<"]([^>"]+)[>"]/ or next;
        my $target = $home{$name};
        push @bad, "$file:$. $name" if $target && !$visible{ zone($target) };
        push @bad, "$file:$. $name" if $target && $zone eq 'nginx' && zone($target) eq 'nginx'
            && !below($file, $target);
        for my $library (keys %library) {
            my ($header, @zones) = @{ $library{$library} };
            push @bad, "$file:$. $name"
                if !$target && $name =~ $header && !grep { $_ eq $zone } @zones;
        }
    }
    return @bad;
}

sub below {
    my ($file, $target) = @_;
    my $allowed = $floor{ place($file) } or return 1;
    return grep { $_ eq place($target) } @$allowed;
}

# Writable data of the engine's objects.  (.data.rel.ro is const, with addresses.)
sub mutable_statics {
    my @archives = glob 'build/release/lib*.a' or return 'the command is not built';
    my @bad;
    for my $archive (@archives) {
        my $object = '';
        for (`nm $archive`) {
            $object = $1 if /^(\S+\.o):$/;
            push @bad, "$object $2" if /^[0-9a-f]+ ([bBC]) (\S+)$/;
        }
        for (`objdump -t $archive`) {
            $object = $1 if /^(\S+\.o):/;
            push @bad, "$object $1" if /\sO\s\.data(?:\.rel|\.rel\.local)?\s+[0-9a-f]+\s+(?:\.hidden\s+)?(\S+)$/;
        }
    }
    return @bad;
}

sub exports {
    my $module = 'build/ngx_http_personalize_module.so';
    SKIP: {
        skip 'the module is not built', 2 if !-f $module;
        my %may = map { $_ => 1 }
            qw(ngx_modules ngx_module_names ngx_module_order ngx_http_personalize_module);
        my @names = map { (split ' ')[2] } `nm -D --defined-only $module`;
        is_deeply([grep { !$may{$_} } @names], [], 'the module exports itself only');

        # nginx brings the rest; a linker cannot tell the one from the other
        my @open = map { (split ' ')[1] } `nm -D --undefined-only $module`;
        is_deeply([grep { /^(?:ngx_)?pz_/ } @open], [], 'and nothing of its own is missing in it');
    }
}
