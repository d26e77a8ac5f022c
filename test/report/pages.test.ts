import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { printMigration } from '../../src/report/migration/print-migration.ts';
import { SAMPLE_MIGRATION } from '../../src/report/testing/sample-migration.ts';
import { SAMPLE_VALIDATION } from '../../src/report/testing/sample-validation.ts';
import { printValidation } from '../../src/report/validation/print-validation.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

/** The browser of the system: Debian's, or Chrome. */
const EXECUTABLE = ['chromium', 'chromium-browser', 'google-chrome'].find((name) => spawnSync(name, ['--version']).status === 0);
if (EXECUTABLE === undefined) {
  if (process.env.CI) throw new Error('no chromium on PATH; .ci/run installs it');
  process.stderr.write('skipped: the pages of reports, because there is no chromium on PATH\n');
}

const scratch = scratchFolder('report');
/** A grey pixel. */
const PICTURE = 'data:image/gif;base64,R0lGODlhAQABAIAAAICAgAAAACwAAAAAAQABAAACAkQBADs=';

const PAGES = [
  { name: 'validation', print: printValidation.bind(null, SAMPLE_VALIDATION), title: 'Validation: not enough samples', charts: 3 },
  // Its second precision is folded up, with a latency chart of its own.
  { name: 'migration', print: printMigration.bind(null, SAMPLE_MIGRATION), title: 'Migration of moderation_model.h5: unsafe file', charts: 9 },
] as const;

/** As `getBoundingClientRect` has it. */
interface Box {
  readonly top: number;
  readonly bottom: number;
  readonly width: number;
}

describe.skipIf(EXECUTABLE === undefined).each(PAGES)('the $name in Chromium', ({ name, print, title, charts }) => {
  let browser: Browser;
  const complaints: string[] = [];
  const address = () => pathToFileURL(scratch.join(`${name}.html`)).href;

  beforeAll(async () => {
    writeFileSync(scratch.join(`${name}.html`), print(new Map([['crop-0412.jpg', PICTURE]])));
    const path = spawnSync('which', [EXECUTABLE as string], { encoding: 'utf8' }).stdout.trim();
    browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-gpu'] });
  });
  afterAll(async () => await browser?.close());

  const open = async (options: Parameters<Browser['newPage']>[0]): Promise<Page> => {
    const page = await browser.newPage(options);
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      if (!request.url().startsWith('data:') && request.url() !== address()) complaints.push(request.url());
    });
    await page.goto(address());
    return page;
  };

  test('loads nothing, and has nothing to complain of', async () => {
    const page = await open({});
    expect(await page.title()).toBe(title);
    expect(await page.locator('svg').count()).toBe(charts);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('a picture is blurred until it is clicked, or ticked by keyboard', async () => {
    const page = await open({});
    const blur = () => page.evaluate<string>("getComputedStyle(document.querySelector('.picture img')).filter");
    expect(await blur()).toContain('blur');
    await page.locator('.picture').first().click();
    expect(await blur()).toBe('none');
    await page.locator('.picture input').first().press('Space');
    expect(await blur()).toContain('blur');
    await page.close();
  });

  test('on a telephone the words of charts keep their size, in boxes that scroll by keyboard too', async () => {
    const page = await open({ viewport: { width: 390, height: 800 } });
    await page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })");
    // CSS pixels: the drawing's twelve, times what it is shrunk by.
    const sizes = await page.evaluate<readonly number[]>(
      "[...document.querySelectorAll('svg')].map((svg) => 12 * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width)",
    );
    expect(sizes).toHaveLength(charts);
    expect(Math.min(...sizes)).toBeGreaterThan(11);
    expect(await page.evaluate("[...document.querySelectorAll('svg')].every((svg) => svg.closest('.scroll[tabindex=\"0\"][aria-label]'))")).toBe(
      true,
    );
    const box = page.locator('.scroll', { has: page.locator('svg') }).first();
    await box.focus();
    await box.press('ArrowRight');
    await expect.poll(() => page.evaluate<number>('document.activeElement.scrollLeft')).toBeGreaterThan(0);
    await page.close();
  });

  test('on a telephone a figure stands below what it is of', async () => {
    const page = await open({ viewport: { width: 390, height: 800 } });
    const rows = await page.evaluate<readonly { label: Box; figure: Box }[]>(
      "[...document.querySelectorAll('.checks li')].map((row) => ({ label: row.children[1].getBoundingClientRect().toJSON(), figure: row.children[2].getBoundingClientRect().toJSON() }))",
    );
    expect(rows.length).toBeGreaterThan(2);
    expect(rows.filter(({ label, figure }) => figure.top < label.bottom || label.width < 200)).toEqual([]);
    await page.close();
  });

  test.each(['light', 'dark'] as const)('is readable in %s mode, on a telephone too', async (colorScheme) => {
    const page = await open({ colorScheme, viewport: { width: 390, height: 800 } });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    // What is folded up is read too.
    await page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })");
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    const contrasts = await page.evaluate<readonly { of: string; contrast: number }[]>(
      readFileSync(new URL('measure-contrast.js', import.meta.url), 'utf8'),
    );
    // WCAG's level AA.
    expect(contrasts.length).toBeGreaterThan(100);
    expect(contrasts.filter(({ contrast }) => contrast < 4.5)).toEqual([]);
    await page.close();
  });
});
