import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe } from '@jest/globals';

/** What Chromium is called by the systems it is installed on. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The Chromium of this machine: CHROMIUM_PATH, or one of the usual names on PATH; undefined where there is none. */
export function findChromium(): string | undefined {
  const { CHROMIUM_PATH, PATH = '' } = process.env;
  const candidates = CHROMIUM_PATH
    ? [CHROMIUM_PATH]
    : PATH.split(path.delimiter).flatMap((folder) => NAMES.map((name) => path.join(folder, name)));
  return candidates.find((file) => existsSync(file));
}

/** Tests that need a browser: skipped, saying why, where there is none, so that the rest of the suite runs anywhere. */
export function describeInBrowser(title: string, tests: () => void): void {
  if (findChromium() !== undefined) describe(title, tests);
  else describe.skip(`${title} (skipped: no Chromium on PATH, and CHROMIUM_PATH is not set)`, tests);
}
