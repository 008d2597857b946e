import { setTimeout as pause } from 'node:timers/promises';
import { AccountModel } from './account-model.js';
import { preload } from './preload.js';
import type { TestDatabase } from './test-database.js';
import type { SeededRandom } from './seeded-random.js';
import { eventually } from './eventually.js';
import { PendingSignUp } from './pending-sign-up.js';
import { SmtpSink } from './smtp-sink.js';
import { TEST_SECRET } from './server-environment.js';
import { TestApp } from './test-app.js';
import { IS_LONG } from './test-length.js';

/**
 * The limit for recovery after a fault, for servers and mails. Generous, because test machines are
 * busy.
 */
const RECOVERY_MS = 90_000;
const MEMBERS = 6;
/** Sign-ups during each fault. */
const SIGN_UPS = 2;

/** Short timeouts, so that recovery takes seconds instead of minutes. */
const ENV = {
  LOG_LEVEL: 'info',
  DATABASE_TIMEOUT_SECONDS: '2',
  DATABASE_POOL_WAIT_MS: '2000',
  SMTP_TIMEOUT_SECONDS: '6',
  OUTBOX_LEASE_SECONDS: '10',
  SHUTDOWN_DRAIN_SECONDS: '3',
  LOGIN_FAILURE_LIMIT: '100000',
  LOGIN_FAILURE_HARD_LIMIT: '1000000',
  LOGIN_IP_FAILURE_LIMIT: '1000000',
};

interface MailRow {
  id: string;
  /** Whether the mail is older than the current fault. The checks after earlier faults cover such mails. */
  isOld: boolean;
  status: string;
  last_error: string | null;
}

/**
 * Three servers on one PostgreSQL and one mail server, members who use them, and models of what
 * must not be lost.
 */
export class FaultCluster<P extends { readonly database: TestDatabase }> {
  private faults = 0;
  /** By message id: how many more arrivals of a mail are allowed, because a fault may have left a delivery unrecorded. */
  private readonly excused = new Map<string, number>();
  private readonly members: AccountModel[] = [];
  private readonly pendingSignUps: PendingSignUp[] = [];
  /** Servers that the load balancer does not use at the moment. */
  private readonly resting = new Set<TestApp>();
  /** Mails with status `sent` that never arrived. */
  private lostMails = 0;
  private duplicates = 0;

  private constructor(
    readonly random: SeededRandom,
    readonly postgres: P,
    readonly sink: SmtpSink,
    readonly servers: TestApp[],
  ) {}

  /** @param postgres the database to break; it stops with the cluster */
  static async start<P extends { readonly database: TestDatabase }>(
    random: SeededRandom,
    postgres: P,
  ): Promise<FaultCluster<P>> {
    const sink = await SmtpSink.start();
    sink.isKeepingText = false;
    // All start at once on an empty database and take turns migrating it (FT-10). The last one has
    // a movable clock.
    const servers = await Promise.all(
      [{}, {}, { ...preload('movable-clock.js'), CLOCK_JUMP_SECONDS: '-3600' }].map((env) =>
        TestApp.start({ database: postgres.database, env: { ...ENV, SMTP_URL: sink.url, ...env } }),
      ),
    );
    const cluster = new FaultCluster(random, postgres, sink, servers);
    cluster.members.push(...(await Promise.all(Array.from({ length: MEMBERS }, () => cluster.member()))));
    return cluster;
  }

  /** Stops everything and prints a summary of the faults. */
  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
    await this.sink.stop();
    await this.postgres.database.drop();
    const lost =
      this.members.reduce((total, member) => total + member.lost, 0) +
      this.pendingSignUps.filter(({ isLost }) => isLost).length +
      this.lostMails;
    const mails = this.sink.mails.filter(({ isTaken }) => isTaken).length;
    const figures = [
      `${this.faults} faults`,
      `${this.acknowledgedWrites} acknowledged writes checked`,
      `${this.pendingSignUps.length} one-time codes`,
      `${mails} mails (${this.duplicates} twice)`,
      `${this.failedRequests} requests refused or cut off`,
      `${lost} lost`,
    ];
    const form = `${IS_LONG ? 'long' : 'short'} form, --seed=${this.random.seed}`;
    process.stdout.write(`faults (${form}): ${figures.join(', ')}\n`);
  }

  /** A server as a load balancer picks it. */
  get anyServer(): TestApp {
    return this.random.pick(this.servers.filter((server) => !this.resting.has(server)));
  }

  /** Acknowledged writes of members. */
  get acknowledgedWrites(): number {
    return this.members.reduce((total, { acknowledgedWrites }) => total + acknowledgedWrites, 0);
  }

  /** Refused or interrupted requests of members. */
  get failedRequests(): number {
    return this.members.reduce((total, { failedRequests }) => total + failedRequests, 0);
  }

  /** Kills servers at the same moment. */
  async kill(servers: readonly TestApp[]): Promise<void> {
    await Promise.all(servers.map((server) => server.kill()));
    await this.excuseMailsUnderWay();
  }

  async restart(servers: readonly TestApp[]): Promise<void> {
    await Promise.all(servers.map((server) => server.restart()));
  }

  /**
   * Restarts a server as a deployment does: after SIGTERM it serves until the load balancer has
   * noticed, then ends (FT-10).
   */
  async roll(server: TestApp): Promise<void> {
    const pid = server.pid!;
    process.kill(pid, 'SIGTERM');
    // If a poll comes late, the server has already closed the connection, and the request fails.
    while ((await server.get('/health/ready').catch(() => undefined))?.status === 200) await pause(50);
    this.resting.add(server);
    while (isAlive(pid)) await pause(50);
    await server.restart();
    this.resting.delete(server);
  }

  /**
   * Call it after a fault that may have kept a delivery from being recorded: each mail under way
   * may arrive once more (FT-02).
   */
  async excuseMailsUnderWay(): Promise<void> {
    const { rows } = await this.postgres.database.pool.query<{ id: string }>(
      `SELECT message_id AS id FROM outbox_messages WHERE status = 'pending' AND attempts > 0`,
    );
    for (const { id } of rows) this.excused.set(id, (this.excused.get(id) ?? 0) + 1);
  }

  /**
   * Keeps members busy during `fault` and waits until every server has recovered.
   * @returns the violations of O1 to O5
   * @throws Error if a server does not recover (O7) or a mail stays pending (O4)
   */
  async survive(fault: () => Promise<void>): Promise<string[]> {
    this.faults += 1;
    const { rows } = await this.postgres.database.pool.query<{ now: Date }>('SELECT now()');
    const since = rows[0]!.now;
    const pendingSignUps = await Promise.all(Array.from({ length: SIGN_UPS }, () => this.pendingSignUp()));
    // Before the fault, so that writes are acknowledged also where the fault interrupts each one after it.
    const before = this.acknowledgedWrites;
    await Promise.all(this.members.map((member) => member.rename()));
    if (this.acknowledgedWrites === before) return ['no write was acknowledged before the fault'];
    let isOver = false;
    const lives = [
      ...this.members.map(async (member) => {
        while (!isOver) await (this.random.below(3) > 0 ? member.rename() : member.changePassword());
      }),
      ...pendingSignUps.flatMap((pendingSignUp) =>
        this.servers.map(async (server) => {
          await pause(this.random.below(800));
          await pendingSignUp.confirm(server);
        }),
      ),
    ];
    try {
      await fault();
    } finally {
      isOver = true;
      await Promise.all(lives);
    }
    const deadline = Date.now() + RECOVERY_MS;
    await this.serversReady(deadline);
    const app = this.anyServer;
    const problems = await Promise.all([...this.members, ...pendingSignUps].map((model) => model.check(app)));
    await this.outboxEmpty(since, Date.now() + RECOVERY_MS);
    return [...problems.flat(), ...(await this.mailProblems(since)), ...this.leaks(pendingSignUps)];
  }

  /**
   * Ends a session on one server and resolves once all others refuse its access token. Call it
   * after recovery.
   */
  async expectRevocationsHeard(): Promise<void> {
    const [first, ...others] = this.servers;
    const pendingSignUp = await PendingSignUp.signUp(first!, (address) => this.codeFor(address));
    await pendingSignUp.confirm(first!);
    const { accessToken } = pendingSignUp;
    for (const server of others) await server.get('/api/members/me', accessToken).expect(200);
    await first!.post('/api/auth/logout', undefined, accessToken).expect(204);
    for (const server of others)
      await eventually('the revocation is heard', async () =>
        (await server.get('/api/members/me', accessToken)).status === 401 ? true : undefined,
      );
  }

  private async serversReady(deadline: number): Promise<void> {
    for (const server of this.servers) {
      while ((await server.get('/health/ready').catch(() => undefined))?.status !== 200) {
        if (Date.now() > deadline) throw new Error('O7 a server does not recover');
        await pause(50);
      }
    }
  }

  /** Waits until no mail created since `since` is pending. An older mail has failed the test of an earlier fault. */
  private async outboxEmpty(since: Date, deadline: number): Promise<void> {
    for (;;) {
      const { rows } = await this.postgres.database.pool.query<{ id: string }>(
        `SELECT id, template, attempts, last_error, (now() - created_at)::text AS age, (available_at - now())::text AS due_in
         FROM outbox_messages WHERE status = 'pending' AND created_at >= $1`,
        [since],
      );
      if (rows.length === 0) return;
      if (Date.now() > deadline) {
        const attempts = this.servers.flatMap(({ logs }) =>
          logs.filter((line) => rows.some(({ id }) => line.includes(id))),
        );
        throw new Error(`O4 mails wait for ever: ${JSON.stringify(rows)}\n${attempts.join('\n')}`);
      }
      await pause(50);
    }
  }

  /**
   * O4: a sent mail has arrived; a mail that arrived twice is explained by a fault; any other mail
   * is dead or dropped with a reason.
   */
  private async mailProblems(since: Date): Promise<string[]> {
    const { rows } = await this.postgres.database.pool.query<MailRow>(
      `SELECT message_id AS id, status, last_error, created_at < $1 AS "isOld" FROM outbox_messages`,
      [since],
    );
    const arrivals = new Map<string, number>();
    for (const { messageId, isTaken } of this.sink.mails)
      if (isTaken) arrivals.set(messageId, (arrivals.get(messageId) ?? 0) + 1);

    const problems: string[] = [];
    const lost = rows.filter(({ id, status }) => status === 'sent' && !arrivals.has(id));
    this.lostMails = lost.length;
    for (const { id } of lost) problems.push(`O4 ${id} counts as sent and never arrived`);
    for (const { id, status, last_error, isOld } of rows)
      if (status !== 'sent' && last_error === null && !isOld)
        problems.push(`O4 ${id} is ${status} and does not say why`);
    const known = new Set(rows.map(({ id }) => id));
    this.duplicates = 0;
    for (const [id, count] of arrivals) {
      this.duplicates += count - 1;
      const most = 1 + (this.excused.get(id) ?? 0);
      if (count > most) {
        problems.push(`O4 ${id} arrived ${count} times, which nothing explains beyond ${most}`);
        this.excused.set(id, count - 1); // reported once
      }
      if (!known.has(id)) problems.push(`O4 ${id} was sent and is in no row`);
    }
    return problems;
  }

  /** O5: the log since the last check holds no password that was in use and no master secret. Forgets that log. */
  private leaks(pendingSignUps: readonly PendingSignUp[]): string[] {
    const logs = this.servers.flatMap((server) => server.takeLogs()).join('\n');
    const secrets = [
      TEST_SECRET,
      ...this.members.flatMap((member) => member.takeSecrets()),
      ...pendingSignUps.map(({ values }) => values.password),
    ];
    return secrets.filter((secret) => logs.includes(secret)).map(() => 'O5 a secret is in the log');
  }

  private async pendingSignUp(): Promise<PendingSignUp> {
    const pendingSignUp = await PendingSignUp.signUp(this.anyServer, (address) => this.codeFor(address));
    this.pendingSignUps.push(pendingSignUp);
    return pendingSignUp;
  }

  private async member(): Promise<AccountModel> {
    const [first] = this.servers;
    const pendingSignUp = await PendingSignUp.signUp(first!, (address) => this.codeFor(address));
    await pendingSignUp.confirm(first!);
    const id = (await pendingSignUp.memberId(first!))!;
    const member = new AccountModel(id, pendingSignUp.values, () => this.anyServer.client());
    member.accessToken = pendingSignUp.accessToken;
    return member;
  }

  private async codeFor(address: string): Promise<string> {
    for (const deadline = Date.now() + RECOVERY_MS; ; await pause(25)) {
      const code = this.sink.mails.findLast(({ to }) => to.includes(address))?.code;
      if (code !== undefined) return code;
      if (Date.now() > deadline) throw new Error('the sign-up mail does not arrive');
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
