import http from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HttpClient } from '../support/http-client.js';
import { LossyLink } from '../support/lossy-link.js';
import { SeededRandom } from '../support/seeded-random.js';
import { PROTECTIONS, refreshOf, SessionLab, type Device, type Protection } from '../support/session-lab.js';
import type { TestApp } from '../support/test-app.js';
import { allowTime, howMany, IS_LONG } from '../support/test-length.js';

allowTime();

const FORM = IS_LONG ? 'long' : 'short';
const random = new SeededRandom();
let lab: SessionLab;

beforeAll(async () => {
  lab = await SessionLab.start();
});
afterAll(() => lab.stop());

describe('clients that lose answers', () => {
  const LIVES = howMany({ short: 20, long: 1000 });
  const DAY = 86_400;
  const USER_AGENT = 'Example/3.1 (iPhone; iOS 18.1) CFNetwork/1568.200.51 Darwin/24.1.0';
  /** Networks of one country. */
  const NETWORKS = ['168.126.63', '211.231.99', '203.248.252'];

  /** How the client loses an answer. */
  const LOSSES = ['killed after the commit', 'killed at a random moment', 'network cut'] as const;
  type Loss = (typeof LOSSES)[number];

  const ended: Record<Protection, number> = { bound: 0, unbound: 0, '1.0': 0 };
  const lost = Object.fromEntries(LOSSES.map((loss) => [loss, 0])) as Record<Loss, number>;

  afterAll(() => {
    const losses = LOSSES.map((loss) => `${lost[loss]} ${loss}`).join(', ');
    const figures = PROTECTIONS.map((protection) => `${protection} ${ended[protection]}`).join(', ');
    process.stdout.write(
      `lost answers (${FORM} form, --seed=${random.seed}): ${losses}; of ${LIVES} sessions each, ended: ${figures}\n`,
    );
  });

  const address = (): string => `${random.pick(NETWORKS)}.${1 + random.below(250)}`;
  /** From a second to twenty days, as often in each order of magnitude. */
  const gap = (): number => Math.ceil(Math.exp((random.below(1000) / 1000) * Math.log(20 * DAY)));

  /** Sends a refresh whose answer never reaches the client. */
  async function loseAnswer(device: Device, server: TestApp, loss: Loss): Promise<void> {
    lost[loss] += 1;
    if (loss === 'killed after the commit') return void (await refreshOf(device, server)); // and not stored
    const link = await LossyLink.to(server.origin);
    const agent = new http.Agent({ keepAlive: false }); // so that the server closes the connection at the end
    const client = new HttpClient({ origin: () => link.url, agent });
    const answer = refreshOf(device, client).catch(() => undefined);
    for (let turns = random.below(200); turns > 0; turns -= 1) await nextTurn();
    link.lose();
    if (loss === 'killed at a random moment') agent.destroy();
    await link.settled();
    agent.destroy();
    await answer;
  }

  /**
   * Simulates one client. It loses the answers to up to two refreshes. After each loss it comes back
   * later, with the token that it has stored. At the end it refreshes twice.
   * @returns false if its session ended
   */
  async function live(protection: Protection): Promise<boolean> {
    const device = await lab.logIn(protection, USER_AGENT, address());
    const come = async (): Promise<boolean> => {
      const answer = await refreshOf(device, random.pick(device.servers));
      if (answer.status !== 200) return false;
      device.refreshToken = answer.body.refreshToken;
      return true;
    };
    if (!(await come())) return false;
    // The lost answers belong to one refresh that the client repeats, or to refreshes that follow each other.
    const losses = random.below(3);
    const isOfOneRefresh = random.below(2) === 0;
    for (let count = 0; count < losses; count += 1) {
      await loseAnswer(device, random.pick(device.servers), random.pick(LOSSES));
      device.ip = address();
      await lab.age(device.sessionId, gap());
      if (!isOfOneRefresh && !(await come())) return false;
    }
    return (await come()) && (await come());
  }

  it.each(PROTECTIONS)('RB-01 stay signed in without a mail, unlike with the rule of 1.0 (%s)', async (protection) => {
    for (let lives = 0; lives < LIVES; lives += 1) if (!(await live(protection))) ended[protection] += 1;
    const alarms = await lab.alarms(protection);
    if (protection === '1.0') {
      expect(ended['1.0']).toBeGreaterThan(0);
      return expect(ended['1.0']).toBe(alarms.filter((name) => name === 'session-reused').length);
    }
    expect([protection, ended[protection], alarms]).toEqual([protection, 0, []]);
  });
});

describe('a refresh token that a second party has copied', () => {
  const INTERLEAVINGS = howMany({ short: 3, long: 20 });
  /** More rounds than it takes until the thief is found out. */
  const ROUNDS = 6;
  const HOUR = 3600;
  const OWNER = {
    userAgent:
      'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36',
    ip: '168.126.63.1',
  };
  const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';

  /** What the second party has besides the refresh token, and how its requests look. */
  const THIEVES = [true, false].flatMap((hasDeviceToken) =>
    [true, false].flatMap((hasSameUserAgent) =>
      [true, false].map((isInSameCountry) => ({ hasDeviceToken, hasSameUserAgent, isInSameCountry })),
    ),
  );
  type Thief = (typeof THIEVES)[number];

  /** What came of a theft. */
  interface Outcome {
    /** Answers with tokens that the thief got. */
    tokens: number;
    isFoundOut: boolean;
    /** Refreshes of the owner that were refused before the thief was found out. */
    refusalsOfOwner: number;
  }

  const outcomes: Record<Protection, Outcome[]> = { bound: [], unbound: [], '1.0': [] };

  afterAll(() => {
    const figures = PROTECTIONS.map((protection) => {
      const all = outcomes[protection];
      const most = Math.max(...all.map(({ tokens }) => tokens));
      return `${protection}: at most ${most} tokens, found out ${all.filter(({ isFoundOut }) => isFoundOut).length} of ${all.length}`;
    });
    process.stdout.write(`stolen tokens (${FORM} form, --seed=${random.seed}): ${figures.join('; ')}\n`);
  });

  /** Owner and thief refresh in random order, one refresh an hour, until the thief is found out. */
  async function steal(protection: Protection, thief: Thief): Promise<Outcome> {
    const owner = await lab.logIn(protection, OWNER.userAgent, OWNER.ip);
    const copy: Device = {
      ...owner,
      key: null, // it does not leave the device
      userAgent: thief.hasSameUserAgent ? OWNER.userAgent : FIREFOX,
      ip: thief.isInSameCountry ? '211.231.99.1' : '133.11.0.1',
      deviceToken: thief.hasDeviceToken ? owner.deviceToken : undefined,
    };
    owner.deviceToken = undefined; // clients of 1.0 do not send it
    const outcome: Outcome = { tokens: 0, isFoundOut: false, refusalsOfOwner: 0 };
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const party of random.shuffled([owner, copy])) {
        await lab.age(owner.sessionId, HOUR);
        const { status, body } = await refreshOf(party, random.pick(owner.servers));
        if (status === 200) {
          party.refreshToken = body.refreshToken;
          if (party === copy) outcome.tokens += 1;
        } else if (body.code === 'token_reused' || body.code === 'session_ended') {
          return { ...outcome, isFoundOut: true };
        } else if (party === owner) outcome.refusalsOfOwner += 1;
      }
    }
    return outcome;
  }

  it.each(PROTECTIONS)('RB-02 RB-03 is worthless or found out, in any order of refreshes (%s)', async (protection) => {
    for (const thief of THIEVES)
      for (let times = 0; times < INTERLEAVINGS; times += 1) outcomes[protection].push(await steal(protection, thief));
    const all = outcomes[protection];
    if (protection === 'bound') {
      expect(all).toEqual(all.map(() => ({ tokens: 0, isFoundOut: false, refusalsOfOwner: 0 })));
      expect(await lab.alarms('bound')).toEqual([]);
    } else {
      expect(all.filter(({ isFoundOut }) => !isFoundOut)).toEqual([]);
      expect(Math.max(...all.map(({ tokens }) => tokens))).toBeLessThanOrEqual(protection === '1.0' ? 1 : 3);
    }
  });
});
