import { readFile } from 'node:fs/promises';

/** The files' texts by name. */
export type StrengthAssets = Record<'strength-estimator.js' | 'strength-words.js', string>;

/** Written by the build, because the word lists would stay in the memory of the server. */
export const STRENGTH_FILE = new URL('./strength-assets.json', import.meta.url);

/** Where no build has written the files, as in unit tests, they are made from the word lists. */
export async function loadStrengthAssets(): Promise<StrengthAssets> {
  const text = await readFile(STRENGTH_FILE, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text !== undefined) return JSON.parse(text) as StrengthAssets;
  return (await import('./strength-builder.js')).buildStrengthAssets();
}
