import { given, type GivenMember } from './factories.js';
import { outboxEmpty } from './mailbox.js';
import type { TestApp } from './test-app.js';

/** Creates a dead mail: one in the state of a mail that the dispatcher has given up. */
export async function givenDeadMail(app: TestApp): Promise<{ id: string; member: GivenMember }> {
  const member = await given.member(app);
  await outboxEmpty(app);
  // Due in an hour, so that the dispatcher does not send it before the test marks it as dead.
  await app.sql.query(
    `CREATE OR REPLACE FUNCTION hold_back() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.available_at := now() + interval '1 hour'; RETURN NEW; END $$`,
  );
  await app.sql.query(
    `CREATE TRIGGER hold_back BEFORE INSERT ON outbox_messages FOR EACH ROW EXECUTE FUNCTION hold_back()`,
  );
  await app.post('/api/auth/password-reset/send-code', { email: member.email }).expect(202);
  await app.sql.query(`DROP TRIGGER hold_back ON outbox_messages`);
  const { rows } = await app.sql.query(
    `UPDATE outbox_messages SET status = 'dead', attempts = 200, finished_at = now(), last_error = 'EENVELOPE: 550 ***'
     WHERE member_id = $1 AND status = 'pending' RETURNING id`,
    [member.id],
  );
  return { id: rows[0].id, member };
}
