// Does the rewriter do what a DOM would?  parse5 parses a document, the same edits are made in its tree, and the
// tree is compared with what parse5 makes of the rewriter's output.
//
//   node judge.mjs COMMAND pages FOLDER [edits a page]
//   node judge.mjs COMMAND random COUNT [SEED]
//
// COMMAND is the personalize command.  Exit 1 with the first differences.
import fs from 'node:fs';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { edit, print, read, select } from './dom.mjs';
import { Random, documentOf, editsOf, selectorsOf } from './generate.mjs';

const [command, mode, what, more] = process.argv.slice(2);

const argumentsOf = (edits) => edits.flatMap((e) => [`--${e.op}`, e.selector,
  ...(e.mark !== undefined ? [`<!--${e.mark}-->`] : []), ...(e.name ? [e.name] : []),
  ...(e.value !== undefined ? [e.value] : [])]);

const rewrite = (html, edits, chunk) => {
  const run = spawnSync(command, ['rewrite', ...argumentsOf(edits), ...(chunk ? ['--chunk', chunk] : [])],
    { input: html, maxBuffer: 1 << 28 });
  if (run.status !== 0) throw new Error(`exit ${run.status ?? run.signal}: ${run.stderr}`);
  return { out: run.stdout, ended: /ended early \((\w+)\)/.exec(run.stderr)?.[1] };
};

const firstDifference = (a, b) => {
  const x = a.split('\n');
  const y = b.split('\n');
  const i = x.findIndex((line, n) => line !== y[n]);
  const n = i < 0 ? x.length : i;
  return `DOM:      ${x.slice(Math.max(0, n - 3), n + 3).join('\n          ')}\nrewriter: ${
    y.slice(Math.max(0, n - 3), n + 3).join('\n          ')}`;
};

const tally = { same: 0, matched: 0, ambiguous: 0, other: 0, different: 0 };

const judge = (name, html, edits, chunk) => {
  const { out, ended } = rewrite(html, edits, chunk);
  if (ended) {
    tally[ended === 'ambiguous' ? 'ambiguous' : 'other']++;
    return ended;
  }
  const document = read(html.toString());
  const matches = edit(document, edits);
  const want = print(document);
  const got = print(read(out.toString()));
  if (want === got) {
    tally.same++;
    tally.matched += matches > 0;
    return undefined;
  }
  tally.different++;
  if (tally.different <= 5) {
    console.log(`--- ${name}\nedits: ${argumentsOf(edits).map((a) => JSON.stringify(a)).join(' ')}`);
    if (html.length < 2000) console.log(`input:  ${html}\noutput: ${out}`);
    console.log(firstDifference(want, got));
  }
  return 'different';
};

if (mode === 'pages') {
  for (const file of fs.readdirSync(what).sort()) {
    const html = fs.readFileSync(path.join(what, file));
    const random = new Random(7);
    const selectors = selectorsOf(read(html.toString()), random, Number(more ?? 12));
    const ends = {};
    for (const edits of editsOf(selectors, random)) {
      const end = judge(file, html, edits, random.pick([undefined, '16384', '4096', '100']));
      ends[end ?? 'same'] = (ends[end ?? 'same'] ?? 0) + 1;
    }
    console.log(file, JSON.stringify(ends));
  }
} else if (mode === 'random') {
  const random = new Random(Number(more ?? 1));
  for (let i = 0; i < Number(what); i++) {
    const html = Buffer.from(documentOf(random));
    const selectors = selectorsOf(read(html.toString()), random, 3);
    for (const edits of editsOf(selectors, random).slice(0, 2)) {
      judge(`document ${i}`, html, edits, random.pick([undefined, '1', '7']));
    }
  }
} else {
  console.error('usage: node judge.mjs COMMAND pages FOLDER | COMMAND random COUNT [SEED]');
  process.exit(2);
}

console.log(JSON.stringify(tally));
process.exit(tally.different ? 1 : 0);
