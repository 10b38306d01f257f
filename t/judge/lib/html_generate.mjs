// Random documents, well-formed and misnested, and random edits that fit them.

// xorshift: the same documents for the same seed, everywhere.
export class Random {
  constructor(seed) { this.state = (seed * 2654435761 + 88172645) >>> 0 || 1; }
  next() {
    let x = this.state;
    x ^= x << 13; x >>>= 0;
    x ^= x >>> 17;
    x ^= x << 5; x >>>= 0;
    this.state = x;
    return x;
  }
  below(n) { return this.next() % n; }
  chance(percent) { return this.below(100) < percent; }
  pick(list) { return list[this.below(list.length)]; }
}

const BLOCKS = ['div', 'section', 'p', 'ul', 'ol', 'li', 'dl', 'dt', 'dd', 'h1', 'h2', 'table', 'tbody', 'thead', 'tr',
  'td', 'th', 'caption', 'colgroup', 'form', 'button', 'select', 'optgroup', 'option', 'ruby', 'rb', 'rt', 'rp', 'rtc', 'main',
  'tfoot', 'template', 'frameset', 'article', 'blockquote', 'center', 'address', 'details', 'summary', 'fieldset', 'object', 'pre', 'listing', 'x-y', 'my-very-own-element'];
const INLINE = ['span', 'b', 'i', 'a', 'em', 'strong', 'font', 'code', 'u', 'label', 'nobr', 'small'];
const VOIDS = ['br', 'img', 'hr', 'input', 'col', 'wbr'];
const RAW = ['script', 'style', 'textarea', 'title', 'iframe', 'noscript', 'xmp', 'noembed', 'noframes'];
const FOREIGN = ['svg', 'g', 'path', 'foreignObject', 'desc', 'math', 'mi', 'mo', 'mtext', 'title', 'annotation-xml', 'font', 'mglyph'];
const WORDS = ['a', 'b', 'c', 'd'];

const attributes = (random) => {
  let text = '';
  if (random.chance(25)) text += ` class=${random.pick(['a', '"a b"', "'c  d'", 'b'])}`;
  if (random.chance(10)) text += ` id=${random.pick(WORDS)}`;
  if (random.chance(10)) text += ` ${random.pick(['title', 'data-x', 'href', 'lang'])}${
    random.pick(['', '=x', '="x y"', "='>'", '=""', '="a&amp;b"', '=a&ltb&amp;', "='&copy &#x41;&nosuch;'"])}`;
  return text;
};

const text = (random) => random.pick(['x', ' ', 'one two', '\n', '', '&amp;', '< ', 'é', 'ไทย', '<!-- c -->', '</>', '<?pi?>']);

// Parts with end tags that a page may leave out, or with another parser behind them.
const open = (random, name, inside) => `<${name}${attributes(random)}>${inside}${random.chance(50) ? `</${name}>` : ''}`;

const ruby = (random) => `<ruby${attributes(random)}>${open(random, 'rb', 'x')}${random.chance(50) ? open(random, 'rtc', open(random, 'rt', 'y'))
  : `${open(random, 'rp', '(')}${open(random, 'rt', 'y')}${open(random, 'rp', ')')}`}</ruby>`;

const sections = (random, depth) => {
  const row = () => open(random, 'tr', `${open(random, 'th', 'h')}${open(random, 'td', nested(random, depth + 1))}`);
  return `<table${attributes(random)}>${random.chance(50) ? `<caption${attributes(random)}>c</caption>` : ''}${
    random.chance(50) ? open(random, 'colgroup', '<col><col span=2>') : ''}${random.chance(50) ? open(random, 'thead', row()) : ''}${
    open(random, 'tbody', row() + row())}${random.chance(50) ? open(random, 'tfoot', row()) : ''}</table>`;
};

const choices = (random) => `<select${attributes(random)}>${open(random, 'option', 'a')}${open(random, 'optgroup', open(random, 'option', 'b')
  + open(random, 'option', 'c'))}${random.chance(30) ? '<hr>' : ''}${open(random, 'option', '')}</select>`;

const drawing = (random) => random.pick([
  () => `<svg${attributes(random)}><g${attributes(random)}><path${attributes(random)}/><circle/></g><a xlink:href=x><text>t</text></a><![CDATA[<p>]]><title>t</title>${
    random.chance(50) ? `<foreignObject><div${attributes(random)}>d</div></foreignObject>` : ''}</svg>`,
  () => `<math${attributes(random)}><mi${attributes(random)}>x</mi><mo/><mtext><b>m</b></mtext><annotation-xml encoding=text/html><p>a</p></annotation-xml></math>`,
])();

const contents = (random, depth) => `<template${attributes(random)}>${random.pick([() => nested(random, depth + 1), () => '<tr><td>x</td></tr>', () => '<td>x',
  () => '<li class=a>x', () => '<col>', () => '<option>x'])()}</template>`;

// One tree: elements that nest as they should.
const nested = (random, depth) => {
  let out = '';
  for (let n = random.below(4); n >= 0; n--) {
    const kind = random.below(10);
    if (kind < 3 || depth > 5) out += text(random);
    else if (kind < 4) out += `<${random.pick(VOIDS.slice(0, 3))}${attributes(random)}>`;
    else if (kind < 5) {
      const cells = () => `<td${attributes(random)}>${nested(random, depth + 2)}${random.chance(50) ? '</td>' : ''}`;
      const row = () => `<tr${attributes(random)}>${cells()}${cells()}${random.chance(50) ? '</tr>' : ''}`;
      out += `<table${attributes(random)}>${random.chance(50) ? `<tbody${attributes(random)}>` : ''}${row()}${row()}</table>`;
    } else if (kind < 6) {
      const item = (name) => `<${name}${attributes(random)}>${nested(random, depth + 2)}${random.chance(50) ? `</${name}>` : ''}`;
      out += random.chance(50) ? `<ul${attributes(random)}>${item('li')}${item('li')}</ul>`
        : `<dl>${item('dt')}${item('dd')}${item('dt')}</dl>`;
    } else if (kind < 7 && random.chance(20)) {
      out += `<pre${attributes(random)}>${random.pick(['', '\n', '\r\n', '\n\n', '<b>x</b>\n'])}${nested(random, depth + 2)}</pre>`;
    } else if (kind < 7 && random.chance(40)) out += random.pick([ruby, sections, choices, drawing, contents])(random, depth + 2);
    else if (kind < 7) out += `<p${attributes(random)}>${random.chance(50) ? 'x' : '<span>y</span>'}${random.chance(50) ? '</p>' : ''}`;
    else {
      const name = random.pick(['div', 'section', 'span', 'main', 'article', 'x-y', 'center', 'blockquote']);
      out += `<${name}${attributes(random)}>${nested(random, depth + 1)}</${name}>`;
    }
  }
  return out;
};

// A soup: start and end tags as they come.
const soup = (random) => {
  let out = '';
  for (let n = 4 + random.below(24); n > 0; n--) {
    const kind = random.below(20);
    const name = random.pick(kind < 10 ? BLOCKS : kind < 14 ? INLINE : kind < 15 ? FOREIGN : BLOCKS);
    if (kind < 11) out += `<${name}${attributes(random)}${random.chance(4) ? '/' : ''}>`;
    else if (kind < 15) out += `<${random.chance(50) ? '/' : ''}${name}>`;
    else if (kind < 16) out += `<${random.pick(VOIDS)}${attributes(random)}>`;
    else if (kind < 17 && random.chance(30)) {
      const raw = random.pick(RAW);
      out += `<${raw}${attributes(random)}>${random.pick(['x', '<p>', '<!--', '</p>'])}</${raw}>`;
    } else if (kind < 18 && random.chance(15)) out += `<${random.pick(['body', 'body', 'html'])}${attributes(random)}>`;
    else out += text(random);
  }
  return out;
};

// Behind </body> a page may go on.
const end = (random) => random.pick(['</body></html>', '</body>\n</html>\n', '</body> <!-- c --></html>\n', '', '</html>']);
const tail = (random) => `</body>${random.pick(['', '\n', '<!-- c -->', 'x', '</div>', '<p class=a>y', ' <script>1</script>', '<div>z</div>\n'])}</html>${
  random.pick(['', '\n', '<!-- c -->', '\n</body>', '<p>'])}`;

// A page of nothing is none.
const around = (random, inside, end) => {
  const head = random.pick(['', '<!DOCTYPE html>', '<!DOCTYPE html><html><head><title>t</title></head>',
    '<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n', '<html>', '<head></head>']);
  const body = random.pick(['<body>', '<body class=a>', '<p>']);
  return `${head}${body}${inside}${end}`;
};

export const nestedDocument = (random) => around(random, nested(random, 0), end(random));
export const soupDocument = (random) => around(random, soup(random), random.chance(25) ? tail(random) : end(random));

// Selectors of what is there, and some more.
export const selectorsOf = (document, random, count) => {
  const found = [];
  const walk = (node) => {
    for (const child of node.childNodes ?? []) {
      if (child.tagName) found.push(child);
      walk(child);
    }
  };
  walk(document);
  const simple = (node) => {
    const attr = (name) => node.attrs.find((a) => a.name === name)?.value;
    const word = (attr('class') ?? '').split(/\s+/).find((w) => /^[a-z_][a-z0-9_-]*$/i.test(w));
    const id = attr('id');
    const kind = random.below(6);
    if (kind === 0 && word) return `.${word}`;
    if (kind === 1 && word) return `${node.tagName}.${word}`;
    if (kind === 2 && id && /^[a-z_][a-z0-9_-]*$/i.test(id)) return `#${id}`;
    if (kind === 3 && node.attrs.length && /^[a-z][a-z-]*$/.test(node.attrs[0].name)) {
      const value = node.attrs[0].value;
      if (!/^[\x20-\x7e©]+$/.test(value) || /["\\]/.test(value)) return `[${node.attrs[0].name}]`;
      return random.pick([`[${node.attrs[0].name}]`, `${node.tagName}[${node.attrs[0].name}="${value}"]`,
        `[${node.attrs[0].name}^="${value[0]}"]`, `[${node.attrs[0].name}*="${value.slice(-2)}"]`]);
    }
    if (!/^[a-z][a-z0-9-]*$/.test(node.tagName)) return word ? `.${word}` : 'p';
    return node.tagName;
  };
  const selectors = [];
  for (let i = 0; i < count; i++) {
    const node = random.pick(found);
    const up = node.parentNode?.tagName ? node.parentNode : undefined;
    const kind = random.below(10);
    if (kind < 3 && up) selectors.push(`${simple(up)}${random.pick([' ', ' > '])}${simple(node)}`);
    else if (kind < 4) selectors.push(`${simple(random.pick(found))} ${simple(node)}`);
    else if (kind < 5) selectors.push(`${simple(node)}, ${simple(random.pick(found))}`);
    else if (kind < 6) selectors.push(`${simple(random.pick(found))} ${random.pick(['+', '~'])} ${simple(node)}`);
    else if (kind < 7) selectors.push(`${simple(node)}${random.pick([':first-child', ':nth-child(2n+1)', ':first-of-type',
      ':nth-of-type(2)', ':nth-child(-n+3)', ':not(.a)', `:is(div, ${simple(node)})`, ':not(div p)'])}`);
    else selectors.push(simple(node));
  }
  return selectors;
};

const OPS = ['before', 'after', 'prepend', 'append', 'replace', 'inner', 'remove', 'set-attr', 'remove-attr', 'add-class',
  'remove-class'];
// A comment inside raw text is text.
const NO_CONTENT = ':not(script, style, textarea, title, iframe, noscript, xmp, noembed, noframes, plaintext, html)';

export const editsOf = (selectors, random) => {
  let n = 0;
  const one = (selector) => {
    const op = random.pick(OPS);
    const safe = selector.split(', ').map((s) => `${s}${NO_CONTENT}`).join(', ');
    const kept = selector.split(', ').map((s) => `${s}:not(html, head, body)`).join(', ');
    const e = { op, selector: ['prepend', 'append', 'inner'].includes(op) ? safe
      : ['replace', 'remove'].includes(op) ? kept : selector };
    if (['before', 'after', 'prepend', 'append', 'replace', 'inner'].includes(op)) e.mark = `e${n++}`;
    if (op === 'set-attr') Object.assign(e, { name: random.pick(['title', 'data-x', 'class']), value: 'v "1" & <2>' });
    if (op === 'remove-attr') e.name = random.pick(['title', 'class', 'id']);
    if (op === 'add-class' || op === 'remove-class') e.name = random.pick(['a', 'b', 'new']);
    return e;
  };
  const single = selectors.map((s) => [one(s)]);
  return [...single, selectors.map(one)];
};
