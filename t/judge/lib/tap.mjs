// TAP, as much of it as the tests here need.

let count = 0;
let failed = 0;

export function ok(condition, name, why) {
  count++;
  if (!condition) failed++;
  console.log(`${condition ? 'ok' : 'not ok'} ${count} - ${String(name).replace(/\n/g, ' ')}`);
  if (!condition && why !== undefined) note(why);
  return Boolean(condition);
}

export const is = (got, want, name) =>
  ok(got === want, name, `got  ${JSON.stringify(got)}\nwant ${JSON.stringify(want)}`);

export function skip(name, why) {
  count++;
  console.log(`ok ${count} - ${name} # SKIP ${why}`);
}

export const note = (text) => console.log(String(text).replace(/^/gm, '# '));

export function skipAll(why) {
  console.log(`1..0 # SKIP ${why}`);
  process.exit(0);
}

export function finish() {
  console.log(`1..${count}`);
  process.exitCode = failed ? 1 : 0;
}

export const bail = (error) => {
  console.log(`Bail out! ${error?.stack ?? error}`.replace(/\n/g, ' | '));
  process.exit(1);
};
