import { readBuilt } from '../platform/files/built-file.js';

/** The files' texts by name. */
export type StrengthAssets = Record<'strength-estimator.js' | 'strength-words.js', string>;

/** Written by the build. A server that made it would keep the complete word lists in memory. */
export const STRENGTH_FILE = new URL('./strength-assets.json', import.meta.url);

export async function loadStrengthAssets(): Promise<StrengthAssets> {
  return readBuilt(STRENGTH_FILE, async () => (await import('./strength-builder.js')).buildStrengthAssets());
}
