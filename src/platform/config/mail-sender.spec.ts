import { describe, expect, it } from '@jest/globals';
import { parseSender } from './mail-sender.js';

describe('the sender of mails', () => {
  it.each([
    ['no-reply@example.com', '', 'no-reply@example.com'],
    [' <no-reply@example.com> ', '', 'no-reply@example.com'],
    ['Acme (Korea) <no-reply@example.com>', 'Acme (Korea)', 'no-reply@example.com'],
    ['Acme: Accounts <no-reply@example.com>', 'Acme: Accounts', 'no-reply@example.com'],
    ['Acme; Co, Ltd. <no-reply@example.com>', 'Acme; Co, Ltd.', 'no-reply@example.com'],
    ['"Acme \\"A\\", Inc." <no-reply@example.com>', 'Acme "A", Inc.', 'no-reply@example.com'],
    ['문지기 <no-reply@Example.COM>', '문지기', 'no-reply@example.com'],
    ['Munjigi <no-reply@localhost>', 'Munjigi', 'no-reply@localhost'],
  ])('is one mailbox with its whole name: %s', (input, name, address) =>
    expect(parseSender(input)).toEqual({ name, address }),
  );

  it.each([
    'Acme',
    'Acme <no-reply>',
    'a@example.com, b@example.com',
    'a@example.com; b@example.com',
    'A <a@example.com>, B <b@example.com>',
    'a@example.com, B <b@example.com>',
    'A <a@example.com> B',
    'A: a@example.com, b@example.com;',
    'Acme\r\nBcc: eve <no-reply@example.com>',
  ])('ML-01 is refused unless it is one mailbox: %s', (input) => expect(parseSender(input)).toBeNull());
});
