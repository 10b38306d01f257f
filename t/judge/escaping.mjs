// Hostile values in every place where a template takes one (FAULTS S5), through the command and
// parse5: no element, no attribute and no comment that the template did not have; each value comes
// out as itself; no link has a scheme that runs something.  Where there is no safe escape the rule
// is refused.  t/browser/xss.mjs does the same in a browser.
//
// More payloads, where they are: JSON lists of texts in ../shared/conformance/payloads*.json or blns*.json.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

import { bail, finish, is, ok, skip, skipAll } from './lib/tap.mjs';
import { hit, payloads } from './lib/payloads.mjs';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
if (!existsSync(path('../node_modules/parse5'))) skipAll('no npm package parse5; see t/tools/install');

const { parse } = await import('parse5');
const command = process.env.PZ_COMMAND ?? path('../../build/personalize');
const folder = mkdtempSync(`${tmpdir()}/pz-escaping-`);
const file = (name, text) => { writeFileSync(`${folder}/${name}`, text); return `${folder}/${name}`; };
const run = (...args) => spawnSync(command, args, { maxBuffer: 1 << 26 });

const rules = file('rules.lua', `
campaign "everywhere" {
  show = {
    welcome_bar { text = "{{ name }}", url = "/next?x={{ name }}", link = "{{ name }}", label = "{{ name }}" },
    banner { at = "main", op = "prepend", title = "{{ name }}", text = "{{ name }}" },
    append { at = "main", html = [[<p class="own" title="{{ name }}" data-x='{{ name }}'>{{ name }}</p>]] },
    append { at = "main", html = [[<i class="own" title="a{{ name }}z" data-x='a{{ name }}z'>a{{ name }}z<b>{{ name }}</b></i>]] },
    append { at = "main", html = [[<a class="own" href="{{ name }}">a</a><a href='/go/{{ name }}?to={{ name }}#{{ name }}'>b</a>]] },
    append { at = "main", html = [[<img class="own" alt="{{ name }}" src="{{ name }}">]] },
    append { at = "main", text = "{{ name }}" },
    append { at = "pre", text = "{{ name }}" },
    prepend { at = "pre", text = "{{ name }}" },
    inner { at = "title", text = "{{ name }}" },
    inner { at = "textarea", text = "{{ name }}" },
    append { at = "svg text", text = "{{ name }}" },
    append { at = "td", text = "{{ name }}" },
    set_attr { at = "#mark", name = "title", value = "{{ name }}" },
    set_attr { at = "#mark", name = "href", value = "{{ name }}" },
    add_class { at = "#mark", class = "own" },
    recommendations { at = "#related", op = "replace", strategy = "visitor", count = 3, heading = "{{ name }}" },
    coupon { at = "main", op = "append", pool = "evil", text = "{{ code }} {{ name }}" },
  },
}`);

const page = file('page.html', `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Shop</title></head>
<body><main><h1>Shop</h1><a id="mark">mark</a><pre>\nx</pre><textarea>\nx</textarea><svg><text>x</text></svg>
<table><tr><td>x</td></tr></table></main><div id="related"></div></body></html>`);

// Where no escape is right; and what would be one by its look.
const refused = [
  '<script>var x = "{{ name }}"</script>', '<style>p { color: {{ name }} }</style>', '<!-- {{ name }} -->', '<p {{ name }}>', '<{{ name }}>',
  '<p title={{ name }}>', '<p onclick="f(\'{{ name }}\')">', '<p style="color: {{ name }}">', '<iframe srcdoc="{{ name }}"></iframe>',
  '<p {{ name }}="x">', '<xmp>{{ name }}</xmp>', '<p title="{{{ name }}}">', '{{{ name }}}',
];

function show(value) {
  const visitor = file('visitor.json', JSON.stringify({ id: 'v1', name: value, link: value, $coupons: { evil: value },
    $products: [{ sku: 'S', title: value, url: '/x', image: '/y', price: '1', currency: value, category: value, stock: '3' }] }));
  const { status, stdout, stderr } = run('preview', '--rules', rules, '--visitor', visitor, page);
  if (status !== 0) throw new Error(`exit ${status}: ${stderr} for ${JSON.stringify(value)}`);
  return stdout.toString();
}

const walk = (node, out = []) => {
  for (const child of [...(node.childNodes ?? []), ...(node.content ? [node.content] : [])]) {
    out.push(child);
    walk(child, out);
  }
  return out;
};

// Elements, the names of their attributes, comments: what a value must not change.  The values of the places that are ours.
function read(html, scriptingEnabled) {
  const nodes = walk(parse(html, { scriptingEnabled }));
  const own = nodes.filter((n) => n.attrs?.some((a) => a.name === 'class' && a.value === 'own'));
  const textOf = (n) => (n.nodeName === '#text' ? n.value : (n.childNodes ?? []).map(textOf).join(''));
  const attr = (n, name) => n.attrs.find((a) => a.name === name)?.value;
  return {
    shape: nodes.filter((n) => n.nodeName !== '#text').map((n) => (n.tagName
      ? `${n.tagName}[${n.attrs.map((a) => a.name).sort()}]` : `${n.nodeName}${n.data ?? ''}`)).join(' '),
    links: nodes.flatMap((n) => (n.attrs ?? []).filter((a) => ['href', 'src', 'action', 'formaction', 'xlink:href'].includes(a.name)).map((a) => a.value)),
    values: own.flatMap((n) => [attr(n, 'title'), attr(n, 'alt'), ...(n.tagName === 'p' ? [attr(n, 'data-x'), textOf(n)] : [])]).filter((v) => v !== undefined),
    middles: own.filter((n) => n.tagName === 'i').flatMap((n) => [attr(n, 'title'), attr(n, 'data-x'), textOf(n)]),
  };
}

const safe = (url) => {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url.replace(/[\u0000-\u0020]/g, ''));
  return !scheme || ['http', 'https', 'mailto', 'tel', 'about'].includes(scheme[1].toLowerCase());
};

// Control characters and lone surrogates are none of a page: they become U+FFFD.
const plain = (value) => value.toWellFormed?.() ?? value;
const loose = (text) => text.replace(/[\u0000-\u001f\u007f-\u009f\ufffd]/g, '');

function judge(value, shapes) {
  const html = show(value);
  const wrong = [];
  for (const scripting of [true, false]) {
    const got = read(html, scripting);
    if (!shapes[scripting].includes(got.shape)) wrong.push(`another tree: ${got.shape}`);
    const bad = got.links.filter((url) => !safe(url));
    if (bad.length) wrong.push(`a link: ${bad}`);
    const lost = got.values.filter((v) => !['a', 'i'].includes(v) && loose(v) !== loose(plain(value)) && !v.startsWith('a'));
    if (lost.length) wrong.push(`another value: ${JSON.stringify(lost[0])}`);
    const cut = got.middles.filter((v) => !loose(v).startsWith(`a${loose(plain(value))}z`));
    if (cut.length) wrong.push(`cut: ${JSON.stringify(cut[0])}`);
  }
  return wrong;
}

// The shared lists: arrays of texts, or of objects with a payload.
function sharedPayloads() {
  const at = path('../../../shared/conformance/');
  if (!existsSync(at)) return undefined;
  const files = readdirSync(at).filter((f) => /(payloads|blns|xss).*\.json$/i.test(f));
  return files.length ? files.flatMap((f) => JSON.parse(readFileSync(`${at}${f}`))).map((e) => (typeof e === 'string' ? e : e.payload)).filter((e) => e) : undefined;
}

try {
  const shapes = {};
  const samples = ['Ann', 'https://127.0.0.1/x'].map(show);
  for (const scripting of [true, false]) {
    shapes[scripting] = samples.map((html) => read(html, scripting).shape);
    // a product whose title is nothing is none: the page keeps its own
    shapes[scripting].push(...shapes[scripting].map((shape) => shape.replace(/ section\[aria-label,class\] style\[\] h2.*/, ' div[id]')));
  }
  ok(/p\[class,data-x,title\]/.test(shapes[true][0]) && /section\[aria-label,class\]/.test(shapes[true][0]), 'the page is personalized');

  for (const value of payloads) {
    is(judge(value, shapes).join('; '), '', JSON.stringify(value).slice(0, 70).replace(/#/g, '\\#'));
  }

  // Each of them in pairs, and cut anywhere: what one leaves open the next must not close.
  const pieces = payloads.filter((v) => v.length < 100);
  const wrong = pieces.flatMap((v, i) => judge(`${v}${pieces[(i * 7 + 3) % pieces.length]}${v.slice(0, i % 9)}`, shapes)
    .map((w) => `${JSON.stringify(v)}: ${w}`));
  is(wrong.slice(0, 3).join('\n'), '', `${pieces.length} of them joined`);

  const more = sharedPayloads();
  if (more) is(more.flatMap((v) => judge(v, shapes).map((w) => `${JSON.stringify(v)}: ${w}`)).slice(0, 3).join('\n'), '', `${more.length} shared payloads`);
  else skip('shared payloads', 'there are none');

  for (const html of refused) {
    const { status, stderr } = run('check', file('refused.lua', `campaign "x" { show = { append { at = "main", html = [==[${html}]==] } } }`));
    ok(status === 1 && /refused\.lua:1: /.test(stderr), `refused: ${html.replace(/#/g, '\\#')}`, stderr);
  }
  ok(hit.length > 0 && payloads.length > 150, `${payloads.length} payloads of our own`);
  finish();
} catch (error) {
  bail(error);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
