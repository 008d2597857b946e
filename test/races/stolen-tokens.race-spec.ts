import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SeededRandom } from '../support/seeded-random.js';
import { PROTECTIONS, refreshOf, SessionLab, type Device, type Protection } from '../support/session-lab.js';
import { allowTime, howMany, IS_LONG } from '../support/test-length.js';

allowTime();

const INTERLEAVINGS = howMany({ short: 3, long: 20 });
/** More than it may take to find the thief out. */
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

const random = new SeededRandom();
let lab: SessionLab;
const outcomes: Record<Protection, Outcome[]> = { bound: [], unbound: [], '1.0': [] };

beforeAll(async () => {
  lab = await SessionLab.start();
});
afterAll(async () => {
  await lab.stop();
  const figures = PROTECTIONS.map((protection) => {
    const all = outcomes[protection];
    const most = Math.max(...all.map(({ tokens }) => tokens));
    return `${protection}: at most ${most} tokens, found out ${all.filter(({ isFoundOut }) => isFoundOut).length} of ${all.length}`;
  });
  const form = `${IS_LONG ? 'long' : 'short'} form, --seed=${random.seed}`;
  process.stdout.write(`stolen tokens (${form}): ${figures.join('; ')}\n`);
});

/** Owner and thief each refresh once an hour, in random order, until the thief is found out. */
async function steal(protection: Protection, thief: Thief): Promise<Outcome> {
  const owner = await lab.device(protection, OWNER.userAgent, OWNER.ip);
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
      await lab.wait(owner.sessionId, HOUR);
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

describe('a refresh token that a second party has copied', () => {
  it.each(PROTECTIONS)('RB-02 RB-03 is worthless or found out, whoever refreshes when (%s)', async (protection) => {
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
