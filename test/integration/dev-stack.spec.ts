import { afterAll, describe, expect, it } from '@jest/globals';
import { createTransport } from 'nodemailer';
import { unique } from '../support/factories.js';
import { mailbox } from '../support/mailbox.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('test services', () => {
  const databases: TestDatabase[] = [];
  const smtp = createTransport({ url: process.env.TEST_SMTP_URL });

  afterAll(async () => {
    smtp.close();
    for (const database of databases) await database.drop();
  });

  it('each test file gets its own migrated database', async () => {
    databases.push(...(await Promise.all([createTestDatabase(), createTestDatabase()])));
    const [first, second] = databases as [TestDatabase, TestDatabase];
    await first.pool.query('CREATE TABLE only_here ()');
    const tables = async ({ pool }: TestDatabase): Promise<string[]> => {
      const { rows } = await pool.query("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'");
      return rows.map(({ name }) => name as string);
    };
    expect(await tables(first)).toContain('only_here');
    expect(await tables(second)).not.toContain('only_here');
    expect(await tables(second)).toContain('outbox_messages');
  });

  it('an empty database is available for tests of the migrations', async () => {
    const empty = await createTestDatabase({ empty: true });
    databases.push(empty);
    const { rows } = await empty.pool.query("SELECT FROM pg_tables WHERE schemaname = 'public'");
    expect(rows).toEqual([]);
  });

  it('a mail is shown as its reader sees it', async () => {
    const email = unique.email();
    const token = 'tok-123456_en';
    const mail = {
      from: 'Munjigi <no-reply@munjigi.test>',
      to: email,
      subject: '확인 코드',
      text: `코드: 482913\n\nhttp://localhost:3000/pages/confirm#token=${token}\n`,
      html: '<p>482913</p>',
      headers: { 'X-Kind': 'sign-up' },
    };
    await smtp.sendMail(mail);
    expect(await mailbox.to(email).next()).toMatchObject({
      from: '"Munjigi" <no-reply@munjigi.test>',
      to: [email],
      subject: '확인 코드',
      html: '<p>482913</p>',
      code: '482913',
      links: [`http://localhost:3000/pages/confirm#token=${token}`],
      linkToken: token,
    });
  });

  it('the mails of one address come in order, without those of others', async () => {
    const [ada, eve] = [unique.email(), unique.email()];
    for (const subject of ['first', 'second']) {
      await smtp.sendMail({ from: 'no-reply@munjigi.test', to: ada, subject, text: 'hello' });
    }
    await smtp.sendMail({ from: 'no-reply@munjigi.test', to: eve, subject: 'other', text: 'hello' });
    const [first] = await mailbox.to(ada).waitForCount(2);
    expect(first?.subject).toBe('first');
    expect((await mailbox.to(ada).next({ after: first })).subject).toBe('second');
    expect((await mailbox.to(eve).all()).map(({ subject }) => subject)).toEqual(['other']);
  });
});
