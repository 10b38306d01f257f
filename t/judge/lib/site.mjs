// The test site (see t/lib/Personalize/serve.pl), for programs in JavaScript.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const server = fileURLToPath(new URL('../../lib/Personalize/serve.pl', import.meta.url));

export async function startSite(description) {
  const child = spawn('perl', [server], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  const tell = async (what) => {
    child.stdin.write(JSON.stringify(what) + '\n');
    const { value, done } = await lines.next();
    if (done || !value.startsWith('{')) throw new Error(value ?? 'the test site did not start');
    return JSON.parse(value);
  };

  try {
    const { dir, ports } = await tell(description);
    return { dir, ports, tell, stop: () => new Promise((end) => { child.once('exit', end); child.stdin.end(); }) };
  } catch (error) {
    child.stdin.end();
    throw error;
  }
}

// The four directives that personalize, with ?as=ID as the visitor.
export const personalize = '%%pz%% personalize_deadline 2s;';

// Ask again until it is true: a saved rule file is live within two seconds.
export async function until(seconds, check) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    if (await check()) return true;
    if (Date.now() > end) return false;
    await new Promise((wake) => setTimeout(wake, 50));
  }
}
