import { readFileSync } from 'node:fs';

/** The version of this service, as package.json beside `dist` and `src` has it. */
export const { version: VERSION } = JSON.parse(
  readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
) as { version: string };
