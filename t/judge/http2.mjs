// HTTP/2 (FAULTS H17): many pages on one connection, each held for its own lookup, each whole and
// its visitor's; a window of no size, and streams that are reset, leave nothing behind.

import { connect, constants } from 'node:http2';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';

import { bail, finish, is, ok } from './lib/tap.mjs';
import { personalize, startSite } from './lib/site.mjs';

const page = `<!DOCTYPE html>\n<html><head><title>Shop</title></head>\n<body class="shop">\n<h1>Shop</h1>\n</body></html>\n`;
const long = page.replace('</h1>', `</h1>\n${Array.from({ length: 20000 }, (_, n) => `<p>Line ${n} of a long page.</p>`).join('\n')}`);
const rules = `campaign "welcome" { show = { header { "X-Offer", "for-{{ name }}" }, welcome_bar { text = "Welcome back, {{ name }}!" } } }`;
const paths = ['/', '/long.html', '/up/x', '/gzip/long.html', '/gzip/'];

const origin = createServer((request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
  response.end(long);
});

// One stream: its status, headers and body; `stop` resets it after so many bytes.
const fetchOn = (session, path, { headers = {}, stop } = {}) => new Promise((done) => {
  const stream = session.request({ ':path': path, accept: 'text/html', ...headers });
  const parts = [];
  let head = {};
  let size = 0;
  stream.on('response', (h) => { head = h; });
  stream.on('data', (part) => {
    parts.push(part);
    size += part.length;
    if (stop !== undefined && size >= stop) stream.close(constants.NGHTTP2_CANCEL);
  });
  stream.on('error', () => {});
  stream.on('close', () => done({ head, body: Buffer.concat(parts), code: stream.rstCode }));
  if (stop === 0) setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), 20);
});

const strip = (text) => text.replace(/(<body class="shop">)[^]*?(\s*<h1>)/, '$1$2');

async function main() {
  await new Promise((go) => origin.listen(0, '127.0.0.1', go));
  const visitors = {};
  for (let n = 0; n < 40; n++) visitors[`v${n}`] = { name: `Name${n}` };

  const site = await startSite({
    ports: ['web'], link: 1, rules: { 'rules.lua': rules }, pages: { 'index.html': page, 'long.html': long }, visitors,
    config: `
      proxy_http_version 1.1;
      server {
        listen 127.0.0.1:%%port:web%% http2;
        ${personalize}
        location /up/ { proxy_pass http://127.0.0.1:${origin.address().port}; }
        location /gzip/ { sendfile on; gzip on; gzip_min_length 1; alias %%dir%%/html/; }
      }`,
  });
  const open = () => connect(`http://127.0.0.1:${site.ports.web}`, { peerMaxConcurrentStreams: 128 });

  const many = async (what, session, options = {}) => {
    const asked = Array.from({ length: 100 }, (_, n) => [n % 40, paths[n % paths.length]]);
    const replies = await Promise.all(asked.map(([n, path]) => fetchOn(session, `${path}?as=v${n}`, options)));
    const good = replies.filter(({ head, body, code }, n) => {
      const text = (head['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
      const want = /long|up/.test(asked[n][1]) ? long : page;
      return head[':status'] === 200 && code === 0 && head['x-offer'] === `for-Name${asked[n][0]}`
        && text.includes(`Welcome back, Name${asked[n][0]}!`) && strip(text) === want;
    });
    is(good.length, 100, `${what}: of 100 pages on one connection each is whole, and its visitor's`);
  };

  for (const delay of [0, 0.15]) {
    await site.tell({ link: { delay } });
    const session = open();
    await many(`lookups in ${delay} s`, session);
    await many(`lookups in ${delay} s, gzip`, session, { headers: { 'accept-encoding': 'gzip' } });
    session.close();
  }

  const descriptors = async () => {
    const { workers } = await site.tell({ workers: 1 });
    return workers.reduce((sum, pid) => sum + readdirSync(`/proc/${pid}/fd`).length, 0);
  };
  const pause = (ms) => new Promise((go) => setTimeout(go, ms));

  let before;
  for (let round = 0; round < 4; round++) {
    for (const [delay, stop] of [[0, 1], [0, 100_000], [0.3, 0], [0.02, 0]]) {
      await site.tell({ link: { delay } });
      const session = open();
      session.on('error', () => {});
      await Promise.all(Array.from({ length: 60 }, (_, n) => fetchOn(session, `${paths[n % paths.length]}?as=v${n % 40}`, { stop })));
      if (round % 2) session.destroy();
      else session.close();
    }
    await site.tell({ link: { delay: 0 } });
    await pause(700);
    before ??= await descriptors();
  }
  const after = await descriptors();
  ok(after <= before + 2, 'streams that are reset leave no descriptor behind', `${before} before, ${after} after`);

  const session = open();
  await many('after that', session);
  session.close();

  const { log } = await site.tell({ log: 1 });
  ok(!/\[(alert|emerg|crit)\]|exited on signal/.test(log), 'nothing alarming in the error log', log.slice(-2000));

  await site.stop();
  origin.close();
  origin.closeAllConnections();
  finish();
}

main().catch(bail);
