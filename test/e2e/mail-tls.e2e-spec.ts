import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { unique } from '../support/factories.js';
import { SmtpSink } from '../support/smtp-sink.js';
import { TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** A mail with a code is never sent unencrypted, nor to a server without a valid certificate. */
describe('a mail server with required TLS', () => {
  let database: TestDatabase;
  let sink: SmtpSink | undefined;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());
  afterEach(async () => {
    await sink?.stop();
    await database.pool.query('DELETE FROM outbox_messages');
  });

  /**
   * Sends a sign-up mail through `url`.
   * @returns the recorded reason why it was not sent
   */
  async function failureReason(url: string): Promise<string> {
    const sender = await TestApp.start({ database, env: { SMTP_URL: url, SMTP_REQUIRE_TLS: 'true' } });
    try {
      await sender.post('/api/auth/sign-up', unique.signUp()).expect(202);
      return await eventually('the mail is postponed', async () => {
        const { rows } = await database.pool.query<{ status: string; last_error: string | null }>(
          'SELECT status, last_error FROM outbox_messages',
        );
        expect(rows.map(({ status }) => status)).toEqual(['pending']);
        return rows[0]!.last_error ?? undefined;
      });
    } finally {
      await sender.stop();
    }
  }

  it('ML-07 receives nothing if it does not offer STARTTLS; the mail is kept', async () => {
    sink = await SmtpSink.start();
    expect(await failureReason(sink.url)).toMatch(/TLS/);
    expect(sink.mails).toEqual([]);
  });

  it('ML-07 receives nothing if its certificate is not trusted; the mail is kept', async () => {
    sink = await SmtpSink.start({ tls: true });
    expect(await failureReason(sink.url)).toMatch(/certificate/);
    expect(sink.mails).toEqual([]);
  });
});
