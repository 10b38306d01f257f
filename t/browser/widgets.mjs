// What visitors see: the welcome bar at the top, without a shift, closed by mouse and by keyboard,
// in Thai and in English, on small screens, without JavaScript; coupon and product cards.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { bail, finish, is, ok, skipAll } from '../judge/lib/tap.mjs';
import { personalize, startSite } from '../judge/lib/site.mjs';
import { available, launch, layoutShift } from './lib/chromium.mjs';
import { openInPieces } from './lib/pieces.mjs';

const thai = 'ยินดีต้อนรับกลับมา คุณสมศรี! ส่งฟรีทุกคำสั่งซื้อ';
const rules = `
campaign "bar" {
  show = { welcome_bar { text = "Welcome back, {{ name }}!", url = "/offer.html", link = "See the offer" } },
  pages = { "/shop.html" },
}
campaign "thai" {
  show = { welcome_bar { text = "ยินดีต้อนรับกลับมา คุณ{{ name }}! ส่งฟรีทุกคำสั่งซื้อ" } },
  pages = { "/thai.html", "/thai874" },
}
campaign "jump" {
  show = { prepend { at = "main", html = [[<div id="jump">{{ name }}</div><style>#jump { padding: 2rem }</style>]] } },
  pages = { "/jump.html" },
}
campaign "rest" {
  pages = { "/shop.html" },
  show = {
    banner { at = "main", op = "prepend", text = "A banner for {{ name }}" },
    coupon { at = "main", op = "append", pool = "autumn", text = "Take {{ code }} today" },
    recommendations { at = "#related", op = "replace", strategy = "popular", count = 3, heading = "For you" },
  },
}
`;

const page = (lang, body) => `<!DOCTYPE html>
<html lang="${lang}"><head><meta charset="utf-8"><title>Shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body { margin: 0; font-family: sans-serif } main { padding: 1rem }</style></head>
<body><header><h1>Shop</h1></header><main>${body}<div id="related">…</div></main></body></html>`;

const text874 = readFileSync(fileURLToPath(new URL('../pages/thai-windows-874.html', import.meta.url)));

const products = ['P1', 'P2', 'P3'].flatMap((sku, n) => [[
  'HSET', `pz:product:${sku}`, 'title', n ? `Product ${sku}` : 'ผ้าไหมมัดหมี่สีคราม ทอมือจากสุรินทร์ ผืนเดียวในโลก',
  'url', `/product/${sku}`, 'image', `/img/${sku}.svg`, 'price', '2900', 'currency', 'THB', 'stock', '3',
]]);

async function main() {
  if (!available()) skipAll('no chromium: install chromium, or set PZ_CHROMIUM');

  const site = await startSite({
    ports: ['web'],
    rules: { 'rules.lua': rules },
    pages: {
      'shop.html': page('en', '<p>Hello.</p>'.repeat(30)),
      'thai.html': page('th', '<p>สวัสดี</p>'.repeat(30)),
      'jump.html': page('en', '<p>Hello.</p>'.repeat(3)),
      'book.gif': '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="90"/>',
      'late.html': page('en', '<p>Hello.</p><script>setTimeout(() => document.body.prepend(Object.assign(document.createElement("h2"), { textContent: "late" })), 100)</script>'),
      'offer.html': page('en', '<p id="offer">The offer</p>'),
      'product/P2': page('en', '<p id="product">Product 2</p>'),
      'img/P1.svg': '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="320"><rect width="320" height="320" fill="navy"/></svg>',
    },
    visitors: { ann: { name: 'Ann' }, somsri: { name: 'สมศรี' }, wide: { name: 'W'.repeat(120) } },
    redis: [...products, ['RPUSH', 'pz:recs:popular:all', 'P1', 'P2', 'P3'], ['RPUSH', 'pz:coupons:{autumn}', 'AUTUMN-7XK', 'AUTUMN-8YL', 'AUTUMN-9ZM']],
    config: `server {
      listen 127.0.0.1:%%port:web%%;
      ${personalize}
      location = /thai874 { charset windows-874; alias %%dir%%/874; }
      location = /book.gif { types { } default_type image/svg+xml; }   # a picture that is missing shrinks to its text: a shift of the page's own
      location /plain/ { personalize off; alias %%dir%%/html/; }
    }`,
  });
  writeFileSync(`${site.dir}/874`, text874);

  const browser = await launch();
  const base = `http://127.0.0.1:${site.ports.web}`;
  const open = async (path, options = {}) => {
    const context = await browser.newContext({ viewport: { width: 1000, height: 700 }, ...options });
    const tab = await context.newPage();
    tab.setDefaultTimeout(8000);
    tab.errors = [];
    tab.on('pageerror', (e) => tab.errors.push(String(e)));
    if (path) await tab.goto(base + path, { waitUntil: 'load' });
    return tab;
  };

  // the bar
  let tab = await open('/shop.html?as=ann');
  const bar = tab.locator('.pz-welcome-bar');
  ok(await bar.isVisible(), 'the bar is visible');
  ok((await bar.innerText()).includes('Welcome back, Ann!'), '  with its text');
  let box = await bar.boundingBox();
  is(box.y, 0, '  at the very top');
  is(box.x, 0, '  from the left');
  is(box.width, 1000, '  to the right');
  ok(box.height >= 40 && box.height < 120, `  of a sound height (${box.height})`);
  ok((await tab.locator('h1').boundingBox()).y >= box.height, '  and the page is below it');
  let shift = await layoutShift(tab);
  is(shift.sum, 0, `nothing shifts (${shift.nodes})`);
  is(tab.errors.join(), '', 'no script has failed');

  tab = await open('/late.html?as=ann');
  await tab.waitForTimeout(400);
  shift = await layoutShift(tab);
  ok(shift.sum > 0, 'a bar that a script brings late would be noticed');
  await tab.context().close();
  tab = await open('/shop.html?as=ann');

  // what else is on the page
  ok(await tab.getByText('A banner for Ann').isVisible(), 'the banner is visible');
  const code = tab.locator('.pz-coupon-code');
  ok(await code.isVisible(), 'the coupon is visible');
  const shown = await code.innerText();
  ok(/^AUTUMN-\d[A-Z]{2}$/.test(shown), `  with a code (${shown})`);
  const cards = tab.locator('.pz-rec a');
  is(await cards.count(), 3, 'three product cards');
  is(await cards.nth(1).getAttribute('href'), '/product/P2', '  are links');
  ok(await cards.nth(0).isVisible(), '  visible');
  await cards.nth(1).click();
  ok(await tab.locator('#product').isVisible(), '  that lead to the product');
  await tab.goBack();
  ok(await tab.locator('.pz-welcome-bar').isVisible(), 'back: the bar is there');
  await tab.reload();
  is(await tab.locator('.pz-coupon-code').innerText(), shown, 'and the same code again');
  await tab.getByText('See the offer').click();
  ok(await tab.locator('#offer').isVisible(), 'the link of the bar leads on');
  await tab.context().close();

  // closing it
  tab = await open('/shop.html?as=ann');
  await tab.locator('.pz-welcome-bar .pz-close').click();
  ok(!(await tab.locator('.pz-welcome-bar').isVisible()), 'closed by the mouse');
  is((await tab.locator('h1').boundingBox()).y < 40, true, '  and its place with it');
  await tab.context().close();

  tab = await open('/shop.html?as=ann');
  let focused = '';
  for (let n = 0; n < 4 && focused !== 'pz-close'; n++) {
    await tab.keyboard.press('Tab');
    focused = await tab.evaluate(() => document.activeElement.className);
  }
  is(focused, 'pz-close', 'the close button is reached by keyboard');
  await tab.keyboard.press('Space');
  ok(!(await tab.locator('.pz-welcome-bar').isVisible()), '  and works');
  await tab.context().close();

  tab = await open('/shop.html?as=ann', { javaScriptEnabled: false });
  ok(await tab.locator('.pz-welcome-bar').isVisible(), 'without JavaScript: visible');
  await tab.locator('.pz-welcome-bar .pz-close').click();
  ok(!(await tab.locator('.pz-welcome-bar').isVisible()), '  and closed');
  await tab.context().close();

  // Thai
  for (const path of ['/thai.html', '/thai874']) {
    tab = await open(`${path}?as=somsri`);
    is((await tab.locator('.pz-welcome-bar-text').innerText()).trim(), thai, `${path}: Thai text`);
    ok(await tab.evaluate(() => {
      const draw = (text) => {
        const canvas = Object.assign(document.createElement('canvas'), { width: 60, height: 60 });
        const g = canvas.getContext('2d');
        g.font = '40px sans-serif';
        g.fillText(text, 5, 45);
        return canvas.toDataURL();
      };
      return draw('ส') !== draw('\uE123') && draw('ส') !== draw('ศ');
    }), '  in a font that has it');
    shift = await layoutShift(tab);
    is(shift.sum, 0, `  nothing shifts (${shift.nodes})`);
    is(await tab.locator('.pz-welcome-bar').count(), 1, '  once');
    await tab.context().close();
  }

  // painted as it comes
  const inPieces = async (path) => {
    tab = await open('');
    const pieces = await openInPieces(tab, base, path);
    shift = await layoutShift(tab);
    return { pieces, sum: shift.sum };
  };
  for (const path of ['/shop.html', '/thai.html']) {
    const own = await inPieces(`/plain${path}`);
    is(own.sum, 0, `${path} without us, in ${own.pieces} pieces: nothing shifts`);
    await tab.context().close();
    const got = await inPieces(`${path}?as=somsri`);
    ok(got.pieces > own.pieces, `  with us, in ${got.pieces}`);
    is(got.sum, 0, `  nothing shifts (${shift.nodes})`);
    await tab.context().close();
  }
  ok((await inPieces('/jump.html?as=somsri')).sum > 0, 'a style behind what it styles would be noticed', shift.nodes);
  is((await inPieces('/plain/jump.html?as=somsri')).sum, 0, '  and is not the page\'s own');
  await tab.context().close();

  // small screens, long names
  for (const width of [320, 375, 768]) {
    tab = await open('/shop.html?as=wide', { viewport: { width, height: 640 } });
    const over = await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    is(over, 0, `${width} pixels: no sideways scrolling`);
    box = await tab.locator('.pz-welcome-bar .pz-close').boundingBox();
    ok(box.width >= 24 && box.height >= 24 && box.x + box.width <= width, '  the close button is large enough, and on the screen');
    shift = await layoutShift(tab);
    is(shift.sum, 0, `  nothing shifts (${shift.nodes})`);
    await tab.context().close();
  }

  await browser.close();
  await site.stop();
  finish();
}

main().catch(bail);
