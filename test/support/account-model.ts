import { setTimeout as pause } from 'node:timers/promises';
import { unique, type SignUpValues } from './factories.js';
import type { HttpAnswer, HttpClient } from './http-client.js';
import type { TestApp } from './test-app.js';

/** Writes of one kind: those answered with success, and those whose response was lost. */
interface Tally {
  acknowledged: number;
  possible: number;
}

/**
 * How many times at most a request is sent to a server that has recovered. On a busy machine the server
 * may still refuse the request, because these tests set a short database timeout. A refusal loses nothing.
 */
const RECOVERED = 20;

/**
 * The expected state of one member: every acknowledged write, and each unacknowledged write
 * completely or not at all.
 */
export class AccountModel {
  accessToken = '';
  /** The last acknowledged name. */
  private name: string | null = null;
  /** Unacknowledged names since the last check, which may have been written or may still be. */
  private maybeNames: string[] = [];
  /** The last password that logged in. */
  private password: string;
  private maybePasswords: string[] = [];
  private readonly renames: Tally = { acknowledged: 0, possible: 0 };
  private readonly passwordChanges: Tally = { acknowledged: 0, possible: 0 };
  /** Every password that was or may have been in use since `takeSecrets` was last called. */
  private secrets: string[];
  /**
   * Requests without a response or with a 5xx response, and 4xx responses except to logins, which try
   * wrong passwords too. A fault explains them.
   */
  failedRequests = 0;
  /** Acknowledged writes that the last check did not find. */
  lost = 0;

  constructor(
    readonly id: string,
    readonly values: SignUpValues,
    private readonly client: () => HttpClient,
  ) {
    this.password = values.password;
    this.secrets = [values.password];
  }

  get acknowledgedWrites(): number {
    return this.renames.acknowledged + this.passwordChanges.acknowledged;
  }

  /** Changes the name on the server that `client` returns. A fault may interrupt the request anywhere. */
  async rename(): Promise<void> {
    const name = `Ada ${unique.loginId()}`;
    const answer = await this.try('PATCH', '/api/members/me', { name });
    count(this.renames, answer);
    if (answer?.status === 200) this.name = name;
    else if (isUncertain(answer)) this.maybeNames.push(name);
  }

  async changePassword(): Promise<void> {
    const newPassword = unique.password();
    this.secrets.push(newPassword);
    const change = { currentPassword: this.password, newPassword };
    const answer = await this.try('POST', '/api/members/me/password', change);
    count(this.passwordChanges, answer);
    if (answer?.status === 204) this.password = newPassword;
    else if (isUncertain(answer)) {
      this.maybePasswords.push(newPassword);
      await this.logInAgain();
    }
  }

  /**
   * Call it when the servers have recovered.
   * @returns the violated promises
   */
  async check(app: TestApp): Promise<string[]> {
    const problems: string[] = [];
    const opening: string[] = [];
    for (const password of this.possiblePasswords) if (await this.logIn(password, RECOVERED)) opening.push(password);
    if (opening.length !== 1) problems.push(`O3 ${opening.length} passwords open ${this.id}`);
    [this.password, this.maybePasswords] = [opening[0] ?? this.password, []];

    const profile = await this.try('GET', '/api/members/me', undefined, RECOVERED);
    const name = (profile?.body as { name?: string | null } | undefined)?.name;
    const names = [this.name, ...this.maybeNames];
    if (name === undefined || !names.includes(name))
      problems.push(`O1 ${this.id} is called ${name}, not ${names.join(' or ')}`);
    [this.name, this.maybeNames] = [name ?? null, []];

    this.lost = problems.length;
    for (const [what, tally, rows] of [
      ['O1 renames', this.renames, `FROM security_events WHERE member_id = $1 AND type = 'profile.changed'`],
      [
        'O1 password changes',
        this.passwordChanges,
        `FROM security_events WHERE member_id = $1 AND type = 'password.changed'`,
      ],
      [
        'O4 notices',
        this.passwordChanges,
        `FROM outbox_messages WHERE member_id = $1 AND template = 'password-changed'`,
      ],
    ] as const) {
      const found = (await app.sql.query<{ count: number }>(`SELECT count(*)::int ${rows}`, [this.id])).rows[0]!.count;
      const { acknowledged, possible } = tally;
      if (found < acknowledged || found > acknowledged + possible)
        problems.push(
          `${what} of ${this.id}: ${found} in the database, ${acknowledged} acknowledged, ${possible} possible`,
        );
      this.lost += Math.max(0, acknowledged - found);
    }
    return problems;
  }

  /** Returns the passwords used since the last call. The next call returns the current ones again. */
  takeSecrets(): string[] {
    const secrets = this.secrets;
    this.secrets = this.possiblePasswords;
    return secrets;
  }

  private get possiblePasswords(): string[] {
    return [this.password, ...this.maybePasswords];
  }

  /** Logs in with each possible password to find the current one. The others stay possible. */
  private async logInAgain(): Promise<void> {
    for (const password of this.possiblePasswords) {
      if (!(await this.logIn(password))) continue;
      this.maybePasswords = this.possiblePasswords.filter((other) => other !== password);
      this.password = password;
      return;
    }
  }

  private async logIn(password: string, tries = 1): Promise<boolean> {
    const answer = await this.try('POST', '/api/auth/login', { identifier: this.values.loginId, password }, tries);
    if (answer?.status !== 200) return false;
    this.accessToken = (answer.body as { accessToken: string }).accessToken;
    return true;
  }

  private async try(method: string, path: string, body?: unknown, tries = 1): Promise<HttpAnswer | undefined> {
    const token = path.endsWith('/login') ? undefined : this.accessToken;
    const answer = await answerOf(() => this.client().request(method, path, { body, token }));
    if (!isUncertain(answer)) {
      if (answer!.status >= 400 && token !== undefined) this.failedRequests += 1;
      return answer;
    }
    this.failedRequests += 1;
    await pause(50); // a stopped server refuses at once, and the test would send requests without pause
    const isRefused = answer === undefined || answer.status === 503;
    return isRefused && tries > 1 ? this.try(method, path, body, tries - 1) : answer;
  }
}

/** Undefined without a response: the server was down or went down while responding. */
export async function answerOf(ask: () => Promise<HttpAnswer>): Promise<HttpAnswer | undefined> {
  try {
    return await ask();
  } catch {
    return undefined;
  }
}

function count(tally: Tally, answer: HttpAnswer | undefined): void {
  if (answer !== undefined && answer.status < 300) tally.acknowledged += 1;
  else if (isUncertain(answer)) tally.possible += 1;
}

/** Whether the write may have happened: the connection broke, or the server lost its database. */
function isUncertain(answer: HttpAnswer | undefined): boolean {
  return answer === undefined || answer.status >= 500;
}
