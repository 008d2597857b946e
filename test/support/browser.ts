import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, jest } from '@jest/globals';
import { type Browser, chromium } from 'playwright-core';

/** A journey has many steps, which take long on a busy machine. */
const JOURNEY_TIMEOUT_MS = 180_000;

/**
 * The names of Chromium on different systems. The shell comes first: it draws no browser window, and
 * needs a quarter of Chromium's processor time for a page.
 */
const NAMES = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'msedge',
];

/**
 * The Chromium of this machine: CHROMIUM_PATH, or one of the usual names on PATH; undefined where
 * there is none.
 */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (env.CHROMIUM_PATH) return existsSync(env.CHROMIUM_PATH) ? env.CHROMIUM_PATH : undefined;
  const folders = (env.PATH ?? '').split(path.delimiter).filter(Boolean);
  const endings = process.platform === 'win32' ? ['.exe'] : [''];
  const candidates = folders.flatMap((folder) =>
    NAMES.flatMap((name) => endings.map((ending) => path.join(folder, name + ending))),
  );
  return candidates.find((file) => existsSync(file));
}

/**
 * Chromium's sandbox does not work for root, which CI often uses. The tests open only our own pages, so they need no
 * sandbox. A page lives for a second or two, so further compilation of its scripts takes longer than it saves. Network
 * and drawing run inside the browser's process, which saves a tenth of the processor time of a page.
 */
const FLAGS = [
  '--no-sandbox',
  '--js-flags=--no-opt,--no-maglev,--no-sparkplug',
  '--enable-features=NetworkServiceInProcess2',
  '--disable-gpu',
  '--in-process-gpu',
];

/** Only in tests of {@link describeInBrowser}. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium()!, args: FLAGS });
}

/**
 * Tests that need a browser. Without one they are skipped with a reason, so that the rest of the
 * suite runs anywhere. A wrong CHROMIUM_PATH fails, because it is a mistake.
 */
export function describeInBrowser(title: string, tests: () => void): void {
  jest.setTimeout(JOURNEY_TIMEOUT_MS);
  if (findChromium() !== undefined) describe(title, tests);
  else if (process.env.CHROMIUM_PATH) throw new Error('CHROMIUM_PATH names no file.');
  else {
    // Printed, because Jest lists the titles of skipped tests only on request.
    console.warn(`Skipped: "${title}" needs a Chromium, and there is none on PATH (nor is CHROMIUM_PATH set).`);
    describe.skip(title, tests);
  }
}
