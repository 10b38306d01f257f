// `personalize tokens` against html5lib's tokenizer tests: each case whole, byte by byte and in
// chunks of random sizes.  Character references stay as written there, so where a test has one it is
// decoded here before the comparison.  Lists of errors are not compared.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { bail, finish, note, ok, skipAll } from './lib/tap.mjs';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const folder = path('../../../shared/conformance/html5lib-tokenizer');
if (!existsSync(folder)) skipAll('html5lib-tests are not here');

const { decodeHTML, decodeHTMLAttribute } = await import('entities');
const command = process.env.PZ_COMMAND ?? path('../../build/personalize');

// What cannot agree, and why.
const lone = 'a lone surrogate has no bytes in UTF-8';
const exceptions = {
  'Invalid Unicode character U+DFFF': lone,
  'Invalid Unicode character U+D800': lone,
  'Invalid Unicode character U+DFFF with valid preceding character': lone,
  'Invalid Unicode character U+D800 with valid following character': lone,
  'CDATA followed by HTML content': 'one token of two parts, and references count in the second only',
};

const unescape = (text) => text.replace(/\\u([0-9a-fA-F]{4})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
const deep = (value, f) => (typeof value === 'string' ? f(value)
  : Array.isArray(value) ? value.map((v) => deep(v, f))
    : value && typeof value === 'object'
      ? Object.fromEntries(Object.entries(value).map(([k, v]) => [f(k), deep(v, f)])) : value);

// Adjacent characters are one token; attributes have no order.
function normal(tokens) {
  const out = [];
  for (const token of tokens) {
    const last = out.at(-1);
    if (token[0] === 'Character' && last?.[0] === 'Character') last[1] += token[1];
    else out.push([...token]);
  }
  return JSON.stringify(out, (_, v) => (v && typeof v === 'object' && !Array.isArray(v)
    ? Object.fromEntries(Object.entries(v).sort()) : v));
}

// The decoder does not survive numbers that no code point has.
const clamped = (text) => text.replace(/&#(x?)0+(?=[0-9a-f])/gi, '&#$1')
  .replace(/&#(?:x[0-9a-f]{8,}|[0-9]{9,});?/gi, '&#xfffd;');

const decoded = (tokens) => tokens.map((t) => (t[0] === 'Character' ? [t[0], decodeHTML(clamped(t[1]))]
  : t[0] === 'StartTag' ? [t[0], t[1], Object.fromEntries(Object.entries(t[2])
    .map(([k, v]) => [k, decodeHTMLAttribute(clamped(v))])), ...t.slice(3)] : t));

let size = 1;
const sizes = [undefined, () => 1, () => 2 + ((size = (size * 48271) % 2147483647) % 5)];

function tokens(test, state, input, chunk) {
  const args = ['tokens', '--state', state, ...(test.lastStartTag ? ['--last-start-tag', test.lastStartTag] : []),
    ...(chunk ? ['--chunk', chunk()] : [])];
  const run = spawnSync(command, args.map(String), { input });
  if (run.status !== 0) throw new Error(`exit ${run.status ?? run.signal}: ${run.stderr}`);
  return run.stdout.toString().split('\n').filter(Boolean).map((line) => JSON.parse(line));
}

function agrees(test, state, chunk) {
  const f = test.doubleEscaped ? unescape : (text) => text;
  const input = f(test.input);
  const want = normal(deep(test.output, f));
  const got = tokens(test, state, input, chunk);
  if (normal(got) === want) return true;
  if (input.includes('&') && normal(decoded(got)) === want) return true;
  note(`${test.description} (${state}${chunk ? ', in chunks' : ''})\ninput ${JSON.stringify(input)}\n`
    + `got   ${normal(got)}\nwant  ${want}`);
  return false;
}

try {
  for (const file of readdirSync(folder).filter((f) => f.endsWith('.test')).sort()) {
    let runs = 0;
    const wrong = [];
    for (const test of JSON.parse(readFileSync(`${folder}/${file}`)).tests ?? []) {
      if (exceptions[test.description]) continue;
      for (const state of test.initialStates ?? ['Data state']) {
        for (const chunk of sizes) {
          runs++;
          if (!agrees(test, state, chunk)) wrong.push(test.description);
        }
      }
    }
    ok(wrong.length === 0, `${file}: ${runs} runs${wrong.length ? `, wrong: ${wrong.join('; ')}` : ''}`);
  }
  note(`not compared: ${Object.entries(exceptions).map(([name, why]) => `${name}: ${why}`).join('; ')}; `
    + 'xmlViolation.test: it is about turning tokens into XML');
  finish();
} catch (error) {
  bail(error);
}
