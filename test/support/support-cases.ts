import { randomUUID } from 'node:crypto';
import type { FindingCode } from '../../src/auth/login-diagnosis/login-finding.js';
import { given, unique, type GivenMember } from './factories.js';
import { outboxEmpty } from './mailbox.js';
import { enrol } from './second-factor.js';
import type { TestApp } from './test-app.js';

/** A person who asks why the login does not work. */
export interface SupportCase {
  readonly title: string;
  readonly finding: FindingCode;
  /** The button of the one action that helps; null where only the person can do something. */
  readonly action: string | null;
  /** @returns what the person types to log in */
  readonly happen: (app: TestApp) => Promise<string>;
  /** The finding after the action; undefined if the action does not change it. */
  readonly after?: FindingCode;
}

const DISABLED = `UPDATE members SET status = 'disabled' WHERE id = $1`;

export const SUPPORT_CASES: readonly SupportCase[] = [
  { title: 'has no account', finding: 'no_account', action: null, happen: async () => unique.email() },
  {
    title: 'never got the mail of the sign-up',
    finding: 'sign_up_mail_failed',
    action: 'retry-mail',
    after: 'sign_up_unconfirmed',
    happen: async (app) => {
      const { email, ...values } = unique.signUp();
      await withoutMail(app, () =>
        app
          .client()
          .post('/api/auth/sign-up', { ...values, email })
          .expect(202),
      );
      return email;
    },
  },
  {
    title: 'has tried too many passwords',
    finding: 'login_throttled',
    action: 'unlock',
    after: 'password_wrong',
    happen: async (app) => {
      const ada = await given.member(app);
      await app.client().post('/api/auth/login', { identifier: ada.loginId, password: 'wrong' }).expect(401);
      await app.sql.query(
        `UPDATE login_failures SET failures = 10, blocked_until = now() + interval '5 minutes'
         WHERE updated_at = (SELECT max(updated_at) FROM login_failures)`,
      );
      return ada.email;
    },
  },
  {
    title: 'was disabled by an administrator',
    finding: 'member_disabled',
    action: 'enable',
    after: 'no_obstacle',
    happen: async (app) => {
      const ada = await given.member(app);
      await app.sql.query(DISABLED, [ada.id]);
      await record(app, ada, 'member.disabled', { auditReason: 'Spam' });
      return ada.loginId;
    },
  },
  {
    title: 'must set a new password',
    finding: 'password_change_required',
    action: 'reset',
    happen: async (app) => {
      const ada = await given.member(app);
      await app.sql.query('UPDATE members SET must_change_password = true WHERE id = $1', [ada.id]);
      await record(app, ada, 'password.reset_demanded', { reason: 'compromised', auditReason: 'Leaked' });
      return ada.email;
    },
  },
  {
    title: 'has no other factor than an app that was lost',
    finding: 'second_factor_wrong',
    action: 'remove-app',
    after: 'no_obstacle',
    happen: async (app) => {
      const { loginId, password } = await enrol(await given.member(app));
      const { body } = await app.client().post('/api/auth/login', { identifier: loginId, password }).expect(200);
      for (let failures = 0; failures < 3; failures += 1)
        await app.client().post('/api/auth/login/mfa', { mfaToken: body.mfaToken, code: '000000' });
      return loginId;
    },
  },
  {
    title: 'travelled faster than an aeroplane',
    finding: 'login_refused_by_risk',
    action: 'unlock',
    happen: async (app) => {
      const ada = await given.member(app);
      const signals = [{ signal: 'impossible_travel', weight: 100 }];
      await record(app, ada, 'risk.assessed', { at: 'login', outcome: 'end', score: 100, signals, dryRun: false });
      return ada.loginId;
    },
  },
  {
    title: 'has a mailbox whose domain takes no mail',
    finding: 'mail_failed',
    action: 'retry-mail',
    after: 'no_obstacle',
    happen: async (app) => {
      const domain = `${randomUUID().slice(0, 8)}.test`;
      const members = [
        await given.member(app, { email: `a@${domain}` }),
        await given.member(app, { email: `b@${domain}` }),
      ];
      for (const { email } of members)
        await withoutMail(app, () => app.client().post('/api/auth/password-reset/send-code', { email }).expect(202));
      return members[0]!.email;
    },
  },
  {
    title: 'has closed the account',
    finding: 'account_closed',
    action: null,
    happen: async (app) => {
      const ada = await given.member(app);
      await app.sql.query(`UPDATE members SET status = 'closed', closed_at = now() WHERE id = $1`, [ada.id]);
      return ada.loginId;
    },
  },
  {
    title: 'has only ever logged in at a provider',
    finding: 'no_password',
    action: 'reset',
    after: 'password_change_required',
    happen: async (app) => {
      const ada = await given.member(app);
      await app.sql.query('UPDATE members SET password_hash = NULL WHERE id = $1', [ada.id]);
      await app.sql.query(
        `INSERT INTO identities (id, member_id, provider, subject) VALUES (gen_random_uuid(), $1, 'kakao', $2)`,
        [ada.id, randomUUID()],
      );
      return ada.email;
    },
  },
];

const record = (app: TestApp, { id }: GivenMember, type: string, details: object): Promise<unknown> =>
  app.sql.query(
    `INSERT INTO security_events (type, member_id, ip, user_agent, request_id, details) VALUES ($1, $2, '', '', '', $3)`,
    [type, id, details],
  );

/** Runs `cause`, and marks its mails as refused for good by the mail server. */
async function withoutMail(app: TestApp, cause: () => PromiseLike<unknown>): Promise<void> {
  await outboxEmpty(app);
  await app.sql.query(
    `CREATE OR REPLACE FUNCTION hold_back() RETURNS trigger LANGUAGE plpgsql AS
     $$ BEGIN NEW.available_at := now() + interval '1 hour'; RETURN NEW; END $$`,
  );
  await app.sql.query(
    'CREATE TRIGGER hold_back BEFORE INSERT ON outbox_messages FOR EACH ROW EXECUTE FUNCTION hold_back()',
  );
  try {
    await cause();
  } finally {
    await app.sql.query('DROP TRIGGER hold_back ON outbox_messages');
  }
  await app.sql.query(
    `UPDATE outbox_messages SET status = 'dead', attempts = 1, finished_at = now(), last_error = 'EENVELOPE: 550 no such user'
     WHERE status = 'pending'`,
  );
}
