package Bench::Pages;

# Pages of a shop, made from a seed: tags with attributes, scripts, styles, inline pictures, tables
# and text, English and Thai, no two alike.  The three places that get something stand where such
# pages have them: at the start of the body, at two thirds, and near the end.

use strict;
use warnings;

use File::Path qw(make_path);

our $BODY    = '<body class="shop">';
our $RELATED = '<div id="related">';
our $MAIN    = '</main>';

my @words = qw(teapot celadon glaze kiln hand thrown stoneware cup bowl plate lamp wood linen cotton
    silk indigo woven basket incense candle garden table kitchen morning evening light quiet warm
    small large round square made from with and for the of in our your every each new last gift);
my @thai = ('ผ้าไหม', 'เครื่องปั้นดินเผา', 'ทอมือ', 'ส่งฟรี', 'ถ้วยชา', 'ศิลาดล', 'บ้านเรา', 'สินค้าใหม่', 'ราคาพิเศษ', 'ของขวัญ');

my @blocks = (
    [ 34, \&_card ], [ 20, \&_paragraph ], [ 8, \&_script ], [ 6, \&_data ], [ 5, \&_svg ],
    [ 5, \&_table ], [ 4, \&_form ], [ 3, \&_comment ], [ 7, \&_list ], [ 8, \&_thai ],
);

# $count pages of about $kb kilobytes, as $dir/$kb/1.html ...
sub write_all {
    my ($dir, $kb, $count, $seed) = @_;

    make_path("$dir/$kb");
    for my $n (1 .. $count) {
        open my $fh, '>:raw', "$dir/$kb/$n.html" or die "$dir/$kb/$n.html: $!\n";
        print $fh page($kb * 1024, $seed * 1000 + $n);
        close $fh or die "$dir/$kb/$n.html: $!\n";
    }
}

sub page {
    my ($size, $seed) = @_;

    srand($seed);
    my $head = _head($seed);
    my $foot = _foot();
    my $left = $size - length($head) - length($foot);

    my $first = _fill($left * 0.66);
    my $second = _fill($left * 0.22);
    my $rest = _fill($left - length($first) - length $second);

    return $head . $first . qq{<section class="related">\n$RELATED</div>\n</section>\n}
        . $second . "$MAIN\n" . $rest . $foot;
}

sub _fill {
    my ($size) = @_;
    my $text = '';

    while (length $text < $size) {
        my $pick = rand 100;
        for my $block (@blocks) {
            $pick -= $block->[0];
            next if $pick > 0;
            $text .= $block->[1]->();
            last;
        }
    }
    return $text;
}

sub _words { my ($n) = @_; return join ' ', map { $words[ rand @words ] } 1 .. $n }
sub _number { my ($to) = @_; return 1 + int rand $to }

sub _head {
    my ($seed) = @_;
    my $title = ucfirst _words(4);

    return <<"HTML" . _style() . _script() . "</head>\n$BODY\n" . _header();
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>$title - shop $seed</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="@{[ _words(18) ]}">
<meta property="og:title" content="$title"><meta property="og:image" content="/img/og-$seed.jpg">
<link rel="preload" href="/fonts/text.woff2" as="font" type="font/woff2" crossorigin>
<link rel="stylesheet" href="/css/shop.css?v=$seed">
<link rel="canonical" href="https://shop.example/page/$seed">
HTML
}

sub _header {
    return qq{<header class="top" role="banner">\n<a class="logo" href="/">Shop</a>\n<nav aria-label="Main">}
        . _list() . "</nav>\n</header>\n<main id=\"content\" class=\"wide\">\n<h1>" . _words(3) . "</h1>\n";
}

sub _foot {
    return "<footer>\n" . _list() . "<p>&copy; Shop. " . _words(12) . "</p>\n</footer>\n"
        . _script() . "</body>\n</html>\n";
}

sub _style {
    my $rules = join "\n", map {
        sprintf '.c%d > .t%d::after{content:"<";margin:%dpx %dpx;color:#%06x}', _number(99), _number(99),
            _number(20), _number(20), rand 0xffffff
    } 1 .. 12;
    return "<style>\n$rules\n</style>\n";
}

sub _card {
    my ($id, $name) = (_number(99999), _words(3));
    return <<"HTML";
<article class="card card--@{[ _number(4) ]} js-track" data-sku="SKU-$id" data-price="@{[ _number(5000) ]}" itemscope itemtype="https://schema.org/Product">
  <a class="card__link" href="/product/$id?ref=list&amp;pos=@{[ _number(40) ]}" aria-label="$name">
    <img class="card__image" src="/img/$id-320.jpg" srcset="/img/$id-320.jpg 320w, /img/$id-640.jpg 640w" sizes="(max-width: 600px) 50vw, 25vw" width="320" height="320" loading="lazy" alt="$name">
    <h3 class="card__title" itemprop="name">$name</h3>
  </a>
  <p class="card__text">@{[ _words(6 + rand 10) ]}</p>
  <div class="card__foot"><span class="price" itemprop="price">฿@{[ _number(5000) ]}</span> <button type="button" class="btn btn--small" data-action="add" data-id="$id" disabled>Add</button></div>
</article>
HTML
}

sub _paragraph {
    return '<p>' . ucfirst(_words(25 + rand 30)) . ' <em>' . _words(3) . '</em> &amp; <a href="/about/'
        . _number(500) . '">' . _words(2) . '</a>, ' . _words(20 + rand 20) . ".</p>\n";
}

sub _thai {
    return '<p lang="th">' . join('', map { $thai[ rand @thai ] } 1 .. 20) . ' <b>' . $thai[ rand @thai ]
        . "</b></p>\n";
}

sub _script {
    my @lines = map {
        my ($a, $b) = (_number(9999), _number(9999));
        "  if (w.q[$a] < $b && w.n > 1) { push({id: $a, html: '<div class=\"x\">' + t[$b] + '<\\/div>'}); }"
    } 1 .. 6 + rand 10;
    return join "\n", '<script>', '(function (w) {', @lines, '})(window);', "</script>\n";
}

sub _data {
    return '<script type="application/ld+json">{"@context":"https://schema.org","@type":"ItemList","itemListElement":['
        . join(',', map { '{"@type":"ListItem","position":' . $_ . ',"name":"' . _words(3) . '","url":"/product/' . _number(9999) . '"}' } 1 .. 6)
        . "]}</script>\n";
}

sub _svg {
    return '<svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true"><path d="'
        . join(' ', map { sprintf '%s%.2f %.2f', (qw(M L C l c))[ rand 5 ], rand 24, rand 24 } 1 .. 30)
        . qq{"/><circle cx="12" cy="12" r="9"/></svg>\n};
}

sub _table {
    return "<table class=\"spec\"><tbody>\n"
        . join('', map { '<tr><th scope="row">' . _words(2) . '</th><td>' . _words(3) . "</td></tr>\n" } 1 .. 6)
        . "</tbody></table>\n";
}

sub _form {
    return '<form action="/search" method="get"><label for="f' . _number(999) . '">' . _words(2) . '</label><select name="s">'
        . join('', map { "<option value=\"$_\">" . _words(1) . '</option>' } 1 .. 8)
        . "</select><input type=\"text\" name=\"q\" value=\"\" placeholder='search > here'></form>\n";
}

sub _comment { return '<!-- ' . _words(10) . " <div> -- not a tag -->\n" }

sub _list {
    return '<ul class="menu">'
        . join('', map { '<li class="menu__item"><a href="/c/' . _number(300) . '">' . _words(2) . '</a></li>' } 1 .. 8)
        . "</ul>\n";
}

1;
