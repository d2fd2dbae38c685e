// Opens every page of the site in Chromium: `node browser.mjs SITE [SCREENSHOTS]`. It fails on an error in the console, on a request that fails, on text that a page
// cannot show without scrolling sideways on a phone, and on a serious fault of accessibility, in light and in dark.
import { mkdirSync, readdirSync, readFileSync, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { extname, join, normalize, relative } from 'node:path';
import { chromium } from 'playwright-core';

const [site, screenshots] = process.argv.slice(2);
const executable = process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (!executable) {
  console.log('SKIPPED: there is no Chromium (apt-get install chromium, or its path in CHROMIUM): no page was opened.');
  process.exit(0);
}

const types = { '.html': 'text/html', '.css': 'text/css', '.svg': 'image/svg+xml', '.png': 'image/png', '.woff2': 'font/woff2' };
const server = createServer((request, response) => {
  const path = join(site, normalize(decodeURIComponent(new URL(request.url, 'http://site').pathname)));
  if (!existsSync(path) || statSync(path).isDirectory()) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' }).end(readFileSync(path));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const root = `http://127.0.0.1:${server.address().port}/`;

const pages = readdirSync(site, { recursive: true }).filter((path) => path.endsWith('.html')).sort();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const faults = [];

const browser = await chromium.launch({ executablePath: executable, args: ['--no-sandbox'] });
const context = await browser.newContext();
const page = await context.newPage();
let current = '';
page.on('console', (message) => message.type() === 'error' && faults.push(`${current}: console: ${message.text()}`));
page.on('pageerror', (error) => faults.push(`${current}: ${error.message}`));
page.on('requestfailed', (request) => faults.push(`${current}: ${request.url()} failed`));
page.on('response', (response) => response.status() >= 400 && faults.push(`${current}: ${response.url()} is ${response.status()}`));

const accessible = async (scheme) => {
  const found = await page.evaluate(async () => (await window.axe.run(document, { resultTypes: ['violations'] })).violations);
  for (const { id, impact, nodes } of found)
    if (impact === 'serious' || impact === 'critical')
      faults.push(`${current}, ${scheme}: axe: ${id}: ${nodes.length} times, first ${nodes[0].target.join(' ')}`);
};

for (const path of pages) {
  current = path;
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto(root + path, { waitUntil: 'load' });
  await page.evaluate(axe);
  await accessible('light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await accessible('dark');
  await page.setViewportSize({ width: 375, height: 800 });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  if (width > 375) faults.push(`${path}: ${width} pixels wide on a phone of 375`);
}

if (screenshots) {
  mkdirSync(screenshots, { recursive: true });
  const shots = [
    ['index.html', 1280, 'light'],
    ['loss/huber.html', 1280, 'light'],
    ['loss/focal.html', 1280, 'dark'],
    ['gallery.html', 1280, 'light'],
    ['loss/pinball.html', 375, 'dark'],
  ];
  for (const [path, width, scheme] of shots) {
    current = path;
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width, height: 900 });
    await page.goto(root + path, { waitUntil: 'load' });
    const name = path.replace(/.*\//, '').replace('.html', '');
    await page.screenshot({ path: join(screenshots, `${name}-${width}-${scheme}.png`), fullPage: true });
  }
}

await browser.close();
server.close();
for (const fault of faults) console.log(fault);
console.log(`${pages.length} pages opened${screenshots ? `, five of them in ${relative(process.cwd(), screenshots)}` : ''}; ${faults.length} faults.`);
process.exitCode = faults.length > 0 ? 1 : 0;
