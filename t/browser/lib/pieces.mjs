// A line so slow that the browser paints what has come before the rest comes.

import { createServer } from 'node:http';

// Each piece begins with a start tag, so that it shows when it has been parsed; no line of text is cut.
const CUT = /(?=<(?:div|section|header|main|h[1-6]|p(?= class)|ul|li|style|input)\b)/;

// What the browser asks with, but for an answer that is not packed.
const asked = ({ headers }) => ({ accept: headers.accept, cookie: headers.cookie ?? '', 'accept-encoding': 'identity' });

// No frame comes before there is a body.
function cut(html) {
  const body = html.indexOf('<body');
  const pieces = html.slice(body).split(CUT);
  return [html.slice(0, body) + pieces[0], ...pieces.slice(1)];
}

// Two frames behind the one in which there are more elements than `before`: how many there are.
async function painted(tab, before) {
  const elements = await tab.waitForFunction((n) => document.getElementsByTagName('*').length > n
    && new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(document.getElementsByTagName('*').length)))), before);
  return elements.jsonValue();
}

// The page at base + path; returns in how many pieces it came.
export async function openInPieces(tab, base, path) {
  const blank = await tab.evaluate(() => document.getElementsByTagName('*').length);
  let count = 0;

  const line = createServer(async (request, response) => {
    const answer = await fetch(base + request.url, { headers: asked(request) });
    const type = answer.headers.get('content-type') ?? '';

    response.writeHead(answer.status, { 'Content-Type': type });
    if (request.url !== path) {
      response.end(Buffer.from(await answer.arrayBuffer()));
      return;
    }
    const pieces = cut(await answer.text());
    let elements = blank;
    for (const piece of pieces) {
      response.write(piece);
      elements = await painted(tab, elements);
    }
    count = pieces.length;
    response.end();
  });
  await new Promise((go) => line.listen(0, '127.0.0.1', go));
  try {
    await tab.goto(`http://127.0.0.1:${line.address().port}${path}`, { waitUntil: 'load', timeout: 60000 });
  } finally {
    line.close();
    line.closeAllConnections();
  }
  return count;
}
