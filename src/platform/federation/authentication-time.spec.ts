import { describe, expect, it } from '@jest/globals';
import { checkAuthenticationTime, reauthenticationParameters } from './authentication-time.js';

const BEGAN_MS = 1_800_000_000_400;

describe('the time at which a provider authenticated a person', () => {
  it.each([1_800_000_000, 1_800_000_300, 1_799_999_945])('SO-32 counts at %d, with clock tolerance', (authTime) => {
    expect(() => checkAuthenticationTime(authTime, BEGAN_MS)).not.toThrow();
  });

  it.each([1_799_999_930, 0, -1, undefined, null, '1800000000', Number.NaN])('SO-32 is refused as %p', (authTime) => {
    expect(() => checkAuthenticationTime(authTime, BEGAN_MS)).toThrow();
  });
});

it('SO-32 asks Google without prompt=login, which it refuses', () => {
  expect(reauthenticationParameters('google')).toMatchObject({ prompt: 'select_account', max_age: '0' });
  expect(reauthenticationParameters('kakao')).toEqual({ prompt: 'login', max_age: '0' });
});
