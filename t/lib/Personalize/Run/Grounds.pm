package Personalize::Run::Grounds;

# What there is to run: builds, and whatever test stands in place.

use strict;
use warnings;

use Personalize::Run::Plan;

# Targets of make that tests need.
sub targets { qw(module build/personalize probe unit-build) }

# All programs whose ground is there.  `build` is called with a target of make and says whether it is
# made; `skip` with a program that cannot be run, and why.
sub programs {
    my ($build, $skip) = @_;
    my $module  = $build->('module');
    my $command = $build->('build/personalize');
    $build->('probe');
    my @unit    = $build->('unit-build') ? glob('build/unit/bin/*/test_*') : ();
    my @all     = grep { -x && !/\.d$/ } @unit;
    my $node    = (grep { -x "$_/node" || -x "$_/nodejs" } split /:/, $ENV{PATH})
                  && -e 't/node_modules/.installed-for';

    for my $program (_found('t')) {
        my $suite = Personalize::Run::Plan::suite($program);
        if ($program =~ /\.mjs$/ && !$node) {
            $skip->($program, 'no Node.js or no npm packages; see t/tools/install');
        } elsif ($suite =~ /^(?:nginx|browser|demo)$/ && !$module) {
            $skip->($program, 'the module does not build');
        } elsif (!$command) {
            $skip->($program, 'the personalize command does not build');
        } else {
            push @all, $program;
        }
    }
    return @all;
}

# *.t in any suite's folder, *.mjs at the top of t/judge and t/browser.
sub _found {
    my ($dir) = @_;
    my (@here, @below);

    opendir my $in, $dir or return;
    for my $name (sort readdir $in) {
        next if $name =~ /^\./;
        my $path = "$dir/$name";
        if (-d $path) {
            push @below, _found($path)
                unless $path =~ m{^t/(?:lib|tools|unit|bench|fuzz|node_modules)$};
        } elsif ($name =~ /\.t$/ || $path =~ m{^t/(?:judge|browser)/[^/]+\.mjs$}) {
            push @here, $path;
        }
    }
    return (@here, @below);
}

1;
