// Does the rewriter do what a DOM would?  parse5 parses a document, the same edits are made in its
// tree, and the tree is compared with what parse5 makes of the rewriter's output: for real pages and
// for random documents, well-formed and misnested.
//
// PZ_DOCUMENTS and PZ_SEED choose how many random documents, and which.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { bail, finish, note, ok, skip, skipAll } from './lib/tap.mjs';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
if (!existsSync(path('../node_modules/css-select'))) skipAll('no npm package css-select; see t/tools/install');

const { edit, editsLate, print, read, withoutBlankEnd } = await import('./lib/html_dom.mjs');
const { Random, editsOf, nestedDocument, selectorsOf, soupDocument } = await import('./lib/html_generate.mjs');

const command = process.env.PZ_COMMAND ?? path('../../build/personalize');
const documents = Number(process.env.PZ_DOCUMENTS ?? 250);
const seed = Number(process.env.PZ_SEED ?? 1);
if (!Number.isInteger(documents) || !Number.isInteger(seed)) throw new Error('PZ_DOCUMENTS and PZ_SEED are whole numbers');

const argumentsOf = (edits) => edits.flatMap((e) => [`--${e.op}`, e.selector,
  ...(e.mark !== undefined ? [`<!--${e.mark}-->`] : []), ...(e.name ? [e.name] : []),
  ...(e.value !== undefined ? [e.value] : [])]);

function rewrite(html, edits, chunk) {
  const run = spawnSync(command, ['rewrite', ...argumentsOf(edits), ...(chunk ? ['--chunk', chunk] : [])],
    { input: html, maxBuffer: 1 << 28 });
  if (run.status !== 0) throw new Error(`exit ${run.status ?? run.signal}: ${run.stderr}`);
  return { out: run.stdout, ended: /ended early \((\w+)\)/.exec(run.stderr)?.[1] };
}

function difference(want, got) {
  const x = want.split('\n');
  const y = got.split('\n');
  const first = x.findIndex((line, i) => line !== y[i]);
  const at = Math.max(0, (first < 0 ? x.length : first) - 3);
  return `DOM:\n${x.slice(at, at + 7).join('\n')}\nrewriter:\n${y.slice(at, at + 7).join('\n')}`;
}

// 'same', why editing ended early, 'late' (another tree by a gap that is known), or 'different' with a note of what and where.
function judge(name, html, edits, chunk) {
  const { out, ended } = rewrite(html, edits, chunk);
  if (ended && process.env.PZ_SHOW) note(`${name} ${ended}: ${argumentsOf(edits).join(' ')}\n${html}`);
  if (ended) return ended;

  const compare = (source, result) => {
    const document = read(source);
    const late = editsLate(document, edits);
    edit(document, edits);
    return { want: print(document), got: print(read(result)), late };
  };
  let { want, got, late } = compare(html.toString(), out.toString());
  if (want !== got) ({ want, got } = compare(withoutBlankEnd(html.toString()), withoutBlankEnd(out.toString())));
  if (want === got) return 'same';
  if (late) return 'late';

  note(`${name}: ${argumentsOf(edits).map((a) => JSON.stringify(a)).join(' ')}`);
  if (html.length < 2000) note(`input:  ${html}\noutput: ${out}`);
  note(difference(want, got));
  return 'different';
}

const summary = (ends) => Object.entries(ends).map(([end, n]) => `${n} ${end}`).join(', ');

function judgePages(folder) {
  for (const file of readdirSync(folder).filter((f) => f.endsWith('.html')).sort()) {
    const html = readFileSync(`${folder}/${file}`);
    const random = new Random(seed);
    const ends = {};
    for (const edits of editsOf(selectorsOf(read(html.toString()), random, 3), random)) {
      const end = judge(file, html, edits, random.pick([undefined, '16384', '4096', '100']));
      ends[end] = (ends[end] ?? 0) + 1;
    }
    // one page leaves an element open that a browser opens again and again
    const may = { 'no-html-tag.html': ['same', 'ambiguous'] }[file] ?? ['same'];
    ok(Object.keys(ends).every((end) => may.includes(end)), `${file}: ${summary(ends)}`);
  }
}

// Of well-formed documents none may be given up, nor be late; of misnested ones few.
function judgeRandom(kind, make, mayEnd, mayBeLate) {
  const random = new Random(seed);
  const ends = { same: 0 };
  for (let i = 0; i < documents; i++) {
    const html = Buffer.from(make(random));
    const sets = editsOf(selectorsOf(read(html.toString()), random, 3), random);
    for (const edits of [sets[0], sets[3]]) {
      const end = judge(`${kind} ${i}`, html, edits, random.pick([undefined, '1', '7']));
      ends[end] = (ends[end] ?? 0) + 1;
    }
  }
  ok(!ends.different, `${documents} ${kind} documents: ${summary(ends)}`);
  ok((ends.ambiguous ?? 0) <= mayEnd * 2 * documents, `${kind}: at most ${mayEnd * 100} % are ambiguous`);
  ok((ends.late ?? 0) <= mayBeLate * 2 * documents, `${kind}: at most ${mayBeLate * 100} % are late`);
}

try {
  judgeRandom('well-formed', nestedDocument, 0, 0);
  judgeRandom('misnested', soupDocument, 0.25, 0.005);
  judgePages(path('../pages'));
  const shared = path('../../../shared/pages');
  if (existsSync(shared)) judgePages(shared);
  else skip('shared pages', 'they are not here');
  finish();
} catch (error) {
  bail(error);
}
