import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { unique } from '../support/factories.js';
import { SmtpSink } from '../support/smtp-sink.js';
import { TestApp } from '../support/test-app.js';

/** A mail with a code in it never travels where others can read it, nor to a server that cannot say who it is. */
describe('a mail server that must be spoken to through TLS', () => {
  let app: TestApp;
  let sink: SmtpSink | undefined;

  beforeAll(async () => {
    app = await TestApp.start({ env: { WORKER_ENABLED: 'false' } });
  });
  afterAll(() => app.stop());
  afterEach(async () => {
    await sink?.stop();
    await app.sql.query('DELETE FROM outbox_messages');
  });

  /** A server with a worker that sends by `url`; ends with the test. */
  async function reasonWithheld(url: string): Promise<string> {
    const sender = await TestApp.start({
      database: app.database,
      env: { SMTP_URL: url, SMTP_REQUIRE_TLS: 'true' },
    });
    try {
      await sender.post('/api/auth/sign-up', unique.signUp()).expect(202);
      return await eventually('the mail is put off', async () => {
        const { rows } = await app.sql.query<{ status: string; last_error: string | null }>(
          'SELECT status, last_error FROM outbox_messages',
        );
        expect(rows.map(({ status }) => status)).toEqual(['pending']);
        return rows[0]!.last_error ?? undefined;
      });
    } finally {
      await sender.stop();
    }
  }

  it('ML-07 gets nothing when STARTTLS has been stripped from its greeting: the mail is kept', async () => {
    sink = await SmtpSink.start();
    expect(await reasonWithheld(sink.url)).toMatch(/TLS/);
    expect(sink.letters).toEqual([]);
  });

  it('ML-07 gets nothing when its certificate is nobody’s: the mail is kept', async () => {
    sink = await SmtpSink.start({ hasTls: true });
    expect(await reasonWithheld(sink.url)).toMatch(/certificate/);
    expect(sink.letters).toEqual([]);
  });
});
