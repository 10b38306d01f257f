// Hostile profiles in a real browser (FAULTS S5): no script runs, no element, no attribute and no
// link is made of a profile's values, wherever a template puts them.

import { bail, finish, is, ok, skipAll } from '../judge/lib/tap.mjs';
import { payloads as values } from '../judge/lib/payloads.mjs';
import { startSite, personalize } from '../judge/lib/site.mjs';
import { available, launch } from './lib/chromium.mjs';

const rules = `
campaign "everywhere" {
  show = {
    welcome_bar { text = "{{ name }}", url = "/next?x={{ name }}", link = "{{ name }}", label = "{{ name }}" },
    banner { at = "main", op = "prepend", title = "{{ name }}", text = "{{ name }}" },
    append { at = "main", html = [[<p class="own" title="{{ name }}" data-x='{{ name }}'>{{ name }}</p>]] },
    append { at = "main", html = [[<a class="own" href="{{ link }}">a</a><a class="own" href='/go?to={{ link }}'>b</a>]] },
    append { at = "main", text = "{{ name }}" },
    set_attr { at = "#mark", name = "title", value = "{{ name }}" },
    set_attr { at = "#mark", name = "href", value = "{{ link }}" },
    recommendations { at = "#related", op = "replace", strategy = "visitor", count = 3, heading = "{{ name }}" },
    coupon { at = "main", op = "append", pool = "evil", text = "{{ code }} {{ name }}" },
  },
}`;

const html = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Shop</title></head>
<body><main><h1>Shop</h1><a id="mark">mark</a></main><div id="related"></div></body></html>`;

// Elements and the names of their attributes, and the links: what a value must not change.
const shape = () => {
  const all = [...document.querySelectorAll('*')];
  return all.map((e) => `${e.localName}[${[...e.attributes].map((a) => a.name).sort()}]`).join(' ');
};
const links = () => [...document.querySelectorAll('[href],[src],[action]')]
  .flatMap((e) => ['href', 'src', 'action'].map((n) => e.getAttribute(n)).filter((v) => v !== null));
const safe = (url) => {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url.replace(/[\u0000-\u0020]/g, ''));
  return !scheme || ['http', 'https', 'mailto', 'tel', 'about'].includes(scheme[1].toLowerCase());
};

// A product's picture may be anywhere on the web, also with a name in front of the host.  A value that
// is such an address as a whole asks for that picture, and for nothing else.
const picture = (value, base) => {
  const url = URL.canParse(value, base) ? new URL(value, base) : undefined;
  return url && ['http:', 'https:'].includes(url.protocol) ? `image ${url.href}` : undefined;
};

async function main() {
  if (!available()) skipAll('no chromium: install chromium, or set PZ_CHROMIUM');

  const visitors = { plain: { name: 'Ann', link: '/x' } };
  const redis = [];
  const product = (sku, value) => ['HSET', `pz:product:${sku}`, 'title', value, 'url', value, 'image', value, 'price', value,
    'currency', value, 'category', value, 'stock', '3'];
  values.forEach((value, n) => {
    visitors[`v${n}`] = { name: value, link: value };
    redis.push(product(`S${n}`, value), ['RPUSH', `pz:recs:visitor:{v${n}}`, `S${n}`]);
    redis.push(['SET', `pz:coupon:{evil}:v${n}`, value]);
  });
  redis.push(product('S-plain', '/plain'), ['RPUSH', 'pz:recs:visitor:{plain}', 'S-plain'], ['SET', 'pz:coupon:{evil}:plain', 'C-1']);

  const site = await startSite({
    ports: ['web'], rules: { 'rules.lua': rules }, pages: { 'index.html': html }, visitors, redis,
    config: `server { listen 127.0.0.1:%%port:web%%; ${personalize} location /x { return 204; } location /plain { return 204; } }`,
  });
  const browser = await launch();
  const context = await browser.newContext();
  const tab = await context.newPage();
  const seen = [];
  const base = `http://127.0.0.1:${site.ports.web}/`;
  tab.on('dialog', (d) => { seen.push('dialog'); d.dismiss(); });
  tab.on('request', (r) => { if (!r.url().startsWith(base) && !/^(data|about):/.test(r.url())) seen.push(`${r.resourceType()} ${r.url()}`); });
  await context.route((url) => url.hostname !== '127.0.0.1', (route) => route.abort());

  const visit = async (who) => {
    await tab.goto(`${base}?as=${who}`, { waitUntil: 'load' });
    await tab.evaluate(() => document.querySelectorAll('*').forEach((e) => {
      e.dispatchEvent(new MouseEvent('mouseover', { bubbles: true }));
      if (e.focus && e.tabIndex >= 0) e.focus();
    }));
    return { shape: await tab.evaluate(shape), links: await tab.evaluate(links), hit: await tab.evaluate(() => window.__hit) };
  };

  const plain = await visit('plain');
  ok(plain.shape.includes('p[class,data-x,title]'), 'the page is personalized');
  // a product without a sound picture has none, one without a sound address is no product: then the page keeps its own
  const shapes = [plain.shape, plain.shape.replace(/ img\[[^\]]*\]/, ''), plain.shape.replace(/ section\[aria-label,class\] style\[\] h2.*/, ' div[id]')];

  for (const [n, value] of values.entries()) {
    seen.length = 0;
    const got = await visit(`v${n}`);
    const name = JSON.stringify(value).slice(0, 60).replace(/#/g, '\\#');
    is(got.hit, undefined, `${name}: runs nothing`);
    is(seen.filter((what) => what !== picture(value, base)).join(), '', '  asks nobody, but for a picture that is that address');
    const same = shapes.includes(got.shape);
    ok(same, '  makes no element and no attribute', same ? '' : `got  ${got.shape}\nwant ${plain.shape}`);
    const bad = got.links.filter((url) => !safe(url));
    is(bad.join(), '', '  makes no link of another scheme');
  }

  await browser.close();
  await site.stop();
  finish();
}

main().catch(bail);
