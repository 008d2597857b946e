import { describe, expect, it } from '@jest/globals';
import { methodsOf } from './authentication-methods.js';

describe('the methods of an authentication', () => {
  it.each([
    ['password', null, ['pwd']],
    ['password', 'totp', ['pwd', 'otp', 'mfa']],
    ['password', 'recovery-code', ['pwd', 'otp', 'mfa']],
    ['password', 'passkey', ['pwd', 'hwk', 'mfa']],
    ['passkey', 'passkey', ['hwk', 'mfa']],
    ['federated', null, ['fed']],
    ['federated', 'totp', ['fed', 'otp', 'mfa']],
    // Sessions of 1.0.
    [null, null, ['pwd']],
    [null, 'totp', ['pwd', 'otp', 'mfa']],
    [null, 'passkey', ['hwk', 'mfa']],
  ] as const)('RS-07 that began with %s and had %s as second factor', (firstFactor, secondFactor, methods) => {
    expect(methodsOf({ firstFactor, secondFactor })).toEqual(methods);
  });
});
