import { describe, expect, it } from '@jest/globals';
import { isStrongEnough } from './factor-changes.service.js';

describe('the factor that a change of factors needs', () => {
  it.each([
    [null, ['totp'], false],
    [null, ['passkey'], false],
    ['totp', ['totp'], true],
    ['totp', ['passkey'], false],
    ['totp', ['totp', 'passkey'], false],
    ['passkey', ['totp'], true],
    ['passkey', ['totp', 'passkey'], true],
    ['recovery-code', ['totp', 'passkey'], true],
  ] as const)('FT-12 %s is enough beside %j: %s', (proven, enrolled, isEnough) => {
    expect(isStrongEnough(proven, enrolled)).toBe(isEnough);
  });
});
