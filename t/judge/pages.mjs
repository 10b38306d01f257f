// Real pages through a proxied nginx, the origin writing chunks of random sizes: the same bytes
// when nothing matches; with edits, the tree that parse5 makes of the output is the tree of the
// input with the same edits made there.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

import { bail, finish, ok, skip } from './lib/tap.mjs';
import { personalize, startSite, until } from './lib/site.mjs';
import { dump, edit, firstDifference, ruleOf, treeOf } from './lib/tree.mjs';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const rounds = Number(process.env.PZ_ROUNDS ?? 3);

const folders = [{ dir: path('../pages/'), own: true }, { dir: path('../../../shared/pages/') }];
const charsets = { 'thai-windows-874.html': 'windows-874' };

// Edits by which the trees are compared.  Comments may stand nearly anywhere in a tree, so that
// they show a place without moving anything; elements go where a page can take them.
const sets = {
  attributes: [
    { op: 'set_attr', at: 'a', name: 'data-pz', value: 'a "quoted" <value> & more' },
    { op: 'set_attr', at: 'img', name: 'alt', value: 'picture' },
    { op: 'remove_attr', at: 'a', name: 'target' },
    { op: 'remove_attr', at: 'div', name: 'style' },
    { op: 'add_class', at: 'div', class: 'pz-div' },
    { op: 'add_class', at: 'li', class: 'pz-li' },
    { op: 'set_attr', at: 'ul > li', name: 'data-child', value: 'x' },
    { op: 'set_attr', at: 'div p', name: 'data-descendant', value: 'x' },
    { op: 'set_attr', at: 'h1, h2, h3', name: 'data-head', value: 'x' },
    { op: 'set_attr', at: 'a[href]', name: 'data-href', value: 'x' },
  ],
  places: [
    { op: 'before', at: 'h1', html: '<span>before h1</span>' },    // a comment would not open a body that is implied
    { op: 'after', at: 'h2', html: '<!--after h2-->' },
    { op: 'prepend', at: 'ul', html: '<!--prepend ul-->' },
    { op: 'append', at: 'div', html: '<!--append div-->' },
    { op: 'append', at: 'h1', html: '<!--append h1-->' },
    { op: 'before', at: 'img', html: '<!--before img-->' },
    { op: 'after', at: 'img', html: '<!--after img-->' },
  ],
  content: [
    { op: 'prepend', at: 'body', html: '<div class="bar"><p>Welcome <b>back</b></p></div>', limit: 1 },
    { op: 'replace', at: '#related', html: '<ul class="cards"><li>one</li><li>two</li></ul>', limit: 1 },
    { op: 'inner', at: 'h1', html: 'Another <em>heading</em>' },
    { op: 'inner', at: 'title', html: 'Another title' },
    { op: 'remove', at: 'img' },
    { op: 'remove', at: 'noscript' },
    { op: 'append', at: 'body', html: '<footer class="pz">end</footer>', limit: 1 },
  ],
  scripts: [{ op: 'remove', at: 'script' }, { op: 'remove', at: 'style' }],
};

const nothing = [
  { op: 'before', at: 'x-no-such-element', html: 'x' },
  { op: 'remove', at: 'body > x-no-such#id.class[attr="value"]' },
];

const pages = new Map();
for (const { dir, own } of folders) {
  if (!existsSync(dir)) {
    skip('the pages in ../shared/pages', own ? 'they are missing' : 'the folder is not there: only our own pages');
    continue;
  }
  for (const name of readdirSync(dir).filter((n) => n.endsWith('.html')).sort()) {
    pages.set(name, readFileSync(dir + name));
  }
}

// The origin: pieces of random sizes, some of one byte.
const origin = createServer(async (request, response) => {
  const name = new URL(request.url, 'http://x').pathname.slice(1);
  const page = pages.get(name);
  const charset = charsets[name] ? `; charset=${charsets[name]}` : '';
  response.writeHead(200, { 'Content-Type': `text/html${charset}` });
  const largest = 10 ** (1 + 3.5 * Math.random());
  for (let at = 0; at < page.length;) {
    const size = 1 + Math.floor(Math.random() ** 3 * largest);
    if (!response.write(page.subarray(at, at + size))) await new Promise((go) => response.once('drain', go));
    if (Math.random() < 0.05) await new Promise((go) => setImmediate(go));
    at += size;
  }
  response.end();
});

async function main() {
  await new Promise((go) => origin.listen(0, '127.0.0.1', go));
  const upstream = `http://127.0.0.1:${origin.address().port}`;
  const site = await startSite({
    ports: ['web'],
    rules: { 'rules.lua': ruleOf('start', nothing) },
    visitors: { ann: { name: 'Ann' } },
    config: `
      proxy_http_version 1.1;
      server {
        listen 127.0.0.1:%%port:web%%;
        ${personalize}
        location /buffered/ { proxy_pass ${upstream}/; }
        location /unbuffered/ { proxy_buffering off; proxy_pass ${upstream}/; }
        location /small/ { proxy_buffer_size 1k; proxy_buffers 4 1k; proxy_busy_buffers_size 2k; proxy_pass ${upstream}/; }
        add_header X-Origin 1;
      }`,
  });
  const ways = ['buffered', 'unbuffered', 'small'];
  const get = async (name, round) => {
    const reply = await fetch(`http://127.0.0.1:${site.ports.web}/${ways[round % 3]}/${name}?as=ann`,
      { headers: { Accept: 'text/html', 'Accept-Encoding': 'identity' } });
    return { body: Buffer.from(await reply.arrayBuffer()), mark: reply.headers.get('x-rules') };
  };
  const use = async (name, edits) => {
    const rule = ruleOf(name, edits).replace('show = {', `show = {\n    header { "X-Rules", "${name}" },`);
    await site.tell({ rules: { 'rules.lua': rule } });
    return until(5, async () => (await get('no-html-tag.html', 0)).mark === name);
  };

  ok(await use('nothing', nothing), 'a rule that matches nothing is live');
  for (const [name, page] of pages) {
    for (let round = 0; round < rounds; round++) {
      const { body, mark } = await get(name, round);
      ok(mark === 'nothing' && body.equals(page), `${name}, ${ways[round % 3]}: the same ${page.length} bytes`,
        `${body.length} bytes came`);
    }
  }

  for (const [set, edits] of Object.entries(sets)) {
    ok(await use(set, edits), `the edits "${set}" are live`);
    for (const [name, page] of pages) {
      const decoder = new TextDecoder(charsets[name] ?? 'utf-8');
      const tree = treeOf(decoder.decode(page));
      const acted = edit(tree, edits);
      const want = dump(tree);
      for (let round = 0; round < rounds; round++) {
        const { body } = await get(name, round);
        const got = dump(treeOf(decoder.decode(body)));
        ok(got === want, `${name}, ${set}, ${ways[round % 3]}: the tree with ${acted.join('+')} edits`,
          got === want ? '' : firstDifference(got, want));
      }
    }
  }

  await site.stop();
  origin.close();
  origin.closeAllConnections();
  finish();
}

main().catch(bail);
