import { readBuilt } from '../platform/files/built-file.js';

/** The files' texts by name. */
export type StrengthAssets = Record<'strength-estimator.js' | 'strength-words.js', string>;

/** Written by the build, because the word lists would stay in the memory of the server. */
export const STRENGTH_FILE = new URL('./strength-assets.json', import.meta.url);

export async function loadStrengthAssets(): Promise<StrengthAssets> {
  return readBuilt(STRENGTH_FILE, async () => (await import('./strength-builder.js')).buildStrengthAssets());
}
