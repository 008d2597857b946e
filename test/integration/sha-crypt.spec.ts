import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PROJECT_ROOT } from '../../dev/project.js';
import type { LegacyHash } from '../../src/security/passwords/legacy-hashes/legacy-hash.js';
import type * as Parser from '../../src/security/passwords/legacy-hashes/parse-legacy-hash.js';

// The thread loads JavaScript, so this test uses the built one.
const built = path.join(PROJECT_ROOT, 'dist/security/passwords/legacy-hashes/parse-legacy-hash.js');
const { parseLegacyHash } = (await import(built)) as typeof Parser;

describe('a hash by SHA-crypt', () => {
  it('IM-01 is opened by its password alone, and leaves the event loop free', async () => {
    const text = '$5$rounds=1000$saltstring$S2dlplsLzofRuJ/frAjtaYev58CdqEN6fUby2laILG1';
    const hash = parseLegacyHash(text) as LegacyHash;
    let turns = 0;
    const counter = setInterval(() => (turns += 1), 1);
    expect(await Promise.all(['password', 'passwore'].map((password) => hash.verify(password)))).toEqual([true, false]);
    clearInterval(counter);
    expect(turns).toBeGreaterThan(0);
  });
});
