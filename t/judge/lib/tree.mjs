// The tree of a page by parse5, selectors on it, and the edits of a rule made there: an
// independent second opinion on what the streaming rewriter does.

import { parse, parseFragment } from 'parse5';

// Scripting is on, as in a browser: <noscript> holds text.
export const treeOf = (html) => parse(html, { scriptingEnabled: true });

export function* elements(node) {
  for (const child of node.childNodes ?? []) {
    if (child.tagName) yield child;
    yield* elements(child);
  }
  if (node.content) yield* elements(node.content);
}

const attribute = (element, name) => element.attrs.find((a) => a.name === name)?.value;
const classes = (element) => (attribute(element, 'class') ?? '').split(/[ \t\n\f\r]+/).filter(Boolean);

// --- selectors: type, *, #id, .class, [attr], [attr=value], descendant and child

function compound(text) {
  const tests = [];
  const part = /\*|([a-z][\w-]*)|#([\w-]+)|\.([\w-]+)|\[([\w-]+)(?:="?([^"\]]*)"?)?\]/giy;
  for (let at = 0; at < text.length; at = part.lastIndex) {
    part.lastIndex = at;
    const m = part.exec(text);
    if (!m) throw new Error(`selector: ${text}`);
    const [, type, id, name, attr, value] = m;
    if (type) tests.push((e) => e.tagName.toLowerCase() === type.toLowerCase());
    if (id) tests.push((e) => attribute(e, 'id') === id);
    if (name) tests.push((e) => classes(e).includes(name));
    if (attr) tests.push((e) => {
      const got = attribute(e, attr.toLowerCase());
      return got !== undefined && (value === undefined || got === value);
    });
  }
  return (e) => tests.every((test) => test(e));
}

function matcher(selector) {
  const steps = selector.trim().split(/\s*(>)\s*|\s+/).filter(Boolean);
  const matches = (element, at) => {
    if (!compound(steps[at])(element)) return false;
    if (at === 0) return true;
    const child = steps[at - 1] === '>';
    const next = child ? at - 2 : at - 1;
    for (let up = element.parentNode; up?.tagName; up = up.parentNode) {
      if (matches(up, next)) return true;
      if (child) return false;
    }
    return false;
  };
  return (element) => matches(element, steps.length - 1);
}

export function select(tree, selector) {
  const any = selector.split(',').map(matcher);
  return [...elements(tree)].filter((e) => any.some((matches) => matches(e)));
}

// --- edits

const insert = (parent, at, nodes) => {
  for (const node of nodes) node.parentNode = parent;
  parent.childNodes.splice(at, 0, ...nodes);
};
const setAttribute = (e, name, value) => {
  const had = e.attrs.find((a) => a.name === name);
  if (had) had.value = value;
  else e.attrs.push({ name, value });
};
const setClasses = (e, list) => setAttribute(e, 'class', list.join(' '));

const operations = {
  before:  (e, nodes) => insert(e.parentNode, e.parentNode.childNodes.indexOf(e), nodes),
  after:   (e, nodes) => insert(e.parentNode, e.parentNode.childNodes.indexOf(e) + 1, nodes),
  prepend: (e, nodes) => insert(e, 0, nodes),
  append:  (e, nodes) => insert(e, e.childNodes.length, nodes),
  inner:   (e, nodes) => { e.childNodes = []; insert(e, 0, nodes); },
  replace: (e, nodes) => { operations.before(e, nodes); operations.remove(e); },
  remove:  (e) => { e.parentNode.childNodes.splice(e.parentNode.childNodes.indexOf(e), 1); },
  set_attr:     (e, edit) => setAttribute(e, edit.name, edit.value),
  remove_attr:  (e, edit) => { e.attrs = e.attrs.filter((a) => a.name !== edit.name); },
  add_class:    (e, edit) => { if (!classes(e).includes(edit.class)) setClasses(e, [...classes(e), edit.class]); },
  remove_class: (e, edit) => { if (classes(e).includes(edit.class)) setClasses(e, classes(e).filter((c) => c !== edit.class)); },
};
const inserting = ['before', 'after', 'prepend', 'append', 'inner', 'replace'];

// Make a list of edits; returns how many elements each has acted on.
export function edit(tree, edits) {
  return edits.map((one) => {
    const found = select(tree, one.at).slice(0, one.limit ?? Infinity);
    for (const element of found) {
      const content = inserting.includes(one.op) ? parseFragment(one.html).childNodes : one;
      operations[one.op](element, content);
    }
    return found.length;
  });
}

// The same edits as a rule file.
export function ruleOf(name, edits) {
  const text = (s) => '"' + s.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n') + '"';
  const lines = edits.map(({ op, limit, ...keys }) => {
    const body = Object.entries(keys).map(([k, v]) => `${k} = ${text(v)}`);
    body.push(limit ? `limit = ${limit}` : 'every = true');
    return `    ${op} { ${body.join(', ')} },`;
  });
  return `campaign "${name}" {\n  show = {\n${lines.join('\n')}\n  },\n}\n`;
}

// --- comparing: one line a node; adjacent texts are one, class lists are sets of words.  White space
// right in <body> does not count: what stands behind </body> belongs to the body's end, so that a
// tree cannot tell which of it an appended element would precede.

export function dump(node, depth = 0, out = []) {
  let text = '';
  const flush = () => {
    if (node.tagName === 'body') text = text.trim();
    if (text) out.push(`${' '.repeat(depth)}"${text}"`);
    text = '';
  };
  for (const child of node.childNodes ?? []) {
    if (child.nodeName === '#text') {
      text += child.value;
      continue;
    }
    flush();
    if (child.tagName) {
      const attrs = child.attrs.map((a) => `${a.name}=${a.name === 'class' ? classes(child).join(' ') : a.value}`).sort();
      out.push(`${' '.repeat(depth)}<${child.tagName} ${attrs.join('|')}>`);
      dump(child, depth + 1, out);
      if (child.content) dump(child.content, depth + 2, out);
    } else {
      out.push(`${' '.repeat(depth)}${child.nodeName} ${child.data ?? child.name ?? ''}`);
    }
  }
  flush();
  return depth ? out : out.join('\n');
}

export function firstDifference(a, b) {
  const [x, y] = [a.split('\n'), b.split('\n')];
  const at = x.findIndex((line, n) => line !== y[n]);
  const n = at < 0 ? x.length : at;
  const show = (lines) => lines.slice(Math.max(0, n - 3), n + 4).map((l) => l.slice(0, 160)).join('\n');
  return `line ${n}\n--- got\n${show(x)}\n--- want\n${show(y)}`;
}
