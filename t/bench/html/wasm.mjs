// html-rewriter-wasm over the same pages, whole and in buffers of 16 KB, with three selectors.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { HTMLRewriter } = createRequire(new URL('../../package.json', import.meta.url))('html-rewriter-wasm');
const [folder, seconds = '1'] = process.argv.slice(2);
const pages = readdirSync(folder).filter((f) => f.endsWith('.html')).map((f) => readFileSync(`${folder}/${f}`));
const total = pages.reduce((sum, page) => sum + page.length, 0);
const handler = { element(element) { element.append('<p>x</p>', { html: true }); } };

async function rewrite(chunk) {
  for (const page of pages) {
    let length = 0;
    const rewriter = new HTMLRewriter((output) => { length += output.length; });
    for (const selector of ['#related-products', 'main > .promo', 'div.banner-slot']) rewriter.on(selector, handler);
    for (let at = 0; at < page.length; at += chunk) await rewriter.write(page.subarray(at, at + chunk));
    await rewriter.end();
    rewriter.free();
    if (length < page.length) throw new Error('output is missing');
  }
}

for (const [name, chunk] of [['whole', 1 << 30], ['16 KB buffers', 16384]]) {
  const began = process.cpuUsage();
  let rounds = 0;
  let took = 0;
  do {
    await rewrite(chunk);
    rounds++;
    const used = process.cpuUsage(began);
    took = (used.user + used.system) / 1e6;
  } while (took < Number(seconds));
  console.log(`${`wasm, 3 selectors, ${name}`.padEnd(28)} ${(rounds * total / took / 1e6).toFixed(0).padStart(9)} MB/s`);
}
