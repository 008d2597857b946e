import { expect } from '@jest/globals';
import { answerOf } from './account-model.js';
import { eventually } from './eventually.js';
import { unique } from './factories.js';
import type { TestApp } from './test-app.js';

/**
 * A sign-up with a code that must work only once (O2). During a fault, the test sends the code to
 * every server.
 */
export class PendingSignUp {
  /** Number of successful responses. */
  private successes = 0;
  /** Whether an acknowledged account was missing at the check. */
  isLost = false;
  accessToken = '';

  private constructor(
    readonly values: ReturnType<typeof unique.signUp>,
    private readonly signUpId: string,
    private readonly code: string,
  ) {}

  /** @param codeFor waits for the mail to this address and returns its code */
  static async signUp(server: TestApp, codeFor: (address: string) => Promise<string>): Promise<PendingSignUp> {
    // On a busy machine a server may refuse the sign-up, because DATABASE_TIMEOUT_SECONDS is short here.
    const [values, signUpId] = await eventually('a sign-up', async () => {
      const values = unique.signUp();
      const answer = await server.client().post('/api/auth/sign-up', values);
      if (answer.status === 503) return undefined;
      expect(answer).toMatchObject({ status: 202 });
      return [values, (answer.body as { signUpId: string }).signUpId] as const;
    });
    return new PendingSignUp(values, signUpId, await codeFor(values.email));
  }

  async confirm(server: TestApp): Promise<void> {
    const confirmation = { signUpId: this.signUpId, code: this.code };
    const answer = await answerOf(() => server.client().post('/api/auth/sign-up/confirm-code', confirmation));
    if (answer?.status !== 200) return;
    this.successes += 1;
    this.accessToken = (answer.body as { accessToken: string }).accessToken;
  }

  /** The id of the resulting member; undefined without one. */
  async memberId(app: TestApp): Promise<string | undefined> {
    const { rows } = await app.sql.query<{ id: string }>('SELECT id FROM members WHERE login_id = $1', [
      this.values.loginId,
    ]);
    return rows[0]?.id;
  }

  /**
   * Sends the code once more; call it after recovery.
   * @returns the violated promises
   */
  async check(app: TestApp): Promise<string[]> {
    const wasMember = (await this.memberId(app)) !== undefined;
    const before = this.successes;
    await this.confirm(app);
    const problems: string[] = [];
    if (wasMember && this.successes > before) problems.push('O2 a code worked though the account was there');
    if (this.successes > 1) problems.push(`O2 a code worked ${this.successes} times`);
    const { rows } = await app.sql.query<{ members: number; sessions: number; events: number }>(
      `SELECT count(DISTINCT m.id)::int AS members, count(DISTINCT s.id)::int AS sessions, count(DISTINCT e.id)::int AS events
       FROM members m LEFT JOIN sessions s ON s.member_id = m.id
       LEFT JOIN security_events e ON e.member_id = m.id AND e.type = 'sign-up.confirmed' WHERE m.login_id = $1`,
      [this.values.loginId],
    );
    const { members, sessions, events } = rows[0]!;
    // Either everything was written or nothing.
    if (members > 1 || sessions !== members || events !== members)
      problems.push(`O2 a code made ${members} members, ${sessions} sessions, ${events} events`);
    this.isLost = this.successes > 0 && members === 0;
    if (this.isLost) problems.push('O1 an acknowledged sign-up is not there');
    return problems;
  }
}
