import { type GivenMember } from './factories.js';
import { type HttpAnswer } from './http-client.js';
import { type Mail, mailbox, outboxEmpty } from './mailbox.js';
import { type TestApp } from './test-app.js';

/** The two recoveries that begin with a mailed code; also their path below /api/auth. */
export type Recovery = 'password-reset' | 'login-id';

/** A request for a code and the resulting mail. */
export interface AskedFor {
  requestId: string;
  mail: Mail & { code: string };
}

/** Requests a mail and waits for it. `body` may hold another spelling of the member's address. */
export async function askFor(
  app: TestApp,
  recovery: Recovery,
  { email }: { email: string },
  body: { email?: string; loginId?: string } = {},
): Promise<AskedFor> {
  await outboxEmpty(app); // an earlier mail still under way would be mistaken for this one
  const inbox = mailbox.to(email);
  const earlier = (await inbox.all()).at(-1);
  const { body: answer } = await app.post(`/api/auth/${recovery}/send-code`, { email, ...body }).expect(202);
  const mail = await inbox.next({ after: earlier });
  if (mail.code === undefined) throw new Error(`"${mail.subject}" holds no code`);
  return { requestId: answer.requestId, mail: { ...mail, code: mail.code } };
}

/** A reset token, obtained with the mailed code. */
export async function resetTokenFor(app: TestApp, member: Pick<GivenMember, 'email'>): Promise<string> {
  const { requestId, mail } = await askFor(app, 'password-reset', member);
  const { body } = await app.post('/api/auth/password-reset/confirm-code', { requestId, code: mail.code }).expect(200);
  return body.resetToken;
}

/** Ends the cooldown between two mails to one address. */
export async function afterCooldown({ sql }: TestApp): Promise<void> {
  await sql.query(`UPDATE rate_limits SET expire = expire - 61000 WHERE key LIKE 'mail-cooldown:%'`);
}

/** A different code. */
export function wrong(code: string, by = 1): string {
  return String((Number(code) + by) % 1_000_000).padStart(6, '0');
}

/** The newest e-mail challenge of an address in the database. */
export async function newestEmailChallenge(
  { sql }: TestApp,
  email: string,
): Promise<{ id: string; guesses: number; isDecoy: boolean }> {
  const { rows } = await sql.query(
    `SELECT id, guesses, member_id IS NULL AND sign_up_id IS NULL AS "isDecoy" FROM proof_requests WHERE email_key = $1 ORDER BY created_at DESC LIMIT 1`,
    [email.toLowerCase()],
  );
  return rows[0];
}

/**
 * A response without the parts that differ per request: a client cannot distinguish two equal
 * results.
 */
export function withoutIdentity({ status, headers, text }: HttpAnswer): object {
  const { date: _, ...rest } = headers;
  return { status, headers: rest, text: text.replace(/("requestId":)"[^"]+"/, '$1""') };
}
