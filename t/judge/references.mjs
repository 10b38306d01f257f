// Are attribute values compared as a DOM has them?  parse5 decodes what selectors then ask for: all
// named references, in all the ways to write them, and numbers.

import { existsSync, readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { bail, finish, is, ok, skipAll } from './lib/tap.mjs';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
if (!existsSync(path('../node_modules/parse5'))) skipAll('no npm package parse5; see t/tools/install');

const { parseFragment } = await import('parse5');
const command = process.env.PZ_COMMAND ?? path('../../build/personalize');

// The records of the table, as make-references writes them.
const table = [...readFileSync(path('../../src/html/pz_reference_names.h'), 'latin1').matchAll(/^ {4}"(.*)"/gm)]
  .map((m) => m[1]).join('');
const names = [...table.matchAll(/([A-Za-z0-9]+)([;,])(?:\\[0-7]{3}|[^A-Za-z0-9\\])+(?=[A-Za-z0-9]|$)/g)].map((m) => m[1])
  .concat(table.includes('fjlig;fj') ? ['fjlig'] : []);

const quoted = (value) => value.replace(/[\\"\n\r\f]/g, (c) => `\\${c.codePointAt(0).toString(16)} `);

// Which of the values match a selector for what parse5 reads.
function wrong(values) {
  const page = values.map((v, i) => `<p id=i${i} title="${v}" class="x ${v}">`).join('');
  const read = parseFragment(page).childNodes.map((p) => p.attrs.find((a) => a.name === 'title').value);
  const edits = read.flatMap((value, i) => ['--set-attr', `p[id=i${i}][title="${quoted(value)}"]`, 'data-ok', '1']);
  const run = spawnSync(command, ['rewrite', ...edits], { input: page, maxBuffer: 1 << 26 });
  if (run.status !== 0) throw new Error(`exit ${run.status ?? run.signal}: ${run.stderr}`);
  return parseFragment(run.stdout.toString()).childNodes
    .filter((p) => !p.attrs.some((a) => a.name === 'data-ok')).map((p) => values[Number(p.attrs.find((a) => a.name === 'id').value.slice(1))]);
}

function judge(name, values) {
  const bad = [];
  for (let i = 0; i < values.length; i += 250) bad.push(...wrong(values.slice(i, i + 250)));
  is(bad.slice(0, 10).join(' '), '', `${values.length} ${name}`);
}

try {
  ok(names.length > 2000, `${names.length} names`);
  judge('names with a semicolon', names.map((n) => `&${n};`));
  judge('names without', names.map((n) => `a &${n} b`));
  judge('names in front of what may be a query', names.map((n) => `?a=1&${n}=2&${n}x&${n}`));
  judge('numbers', [0, 9, 10, 13, 38, 65, 127, ...Array.from({ length: 34 }, (_, i) => 127 + i), 0xd7ff, 0xd800, 0xdfff, 0xe000,
    0xfffe, 0xffff, 0x10000, 0x10ffff, 0x110000, 99999999999999].flatMap((n) => [`x&#${n};y`, `&#x${n.toString(16)};`, `&#X${n.toString(16).toUpperCase()} `,
    `&#${n}z`]));
  judge('broken ones', ['&', '&;', '&#', '&#;', '&#x', '&#x;', '&#xg;', '&&amp;', '&amp;amp;', '&ampamp;', '& amp;', '&nosuch;', '&AMP;', '&Amp;', '&lt',
    '&ltx', '&lt=', '&lt;=', 'a&', 'a\r\nb', 'a\rb', 'a\r\r\nb', '&not;', '&notin;', '&notit;', '&notit', '&#38;amp;']);
  finish();
} catch (error) {
  bail(error);
}
