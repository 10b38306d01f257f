// The judge's own way to edit: on parse5's tree, as a browser's script would do it.
import { parse, defaultTreeAdapter as tree } from 'parse5';
import { compile } from 'css-select';

const HTML = 'http://www.w3.org/1999/xhtml';
const VOID = new Set(['area', 'base', 'basefont', 'bgsound', 'br', 'col', 'embed', 'frame', 'hr', 'img',
  'input', 'keygen', 'link', 'meta', 'param', 'source', 'track', 'wbr']);

const isTag = (node) => node.tagName !== undefined;
const children = (node) => node.childNodes ?? [];
const parent = (node) => node.parentNode ?? null;

// Template contents are another document: nothing in them is selected.
const adapter = {
  isTag,
  getName: (node) => node.tagName,
  getChildren: children,
  getParent: parent,
  getSiblings: (node) => (parent(node) ? children(parent(node)) : [node]),
  getText: (node) => (node.value ?? children(node).map(adapter.getText).join('')),
  hasAttrib: (node, name) => node.attrs.some((a) => a.name === name && !a.prefix),
  getAttributeValue: (node, name) => node.attrs.find((a) => a.name === name && !a.prefix)?.value,
  existsOne: (test, nodes) => nodes.some((n) => isTag(n) && (test(n) || adapter.existsOne(test, children(n)))),
  findAll: (test, nodes) => nodes.flatMap((n) => (isTag(n)
    ? [...(test(n) ? [n] : []), ...adapter.findAll(test, children(n))] : [])),
  findOne: (test, nodes) => adapter.findAll(test, nodes)[0] ?? null,
  removeSubsets: (nodes) => nodes,
  equals: (a, b) => a === b,
};

export const isQuirky = (document) => document.mode === 'quirks';

// A late <body> or <html> tag gives its element attributes: what is born before does not match by them,
// since the tree at the start tag decides.
export const read = (html) => {
  const late = [];
  const stage = new WeakMap();
  const treeAdapter = {
    ...tree,
    createElement: (...args) => {
      const node = tree.createElement(...args);
      stage.set(node, late.length);
      return node;
    },
    adoptAttributes: (node, attrs) => {
      const had = node.attrs.length;
      tree.adoptAttributes(node, attrs);
      late.push({ node, attrs: node.attrs.slice(had) });
    },
  };
  const document = parse(html, { sourceCodeLocationInfo: true, treeAdapter });
  return Object.assign(document, { source: html, late, stage });
};

// Not by css-select's own walk: it passes over every element named template, also MathML's and SVG's.
const selectNow = (document, selector) => adapter.findAll(compile(selector, {
  adapter, quirksMode: isQuirky(document), lowerCaseTags: true, lowerCaseAttributeNames: true, cacheResults: false,
}, children(document)), children(document));

export const select = (document, selector) => {
  const { late, stage } = document;
  for (const { node, attrs } of late) node.attrs = node.attrs.filter((a) => !attrs.includes(a));
  const found = late.map(({ node, attrs }, i) => {
    const nodes = selectNow(document, selector).filter((n) => stage.get(n) === i);
    node.attrs.push(...attrs);
    return nodes;
  });
  return [...found.flat(), ...selectNow(document, selector).filter((n) => stage.get(n) === late.length)];
};

// What stands behind </body> and went into an element that is open there: body ends later.
const goesOn = (node, end, depth = 0) => children(node).some((c) => {
  const at = c.sourceCodeLocation;
  return (depth > 0 && at && (at.startOffset >= end || (c.nodeName === '#text' && at.endOffset > end))) || goesOn(c, end, depth + 1);
});
const bodyGoesOn = (document) => {
  const end = document.source.search(/<\/body/);
  return end >= 0 && (document.source.includes('</body', end + 1) || adapter.findAll((n) => n.tagName === 'body', children(document))
    .some((n) => goesOn(n, end)));
};

// A known gap: these edits were done when the element's second tag came.
export const editsLate = (document, edits) => adapter.findAll((n) => n.tagName === 'html' && n.namespaceURI !== HTML, children(document)).length > 0
  || (bodyGoesOn(document)
  && edits.some((e) => select(document, e.selector).some((n) => ['html', 'body'].includes(n.tagName)))) || document.late.length > 0
  && edits.some((e) => ['add-class', 'remove-class', 'remove-attr'].includes(e.op)
    && select(document, e.selector).some((n) => document.late.some(({ node }) => node === n)));

// The tree does not tell a self-closing tag: the source does.
const isSelfClosing = (node, source) => {
  const at = node.sourceCodeLocation?.startTag ?? node.sourceCodeLocation;
  const tag = at ? source.slice(at.startOffset, at.endOffset) : '';
  return node.namespaceURI !== HTML && !node.sourceCodeLocation?.endTag && tag.endsWith('/>')
    && !/=[^\s"'>]*\/>$/.test(tag);      // there it is a part of the value
};

const insert = (owner, nodes, before) => {
  for (const node of nodes) {
    if (before) tree.insertBefore(owner, node, before);
    else tree.appendChild(owner, node);
  }
};

const comment = (text) => tree.createCommentNode(text);
const content = (edit) => [comment(edit.mark)];
const next = (node) => children(parent(node))[children(parent(node)).indexOf(node) + 1];

// An end tag of body is its end: what stands behind it goes into body all the same.
const endOf = (node, source) => {
  const end = node.sourceCodeLocation?.endTag?.startOffset ?? source.search(`</${node.tagName}`);
  if (!['body', 'html'].includes(node.tagName) || end < 0) return undefined;
  return children(node).find((c) => (c.sourceCodeLocation?.startOffset ?? -1) >= end);
};

const setClass = (node, change) => {
  const attr = node.attrs.find((a) => a.name === 'class');
  const words = (attr?.value ?? '').split(/[ \t\n\f\r]+/).filter((w) => w);
  const changed = change(words);
  if (changed.join(' ') === words.join(' ')) return;
  if (attr) attr.value = changed.join(' ');
  else node.attrs.push({ name: 'class', value: changed.join(' ') });
};

const editAttributes = (node, edit) => {
  const name = edit.name;
  const attr = node.attrs.find((a) => a.name === name);
  switch (edit.op) {
    case 'set-attr':
      if (attr) attr.value = edit.value;
      else node.attrs.push({ name, value: edit.value });
      break;
    case 'remove-attr':
      node.attrs = node.attrs.filter((a) => a !== attr);
      break;
    case 'add-class':
      setClass(node, (words) => (words.includes(name) ? words : [...words, name]));
      break;
    case 'remove-class':
      setClass(node, (words) => words.filter((w) => w !== name));
      break;
  }
};

// All edits of one element, as docs/html-engine.md orders them.
const editElement = (node, edits, source) => {
  const at = (op) => edits.filter((e) => e.op === op).flatMap(content);
  const gone = edits.find((e) => e.op === 'replace' || e.op === 'remove');
  const inner = edits.find((e) => e.op === 'inner');
  const owner = parent(node);

  insert(owner, at('before'), node);
  insert(owner, at('after'), next(node));
  if (gone) {
    if (gone.op === 'replace') insert(owner, content(gone), node);
    tree.detachNode(node);
    return;
  }
  edits.forEach((e) => editAttributes(node, e));
  if ((VOID.has(node.tagName) && node.namespaceURI === HTML) || isSelfClosing(node, source)) return;
  const box = node.content ?? node;     // a template's content is another document
  if (inner) {
    const end = endOf(node, source);
    [...children(box)].slice(0, end ? children(box).indexOf(end) : undefined).forEach((c) => tree.detachNode(c));
    insert(box, content(inner));
  }
  insert(box, at('prepend'), children(box)[0]);
  insert(box, at('append'), endOf(node, source));
};

// Match everything first, then edit: inserted content is never matched.
export const edit = (document, edits) => {
  const matched = new Map();
  for (const e of edits) {
    for (const node of select(document, e.selector)) {
      if (!matched.has(node)) matched.set(node, []);
      matched.get(node).push(e);
    }
  }
  const order = adapter.findAll((n) => matched.has(n), children(document));
  const dropped = (node) => {
    for (let p = parent(node); p; p = parent(p)) {
      if (matched.get(p)?.some((e) => ['replace', 'remove', 'inner'].includes(e.op))) return true;
    }
    return false;
  };
  order.filter((n) => !dropped(n)).forEach((n) => editElement(n, matched.get(n), document.source));
  return order.length;
};

// White space at the page's end: where body leaves elements open, edits put it beside them.
export const withoutBlankEnd = (html) => html.replace(/(<\/(?:body|html)\s*>)((?:\s|<!--[^]*?-->|<\/(?:html|body)\s*>)*)$/i,
  (_, tag, rest) => tag + rest.replace(/(<!--[^]*?-->)|\s+(?![^<]*>)/g, '$1'));

// A tree as text, to compare: attributes sorted, neighbouring text joined, white space beside body dropped.
export const print = (node, depth = 0, out = []) => {
  const loose = node.nodeName === '#document' || ['html', 'head', 'body'].includes(node.tagName);
  let text = '';
  const flush = () => {
    if (loose) text = text.replace(/[ \t\n\f\r]+/g, '');
    if (text) out.push(`${' '.repeat(depth)}${JSON.stringify(text)}`);
    text = '';
  };
  for (const child of [...children(node), ...(node.content ? [node.content] : [])]) {
    if (child.nodeName === '#text') {
      text += child.value;
      continue;
    }
    flush();
    if (child.nodeName === '#comment') out.push(`${' '.repeat(depth)}<!--${child.data}-->`);
    else if (child.nodeName === '#documentType') out.push(`<!DOCTYPE ${child.name} ${child.publicId} ${child.systemId}>`);
    else {
      const attrs = (child.attrs ?? []).filter((a) => a.name !== 'class' || a.value.trim()).map((a) => ` ${a.prefix ?? ''}:${a.name}=${JSON.stringify(
        a.name === 'class' ? a.value.split(/[ \t\n\f\r]+/).filter((w) => w).join(' ') : a.value)}`).sort().join('');
      out.push(`${' '.repeat(depth)}<${child.tagName ?? '#content'}${
        child.namespaceURI && child.namespaceURI !== HTML ? ` ${child.namespaceURI}` : ''}${attrs}>`);
      print(child, depth + 1, out);
    }
  }
  flush();
  return depth ? out : out.join('\n');
};
