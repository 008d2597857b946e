import { describe, expect, it } from '@jest/globals';
import { LOGIN_ID_PATTERN } from '../../users/login-id.js';
import { suggestLoginId } from './login-id-suggestion.js';

const suggest = (email: string | null, name: string | null = null) =>
  suggestLoginId({ provider: 'kakao', subject: '1', emailVerified: false, email, name }, '4821');

describe('a suggested login ID', () => {
  it.each([
    ['Ada.Lovelace@gmail.com', null, 'ada.lovelace'],
    ['ada+shop@gmail.com', null, 'ada4821'],
    ['1234.minsu@example.com', null, 'minsu'],
    ['a'.repeat(60) + '@example.com', null, 'a'.repeat(32)],
    ['admin@example.com', 'Minsu Kim', 'minsukim'],
    ['12345678@example.com', '김민수', 'kakao4821'],
    [null, null, 'kakao4821'],
  ])('for %s and %s is %s', (email, name, expected) => {
    const loginId = suggest(email, name);
    expect(loginId).toBe(expected);
    expect(loginId).toMatch(LOGIN_ID_PATTERN);
  });
});
