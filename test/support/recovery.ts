import { type GivenMember } from './factories.js';
import { type HttpAnswer } from './http-client.js';
import { type Mail, mailbox, outboxEmpty } from './mailbox.js';
import { type TestApp } from './test-app.js';

/** The two recoveries that begin with a mailed code; also the path below /api/auth. */
export type Recovery = 'password-reset' | 'login-id';

/** A request for a code, and the mail that answered it. */
export interface AskedFor {
  requestId: string;
  mail: Mail & { code: string };
}

/** Asks for a mail and waits for it. `body` may spell the address differently from the member's own. */
export async function askFor(
  app: TestApp,
  recovery: Recovery,
  { email }: { email: string },
  body: { email?: string; loginId?: string } = {},
): Promise<AskedFor> {
  await outboxEmpty(app); // a mail still on its way would be taken for the answer
  const inbox = mailbox.to(email);
  const earlier = (await inbox.all()).at(-1);
  const { body: answer } = await app.post(`/api/auth/${recovery}/send-code`, { email, ...body }).expect(202);
  const mail = await inbox.next({ after: earlier });
  if (mail.code === undefined) throw new Error(`"${mail.subject}" holds no code`);
  return { requestId: answer.requestId, mail: { ...mail, code: mail.code } };
}

/** A reset token as its owner comes by it: mailed code, confirmed. */
export async function resetTokenFor(app: TestApp, member: Pick<GivenMember, 'email'>): Promise<string> {
  const { requestId, mail } = await askFor(app, 'password-reset', member);
  const { body } = await app.post('/api/auth/password-reset/confirm-code', { requestId, code: mail.code }).expect(200);
  return body.resetToken;
}

/** Lets the time between two mails to one address go by. */
export async function afterCooldown({ sql }: TestApp): Promise<void> {
  await sql.query(`UPDATE rate_limits SET expire = expire - 61000 WHERE key LIKE 'mail-cooldown:%'`);
}

/** Another code than this one. */
export function wrong(code: string, by = 1): string {
  return String((Number(code) + by) % 1_000_000).padStart(6, '0');
}

/** The newest proof for an address, as the database holds it. */
export async function newestProof(
  { sql }: TestApp,
  email: string,
): Promise<{ id: string; guesses: number; isPhantom: boolean }> {
  const { rows } = await sql.query(
    `SELECT id, guesses, member_id IS NULL AND sign_up_id IS NULL AS "isPhantom" FROM proof_requests WHERE email_key = $1 ORDER BY created_at DESC LIMIT 1`,
    [email.toLowerCase()],
  );
  return rows[0];
}

/** An answer without what differs from request to request: two answers that are then equal tell nobody apart. */
export function withoutIdentity({ status, headers, text }: HttpAnswer): object {
  const { date: _, ...rest } = headers;
  return { status, headers: rest, text: text.replace(/("requestId":)"[^"]+"/, '$1""') };
}
