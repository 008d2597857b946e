import { describe, expect, it } from '@jest/globals';
import { generateSync } from 'otplib';
import { newTotpEnrolment, totpStepOf } from './totp.js';

describe('the URL that authenticator apps scan', () => {
  it('has one colon in its label, between issuer and account, whatever the product is called', () => {
    const { otpauthUrl } = newTotpEnrolment('Acme: Accounts', 'ada@example.test');
    const url = new URL(otpauthUrl);
    expect(decodeURIComponent(url.pathname)).toMatch(/Acme Accounts:ada@example\.test$/);
    expect(url.searchParams.get('issuer')).toBe('Acme Accounts');
  });
});

describe('the time step of a code', () => {
  it.each([
    [-2, null],
    [-1, 99],
    [0, 100],
    [1, 101],
    [2, null],
  ])('OC-07 a code of the step %i away from the current one belongs to step %p', (stepsAway, step) => {
    const { secret } = newTotpEnrolment('Acme', 'ada');
    for (const second of [0, 29]) {
      const code = generateSync({ secret, epoch: (100 + stepsAway) * 30 });
      expect(totpStepOf(secret, code, 100 * 30 + second)).toBe(step);
    }
  });
});
