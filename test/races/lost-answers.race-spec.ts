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

const LIVES = howMany({ short: 20, long: 1000 });
const DAY = 86_400;
const USER_AGENT = 'Example/3.1 (iPhone; iOS 18.1) CFNetwork/1568.200.51 Darwin/24.1.0';
/** Networks of one country. */
const NETWORKS = ['168.126.63', '211.231.99', '203.248.252'];

/** How the client loses an answer. */
const LOSSES = ['killed after the commit', 'killed at a random moment', 'network cut'] as const;
type Loss = (typeof LOSSES)[number];

const random = new SeededRandom();
let lab: SessionLab;
const ended: Record<Protection, number> = { bound: 0, unbound: 0, '1.0': 0 };
const lost = Object.fromEntries(LOSSES.map((loss) => [loss, 0])) as Record<Loss, number>;

beforeAll(async () => {
  lab = await SessionLab.start();
});
afterAll(async () => {
  await lab.stop();
  const form = `${IS_LONG ? 'long' : 'short'} form, --seed=${random.seed}`;
  const losses = LOSSES.map((loss) => `${lost[loss]} ${loss}`).join(', ');
  const figures = PROTECTIONS.map((protection) => `${protection} ${ended[protection]}`).join(', ');
  process.stdout.write(`lost answers (${form}): ${losses}; of ${LIVES} sessions each, ended: ${figures}\n`);
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
 * A client refreshes until it has lost answers in a row, comes back later each time with the token
 * that it has stored, and then goes on.
 * @returns false if its session ended
 */
async function live(protection: Protection): Promise<boolean> {
  const device = await lab.device(protection, USER_AGENT, address());
  const come = async (): Promise<boolean> => {
    const answer = await refreshOf(device, random.pick(device.servers));
    if (answer.status !== 200) return false;
    device.refreshToken = answer.body.refreshToken;
    return true;
  };
  if (!(await come())) return false;
  // In a row: of one refresh that is repeated, or of refreshes that follow each other.
  const losses = random.below(3);
  const isOfOneRefresh = random.below(2) === 0;
  for (let count = 0; count < losses; count += 1) {
    await loseAnswer(device, random.pick(device.servers), random.pick(LOSSES));
    device.ip = address();
    await lab.wait(device.sessionId, gap());
    if (!isOfOneRefresh && !(await come())) return false;
  }
  return (await come()) && (await come());
}

describe('clients that lose answers', () => {
  it.each(PROTECTIONS)('RB-01 stay signed in without a mail, unlike with the rule of 1.0 (%s)', async (protection) => {
    for (let lives = 0; lives < LIVES; lives += 1) if (!(await live(protection))) ended[protection] += 1;
    const alarms = await lab.alarms(protection);
    if (protection === '1.0')
      return expect(ended['1.0']).toBe(alarms.filter((name) => name === 'session-reused').length);
    expect([protection, ended[protection], alarms]).toEqual([protection, 0, []]);
  });
});
