import { describe, expect, it } from '@jest/globals';
import type { AppConfig } from '../../platform/config/app-config.js';
import { SignUpPolicy, type SignUpTerms } from './sign-up-policy.js';

const policy = (mode: SignUpTerms['mode'], domains: string[] = []): SignUpPolicy =>
  new SignUpPolicy({ env: { SIGN_UP: mode, SIGN_UP_DOMAINS: domains } } as unknown as AppConfig);

describe('SignUpPolicy', () => {
  it('AC-20 admits every address while sign-up is open', () => {
    expect(() => policy('open').check('ada@example.com')).not.toThrow();
  });

  it.each([
    ['ada@example.com', true],
    ['ada@xn--bcher-kva.example', true],
    ['ada@other.example', false],
    ['ada@sub.example.com', false],
    ['ada@notexample.com', false],
    ['example.com@other.example', false],
  ])('AC-20 with a list of domains, admits %s: %s', (emailKey, isAdmitted) => {
    const check = (): void => policy('domains', ['example.com', 'xn--bcher-kva.example']).check(emailKey);
    if (isAdmitted) expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ code: 'sign_up_closed' }));
  });

  it('AC-20 admits no address where people are invited', () => {
    expect(() => policy('invited').check('ada@example.com')).toThrow(
      expect.objectContaining({ code: 'sign_up_closed' }),
    );
    expect(() => policy('invited').checkOpen()).toThrow(expect.objectContaining({ code: 'sign_up_closed' }));
  });
});
