import { buffer } from 'node:stream/consumers';
import { expect, it } from '@jest/globals';
import MailComposer from 'nodemailer/lib/mail-composer';
import { writeWhole } from './whole-message.js';

const MAIL = {
  from: { name: '문지기', address: 'no-reply@example.com' },
  to: { name: '', address: 'ada@example.com' },
  subject: '인증 번호 — code',
  messageId: '<1@example.com>',
  date: new Date(0),
  headers: { 'Auto-Submitted': 'auto-generated' },
  baseBoundary: 'boundary',
};
const LOGO = { filename: 'logo.png', contentType: 'image/png', cid: 'logo', content: Buffer.alloc(1000, 0xab) };

it.each([
  ['short lines of ASCII', { text: 'code 123456\n.\n', html: '<p>code 123456</p>' }],
  ['long lines', { text: `${'word '.repeat(300)}\n`, html: `<p>${'a=b '.repeat(300)}</p>` }],
  ['Latin letters with accents', { text: 'café crème\n', html: '<p>café — crème 😀 </p>' }],
  ['Korean', { text: '안녕하세요. '.repeat(40), html: `<p>${'안녕하세요. '.repeat(40)}</p>` }],
  ['a logo', { text: 'code\n', html: '<img src="cid:logo">', attachments: [LOGO] }],
])('a message with %s leaves in one piece, with the bytes of the library', async (_, parts) => {
  const compose = () => new MailComposer({ ...MAIL, ...parts }).compile();
  const expected = await buffer(compose().createReadStream());
  const message = compose();
  writeWhole({ message }, (error) => expect(error).toBeUndefined());
  const pieces = (await message.createReadStream().toArray()) as Buffer[];
  expect(pieces.map(String)).toEqual([expected.toString()]);
});

it('a message of anything but texts and bytes is refused', () => {
  const message = new MailComposer({ ...MAIL, text: { path: '/etc/hostname' } }).compile();
  let refusal: Error | undefined;
  writeWhole({ message }, (error) => (refusal = error));
  expect(refusal?.message).toBe('a mail consists of texts and bytes');
});
