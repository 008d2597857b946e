import { describe, expect, it } from '@jest/globals';
import { newTotpEnrolment } from './totp.js';

describe('the URL that authenticator apps scan', () => {
  it('has one colon in its label, between issuer and account, whatever the product is called', () => {
    const { otpauthUrl } = newTotpEnrolment('Acme: Accounts', 'ada@example.test');
    const url = new URL(otpauthUrl);
    expect(decodeURIComponent(url.pathname)).toMatch(/Acme Accounts:ada@example\.test$/);
    expect(url.searchParams.get('issuer')).toBe('Acme Accounts');
  });
});
