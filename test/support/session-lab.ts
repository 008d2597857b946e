import { given, type GivenMember } from './factories.js';
import { HttpClient, type HttpAnswer } from './http-client.js';
import { ProofMaker } from './proof-maker.js';
import { ageSession } from './session-age.js';
import { TestApp } from './test-app.js';

const DAY = 86_400;
const REFRESH = '/api/auth/refresh';

/** A session survives two pauses of twenty days each. A member may have as many sessions as a test opens. */
const LONG_SESSIONS = {
  REFRESH_IDLE_TTL_SECONDS: String(60 * DAY),
  REFRESH_ABSOLUTE_TTL_SECONDS: String(300 * DAY),
  SESSIONS_PER_MEMBER: '100000',
};

/** What protects the sessions under test; `1.0` ends a session at the first late replay. */
export const PROTECTIONS = ['bound', 'unbound', '1.0'] as const;
export type Protection = (typeof PROTECTIONS)[number];

/** A signed-in device: its tokens, its key, and how its requests look. */
export interface Device {
  readonly member: GivenMember;
  readonly sessionId: string;
  readonly servers: readonly TestApp[];
  readonly key: ProofMaker | null;
  userAgent: string;
  ip: string;
  deviceToken: string | undefined;
  refreshToken: string;
}

/** Three servers on one database: two with this version's rule for late replays, one with the rule of 1.0. */
export class SessionLab {
  private constructor(
    readonly app: TestApp,
    private readonly servers: Readonly<Record<Protection, readonly TestApp[]>>,
    private readonly members: Readonly<Record<Protection, GivenMember>>,
  ) {}

  static async start(): Promise<SessionLab> {
    const app = await TestApp.start({ env: LONG_SESSIONS });
    const other = await app.replica();
    const strict = await app.replica({ env: { REFRESH_LATE_REPLAYS: '0' } });
    const servers = { bound: [app, other], unbound: [app, other], '1.0': [strict] };
    const [bound, unbound, old] = await Promise.all(PROTECTIONS.map(() => given.member(app)));
    return new SessionLab(app, servers, { bound: bound!, unbound: unbound!, '1.0': old! });
  }

  async stop(): Promise<void> {
    await this.app.stop();
  }

  /** Logs in on a new session. */
  async logIn(protection: Protection, userAgent: string, ip: string): Promise<Device> {
    const member = this.members[protection];
    const key = protection === 'bound' ? new ProofMaker() : null;
    const { loginId: identifier, password, deviceToken } = member;
    const headers = { 'user-agent': userAgent, ...key?.header({ path: '/api/auth/login' }) };
    const client = this.app.client({ ip });
    const { body } = await client
      .request('POST', '/api/auth/login', { body: { identifier, password, deviceToken }, headers })
      .expect(200);
    const { sessionId, refreshToken } = body;
    return { member, sessionId, servers: this.servers[protection], key, userAgent, ip, deviceToken, refreshToken };
  }

  /** Moves the times of a session into the past, as if it had not been used for `seconds`. */
  async age(sessionId: string, seconds: number): Promise<void> {
    await ageSession(this.app.sql, sessionId, seconds);
  }

  /** The templates of the mails to a member that warn of a thief or of something unusual. */
  async alarms(protection: Protection): Promise<string[]> {
    const { rows } = await this.app.sql.query<{ template: string }>(
      `SELECT template FROM outbox_messages WHERE member_id = $1 AND template IN ('session-reused', 'suspicious-login', 'new-device')`,
      [this.members[protection].id],
    );
    return rows.map(({ template }) => template);
  }
}

/** Sends the device's refresh token to this server, or through this client. */
export async function refreshOf(device: Device, server: TestApp | HttpClient): Promise<HttpAnswer> {
  const { ip, userAgent, key, refreshToken, deviceToken } = device;
  const client = server instanceof HttpClient ? server : server.client({ ip });
  const headers = { 'x-forwarded-for': ip, 'user-agent': userAgent, ...key?.header({ path: REFRESH }) };
  return client.request('POST', REFRESH, { body: { refreshToken, deviceToken }, headers });
}
