import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PROJECT_ROOT } from './project.js';
import { FITTING_LICENCES, thirdParties, thirdPartyPage } from './third-party.js';

describe('what runs beside our own code', () => {
  it('has a licence that fits', () => {
    expect(thirdParties().length).toBeGreaterThan(100);
    expect(thirdParties().filter(({ licence }) => !FITTING_LICENCES.has(licence))).toEqual([]);
  });

  it('is listed in docs/third-party.md (write it with: npm run docs)', () => {
    expect(readFileSync(path.join(PROJECT_ROOT, 'docs', 'third-party.md'), 'utf8')).toBe(thirdPartyPage());
  });
});
