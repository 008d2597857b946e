import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Mailbox } from '../support/mailbox.js';

/** The parts of a MailHog message that matter, newest first as MailHog lists them. */
const MESSAGES = [
  { ID: '3', to: 'not-ada@example.test', code: '333333' },
  { ID: '2', to: 'ada@example.test', code: '222222' },
  { ID: '1', to: 'ada@example.test', code: '111111' },
].map(({ ID, to, code }) => ({
  ID,
  Created: '2026-01-01T00:00:00Z',
  Raw: {
    From: 'no-reply@munjigi.test',
    To: [to],
    Data: [
      'From: Munjigi <no-reply@munjigi.test>',
      `To: ${to}`,
      `Subject: =?UTF-8?B?${Buffer.from('확인 코드').toString('base64')}?=`,
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from(`코드: ${code}`).toString('base64'),
    ].join('\r\n'),
  },
}));

/**
 * Answers as MailHog's API v2 does: pages, newest first, and a search for a part of the address.
 */
function fakeMailHog(): Server {
  return createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://mailhog');
    const query = url.searchParams.get('query') ?? '';
    const [start, limit] = [Number(url.searchParams.get('start')), Number(url.searchParams.get('limit'))];
    const found = MESSAGES.filter(({ Raw }) => Raw.To.some((address) => address.includes(query)));
    const items = found.slice(start, start + Math.min(limit, 1)); // one a page, so that paging is exercised
    response.statusCode = /^\/api\/v2\/(messages|search)$/.test(url.pathname) ? 200 : 404;
    response.end(JSON.stringify({ total: found.length, count: items.length, start, items }));
  });
}

describe('mailbox helper on MailHog', () => {
  const server = fakeMailHog();
  const embedded = process.env.MAIL_INBOX_URL;
  const mailbox = new Mailbox();

  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    process.env.MAIL_INBOX_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    process.env.MAIL_INBOX_URL = embedded;
    server.close();
  });

  it('it returns the mails of exactly one address, oldest first and decoded', async () => {
    const mails = await mailbox.to('ada@example.test').all();
    expect(mails.map(({ id, subject, code }) => [id, subject, code])).toEqual([
      ['1', '확인 코드', '111111'],
      ['2', '확인 코드', '222222'],
    ]);
  });

  it('without an address it returns every mail', async () => {
    expect((await mailbox.everything()).map(({ id }) => id)).toEqual(['1', '2', '3']);
  });
});
