import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SeededRandom } from '../support/seeded-random.js';
import { type GivenMember, given } from '../support/factories.js';
import { TEST_SECRET } from '../support/server-environment.js';
import { TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { allowTime, howMany, IS_LONG } from '../support/test-length.js';
import { decodeToken } from '../support/token-forge.js';

allowTime();

const SERVERS = howMany({ short: 2, long: 3 });
const CLIENTS = howMany({ short: 4, long: 8 });
const ROTATIONS = howMany({ short: 1, long: 3 });
/** The time between two replacements of a server. */
const LOAD_MS = howMany({ short: 300, long: 2000 });

interface Keys {
  secret: string;
  jwt: { private: string; public: string };
}

const makeKeys = (secret = randomBytes(48).toString('base64')): Keys => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return { secret, jwt: { private: privateKey, public: publicKey } };
};

/**
 * The settings of a server that signs with the first keys and accepts what was signed with the
 * others.
 */
const environment = ([current, ...accepted]: [Keys, ...Keys[]]): Record<string, string> => ({
  RISK_MODE: 'off', // many refreshes would raise alarms, which other tests cover
  SECRET: current.secret,
  PREVIOUS_SECRETS: accepted.map(({ secret }) => secret).join(','),
  JWT_KEYS: [current.jwt.private, ...accepted.map(({ jwt }) => jwt.public)].join('').replaceAll('\n', '\\n'),
});

/**
 * The servers behind a load balancer. {@link roll} replaces them one after another by servers with
 * other settings.
 */
class Fleet {
  private live: { server: TestApp; underWay: number }[] = [];
  /** Started, and not yet in service. */
  private readonly waiting: TestApp[] = [];
  replaced = 0;

  constructor(
    private readonly random: SeededRandom,
    private readonly database: TestDatabase,
  ) {}

  /** Starts the servers that {@link roll} takes into service. */
  async start(env: Record<string, string>): Promise<TestApp[]> {
    const options = { database: this.database, env };
    const servers = await Promise.all(Array.from({ length: SERVERS }, () => TestApp.start(options)));
    this.waiting.push(...servers);
    return servers;
  }

  async roll(servers: readonly TestApp[]): Promise<void> {
    for (const server of servers) {
      this.waiting.splice(this.waiting.indexOf(server), 1);
      this.live.push({ server, underWay: 0 });
      await pause(LOAD_MS);
      if (this.live.length <= SERVERS) continue;
      const old = this.live.shift()!;
      while (old.underWay > 0) await pause(10);
      await old.server.stop();
      this.replaced += 1;
    }
  }

  /** Sends the request to a server that is not being stopped. */
  async ask<T>(request: (server: TestApp) => Promise<T>): Promise<T> {
    const chosen = this.random.pick(this.live);
    chosen.underWay += 1;
    try {
      return await request(chosen.server);
    } finally {
      chosen.underWay -= 1;
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.live.map(({ server }) => server), ...this.waiting].map((server) => server.stop()));
  }
}

describe('key rotation under load', () => {
  const random = new SeededRandom();
  let database: TestDatabase;
  let fleet: Fleet;
  let keys: Keys;
  beforeAll(async () => {
    database = await createTestDatabase();
    fleet = new Fleet(random, database);
    keys = makeKeys(TEST_SECRET);
    await fleet.roll(await fleet.start(environment([keys])));
  });
  afterAll(async () => {
    await fleet.stop();
    await database.drop();
  });

  it('TK-11 no server refuses a valid token, and a removed key opens nothing', async () => {
    const members = await fleet.ask((app) => Promise.all(Array.from({ length: CLIENTS }, () => given.member(app))));
    const wrong: string[] = [];
    let requests = 0;
    let isOver = false;

    const refresh = async (member: GivenMember): Promise<void> => {
      const answer = await fleet.ask((app) => app.post('/api/auth/refresh', undefined, member.refreshToken));
      requests += 1;
      if (answer.status === 200) Object.assign(member, answer.body);
      else wrong.push(`refresh: ${answer.status} ${answer.text}`);
    };
    const live = async (member: GivenMember): Promise<void> => {
      while (!isOver) {
        const { accessToken } = member;
        const [me, check] = await Promise.all([
          fleet.ask((app) => app.get('/api/members/me', accessToken)),
          fleet.ask((app) => app.post('/api/auth/verify', { token: accessToken })),
        ]);
        requests += 2;
        if (me.status !== 200) wrong.push(`me: ${me.status} ${me.text}`);
        if (check.body?.active !== true) wrong.push(`verify: ${check.status} ${check.text}`);
        if (random.below(5) === 0) await refresh(member);
      }
    };

    for (let rotation = 0; rotation < ROTATIONS; rotation += 1) {
      isOver = false;
      const next = makeKeys();
      const before = members.map((member) => ({ ...member }));
      // The steps that `munjigi keys rotate` prints: first all accept the new keys, then they sign
      // with them.
      const [accepting, signing] = [
        await fleet.start(environment([keys, next])),
        await fleet.start(environment([next, keys])),
      ];
      const lives = members.map(live);
      await fleet.roll(accepting);
      await fleet.roll(signing);
      isOver = true;
      await Promise.all(lives);
      expect(wrong).toEqual([]);

      // All clients refresh before the old keys are removed, as after the lifetime of access
      // tokens.
      for (const member of members) await refresh(member);
      await fleet.roll(await fleet.start(environment([next])));
      for (const [index, old] of before.entries()) {
        const now = members[index]!;
        for (const kind of ['accessToken', 'refreshToken'] as const)
          expect(decodeToken(now[kind]).header.kid).not.toBe(decodeToken(old[kind]).header.kid);
        const refused = await fleet.ask((app) => app.get('/api/members/me', old.accessToken));
        expect([refused.status, refused.body.code]).toEqual([401, 'token_invalid']);
        const check = await fleet.ask((app) => app.post('/api/auth/verify', { token: old.accessToken }));
        expect(check.body).toEqual({ active: false, reason: 'invalid' });
        await fleet.ask((app) => app.post('/api/auth/refresh', undefined, old.refreshToken).expect(401));
        await fleet.ask((app) => app.get('/api/members/me', now.accessToken).expect(200));
      }
      keys = next;
    }
    process.stdout.write(
      `key rotation (${IS_LONG ? 'long' : 'short'} form): ${ROTATIONS} rotations, ${fleet.replaced} servers replaced, ${requests} requests, ${wrong.length} refused by mistake\n`,
    );
    expect(wrong).toEqual([]);
  });
});
