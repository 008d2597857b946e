import { describe, expect, it } from '@jest/globals';
import { isReservedLoginId, LOGIN_ID_PATTERN, maskLoginId, normaliseLoginId } from './login-id.js';

describe('a login ID', () => {
  it.each(['ada1', 'ada.lovelace', 'a-b_c.d', 'x'.repeat(32), 'abcd'])('may be %s', (id) => {
    expect(LOGIN_ID_PATTERN.test(id)).toBe(true);
  });

  it.each([
    ...['', 'ada', 'x'.repeat(33), '1ada', '.ada', '-ada', '_ada', 'ada lovelace', 'ada@example', 'Ada1', 'adä1'],
    ...['ada1\n', 'ada\u0000', '\u212aate', 'ad\u0430a', '김민수김', 'ada1\u200b', '../ada', 'ada/1'],
  ])('IV-06 may not be %j', (id) => expect(LOGIN_ID_PATTERN.test(id)).toBe(false));

  it('IV-06 has one canonical form, which normalising does not change', () => {
    for (const input of [
      'Ada.Lovelace',
      ' ada.lovelace ',
      'ADA.LOVELACE',
      '\ufeffada.lovelace\u200b\n',
      'ＡＤＡ．lovelace',
    ])
      expect(normaliseLoginId(normaliseLoginId(input))).toBe('ada.lovelace');
  });

  it('IV-06 with look-alike letters of other scripts does not become valid by normalising', () => {
    for (const input of ['\u212aate', 'ad\u0130n', 'ada lovelace', 'ad\u0430a'])
      expect(LOGIN_ID_PATTERN.test(normaliseLoginId(input))).toBe(false);
  });

  it.each([
    'admin',
    'ad.min',
    'a-d-m-i-n',
    'root',
    'no-reply',
    'noreply',
    'post_master',
    'munjigi',
    'sign-up',
    'signup',
    'adm1n',
    'adrnin',
    'supp0rt',
    'r00t',
    'he1p',
  ])('IV-06 is reserved: %s', (id) => expect(isReservedLoginId(id)).toBe(true));

  it.each(['ada1', 'administratrix', 'rooted', 'adminx', 'admin1', 'h0lly5'])('is not reserved: %s', (id) => {
    expect(isReservedLoginId(id)).toBe(false);
  });
});

describe('a masked login ID', () => {
  it.each([
    ['', '***'],
    ['a', '***'],
    ['ab', '***'],
    ['abc', 'a***'],
    ['abcd', 'a***'],
    ['abcde', 'ab***'],
    ['abcdefg', 'ab***'],
    ['abcdefgh', 'ab***h'],
    ['x'.repeat(31) + 'z', 'xx***z'],
  ])('of %s is %s, which never contains the whole ID', (id, masked) => {
    expect(maskLoginId(id)).toBe(masked);
  });
});
