import { expect, it } from '@jest/globals';
import { readAccount } from './provider-account.js';

it.each([
  ['absent', undefined],
  ['a number', 42],
  ['empty', ''],
  ['with a zero byte', 'ada\0'],
  ['with a lone surrogate', 'ada\ud800'],
  ['with an invisible character', 'ada\u200b'],
  ['too long', 'a'.repeat(256)],
])('refuses an account whose subject is %s', (_, subject) => {
  expect(() => readAccount('acme', { subject })).toThrow('no usable subject');
});

it.each(['a\0@gmail.com', 'a@gmail.com\r\nBcc: eve@evil.test', 'a'.repeat(321), { toString: 'x' }, ['a@gmail.com']])(
  'leaves out what cannot be stored or shown: %j',
  (value) => {
    const account = readAccount('acme', { subject: 'ada', email: value, name: value, emailVerified: value });
    expect(account).toMatchObject({ subject: 'ada', email: null, emailVerified: false });
    expect(account.name === null || account.name.length <= 255).toBe(true);
  },
);
