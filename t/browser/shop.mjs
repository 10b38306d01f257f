// The demo's shop with the rule files of lua/examples/shop, as each of its visitors sees it: what
// was put in is visible, nothing shifts, nothing sticks out of a small screen, no script fails, and
// everything that is meant to be closed can be.

import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { bail, finish, is, ok, skipAll } from '../judge/lib/tap.mjs';
import { personalize, startSite } from '../judge/lib/site.mjs';
import { available, launch, layoutShift } from './lib/chromium.mjs';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const read = (relative) => readFileSync(path(relative), 'utf8');
const json = (name) => JSON.parse(read(`../demo/data/${name}.json`));

const rules = Object.fromEntries(readdirSync(path('../../lua/examples/shop')).filter((f) => f.endsWith('.lua'))
  .map((f) => [f, read(`../../lua/examples/shop/${f}`)]));
const products = json('products');
const visitors = json('visitors');
const widths = [360, 1280];

const config = `
  charset utf-8;
  map $uri $language { default en; ~^/th/ th; }
  map $uri $page { default other; ~^(/th)?/$ home; ~^(/th)?/category/ category; ~^(/th)?/product/ product; ~^(/th)?/cart cart; }
  map $uri $category {
    default "";
    ~^(?:/th)?/category/(?<in_category>[a-z]+)/ $in_category;
    ${products.map((p) => `~^(?:/th)?/product/${p.sku}$ ${p.category};`).join('\n    ')}
  }
  map $uri $sku { default ""; ~^(?:/th)?/product/(?<of_product>[A-Z0-9-]+)$ $of_product; }
  server {
    listen 127.0.0.1:%%port:web%%;
    ${personalize}
    personalize_context page $page;
    personalize_context category $category;
    personalize_context sku $sku;
    location / { try_files $uri $uri/index.html $uri.html =404; }
  }`;

// What each kind of visitor must see on the home page.
const sees = {
  new:       { en: 'Delivery is free over', th: 'ส่งฟรีเมื่อซื้อครบ' },
  returning: { en: 'Welcome back,', th: 'ยินดีต้อนรับกลับค่ะ' },
  loyal:     { en: 'Thank you for', th: 'ขอบคุณสำหรับ' },
  leaving:   { en: 'We missed you,', th: 'คิดถึงนะคะ' },
  vip:       { en: 'tier sends everything free', th: 'ส่งฟรีทุกชิ้น' },
};

// What is found is told by `tell`, which two views at once do not mix.
async function look(browser, base, { who, as, language, url, width }, tell) {
  const name = `${as}, ${language}, ${url}, ${width} pixels`;
  const context = await browser.newContext({ viewport: { width, height: 800 }, locale: language });
  const tab = await context.newPage();
  const address = `${base}${url}${who ? `?as=${who}` : ''}`;
  const wrong = [];
  tab.setDefaultTimeout(8000);
  tab.on('pageerror', (e) => wrong.push(String(e)));
  tab.on('console', (m) => m.type() === 'error' && wrong.push(m.text()));
  tab.on('response', (r) => r.status() >= 400 && !r.url().endsWith('/favicon.ico') && wrong.push(`${r.status()} ${r.url()}`));
  // The shop's own header and tiles find their places as they are parsed.  Nothing is painted before
  // all is: what moves then, something late has moved.  t/browser/widgets.mjs paints what comes in pieces.
  await tab.route('**/style.css', async (route) => {
    await tab.waitForFunction((href) => location.href === href && document.readyState !== 'loading', address, { polling: 20 });
    await route.continue();
  });
  await tab.goto(address, { waitUntil: 'load' });

  const bar = tab.locator('.pz-welcome-bar');
  const home = url === '/' || url === '/th/';
  if (home) {
    tell.ok((await bar.innerText()).includes(sees[as][language]), `${name}: the bar for this visitor`);
    tell.is((await bar.boundingBox()).y, 0, '  at the very top');
  } else {
    tell.ok(await bar.count() <= 1, `${name}: one bar at the most`);
  }

  const shift = await layoutShift(tab);
  tell.is(shift.sum, 0, `  nothing shifts (${shift.nodes})`);
  tell.is(await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, '  no sideways scrolling');

  const bad = await tab.evaluate(async () => {
    for (const image of document.images) {
      image.loading = 'eager';
      await image.decode().catch(() => {});
    }
    return [...document.querySelectorAll('[class^="pz-"]')]
      .filter((e) => e.checkVisibility && e.localName !== 'style' && (!e.checkVisibility() || e.getBoundingClientRect().height === 0))
      .map((e) => e.className)
      .concat([...document.images].filter((i) => !i.naturalWidth).map((i) => `no picture ${i.src}`));
  });
  tell.is(bad.join(), '', '  all that was put in is visible, with its pictures');

  for (const close of await tab.locator('.pz-close').all()) {
    const block = close.locator('..');
    await close.click();
    tell.ok(!(await block.isVisible()), '  and what can be closed closes');
  }
  tell.is(wrong.join(' | '), '', '  without an error');
  await context.close();
}

async function main() {
  if (!available()) skipAll('no chromium: install chromium, or set PZ_CHROMIUM');
  try {
    execFileSync('redis-cli', ['--version']);
  } catch {
    skipAll('no redis-cli: install redis-tools');
  }

  const site = await startSite({ ports: ['web'], rules, config });
  execFileSync('perl', [path('../demo/build-shop'), `${site.dir}/html`]);
  const data = execFileSync('perl', [path('../demo/load-data')], { maxBuffer: 1 << 26 });
  execFileSync('redis-cli', ['-s', `${site.dir}/redis.sock`, '--pipe'], { input: data });

  const browser = await launch();
  const base = `http://127.0.0.1:${site.ports.web}`;
  const views = [];
  const everyone = [{ as: 'new', language: 'en' }, { as: 'new', language: 'th' }, ...visitors.map((v) => ({ ...v, who: v.id }))];
  for (const { as, language, who } of everyone) {
    const front = language === 'th' ? '/th' : '';
    for (const url of [`${front}/`, `${front}/category/table/`, `${front}/product/${products[0].sku}`, `${front}/cart`]) {
      for (const width of url.endsWith('/') ? widths : widths.slice(0, 1)) {
        views.push({ who, as, language, url, width });
      }
    }
  }
  await Promise.all([ 0, 1 ].map(async () => {
    for (let view = views.shift(); view; view = views.shift()) {
      const told = [];
      await look(browser, base, view, {
        ok: (...check) => told.push(() => ok(...check)), is: (...check) => told.push(() => is(...check)),
      });
      told.forEach((say) => say());
    }
  }));

  await browser.close();
  await site.stop();
  finish();
}

main().catch(bail);
