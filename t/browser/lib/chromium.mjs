// Debian's chromium, headless, with a profile of its own and nothing that calls home.

import { existsSync } from 'node:fs';

import { chromium } from 'playwright-core';

const program = process.env.PZ_CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((p) => existsSync(p));

export const available = () => Boolean(program);

// The last of several lists counts, so the driver's own is in ours.  Behind it: pages of the browser's
// own window, and processes made ahead of time, which cost more than all the pages of a test.
const without = [
  'AcceptCHFrame', 'AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose', 'DialMediaRouteProvider',
  'GlobalMediaControls', 'HttpsUpgrades', 'LensOverlay', 'MediaRouter', 'PaintHolding', 'ThirdPartyStoragePartitioning',
  'Translate', 'AutoDeElevate', 'RenderDocument',
  'WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'SpareRendererForSitePerProcess',
];

export const launch = () => chromium.launch({
  executablePath: program,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
    `--disable-features=${without}`],
});

// The sum of all layout shifts so far, and what has shifted: when, from where, to where.
export const layoutShift = (page) => page.evaluate(() => new Promise((done) => {
  let sum = 0;
  const nodes = [];
  const place = (r) => `${r.x},${r.y} ${r.width}x${r.height}`;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      sum += entry.value;
      nodes.push(...entry.sources.map((s) => `${s.node?.nodeName}.${s.node?.className ?? s.node?.data} at ${Math.round(entry.startTime)} ms: ${
        place(s.previousRect)} to ${place(s.currentRect)}`));
    }
  });
  observer.observe({ type: 'layout-shift', buffered: true });
  requestAnimationFrame(() => setTimeout(() => done({ sum, nodes }), 400));
}));
