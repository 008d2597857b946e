import { describe, expect, it } from '@jest/globals';
// @ts-expect-error The script of the pages has no declarations.
import { foldTypedText as foldInPages } from '../../pages/assets/typed-text.js';
// @ts-expect-error The script of the pages has no declarations.
import { digitsOf } from '../../pages/assets/code-field.js';
import { foldTypedCode, foldTypedText } from './typed-text.js';

/** Signs without a shape of their own, which a paste may bring along. */
const UNSEEN = [
  ...['\u200b', '\u200c', '\u200d', '\u200e', '\u200f', '\u2060', '\ufeff', '\u00ad', '\u180e', '\u061c', '\u202a'],
  ...['\u202e', '\u2066', '\u2069', '\ufe0f', '\u3164', '\uffa0', '\u115f', '\u2800', '\u034f'],
];
const BLANKS = [
  ...[' ', '\t', '\n', '\r\n', '\v', '\f', '\u00a0', '\u1680', '\u2007', '\u2009', '\u202f', '\u3000', '\u2028'],
  '\u2029',
];

describe('typed text with a small alphabet', () => {
  it.each([...UNSEEN, ...BLANKS])('OC-04 IV-10 loses %j around it and, in a code, within it', (sign) => {
    expect(foldTypedText(`${sign}ada.lovelace${sign}`)).toBe('ada.lovelace');
    expect(foldTypedCode(`${sign}048${sign}213${sign}`)).toBe('048213');
  });

  it.each(UNSEEN)('IV-10 loses %j within it', (sign) => {
    expect(foldTypedText(`ada${sign}@example.com`)).toBe('ada@example.com');
  });

  it.each([
    ['０４８２１３', '048213'],
    ['𝟎𝟒𝟖𝟐𝟏𝟑', '048213'],
    ['048－213', '048213'],
    ['048–213', '048213'],
    ['048—213', '048213'],
    ['048·213', '048213'],
    ['［048_213］', '048213'],
    ['“048.213”', '048213'],
    ['７ｋ２ｍ－９ＸＱＡ', '7k2m9XQA'],
    ['048ー213', '048213'],
    ['０４８ｰ２１３', '048213'],
    ['048～213', '048213'],
    ['048 + 213', '048213'],
    ['`048|213`', '048213'],
    ['0\ufe0f\u20e34\ufe0f\u20e38\ufe0f\u20e3213', '048213'],
  ])('OC-04 is a code without separators: %s', (typed, code) => expect(foldTypedCode(typed)).toBe(code));

  it.each([
    ['ａｄａ＠ｅｘａｍｐｌｅ．ｃｏｍ', 'ada@example.com'],
    ['ada@example。com', 'ada@example.com'],
    ['ada@example｡com', 'ada@example.com'],
    ['o’brien@example.com', "o'brien@example.com"],
    ['ada‑b−c–d', 'ada-b-c-d'],
  ])('IV-10 has its compatibility forms folded: %s', (typed, folded) => expect(foldTypedText(typed)).toBe(folded));

  it.each(['\u212aate', '\u017fam', 'ﬁona', 'аda', 'ı', '١٢٣', 'ada\u0000', 'a b', '048\u00002'])(
    'IV-06 keeps what only looks alike, for the rules to refuse: %j',
    (typed) => expect(foldTypedText(typed)).toBe(typed),
  );

  it('IV-10 has the same form in the pages', () => {
    const samples = [...UNSEEN, ...BLANKS].map((sign) => `${sign}ａ${sign}-—–b${sign}`);
    for (const text of [...samples, '𝟎１²', 'o’b。c｡d', '\u212aﬁ\u0000'])
      expect(foldInPages(text)).toBe(foldTypedText(text));
  });

  it.each([
    ['048213', '048213'],
    ['０４８ ２１３', '048213'],
    ['code: 048-213', '048213'],
    ['10분 동안 사용할 수 있는 인증 코드: 048213', '048213'],
    ['2026-11-28 048213 (10 minutes)', '048213'],
    ['04', '04'],
    ['0482137', '048213'],
  ])('OC-04 gives the code field of the pages its digits: %s', (typed, digits) => expect(digitsOf(typed)).toBe(digits));

  it('IV-10 is folded again to itself', () => {
    for (const text of [' ａ\u200b ', '\u200b \u200b x', '½', '⑩'])
      expect(foldTypedText(foldTypedText(text))).toBe(foldTypedText(text));
  });
});
