import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryCounters } from '../../../test/support/memory-counters.js';
import { SeededRandom } from '../../../test/support/seeded-random.js';
import type { AppConfig } from '../../platform/config/app-config.js';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import { Limiters } from './limiters.js';
import { MailBudgetService, type RecoveryRequest } from './mail-budget.service.js';

const COOLDOWN = 60;
const QUARTER = 900;
const HOUR = 3600;

const OWNER = 'v.ictim@gmail.com';
const resetOf = (emailKey: string, namedLoginId: string | null = null): RecoveryRequest => ({
  emailKey,
  purpose: 'password-reset',
  namedLoginId,
});
const searchOf = (emailKey: string): RecoveryRequest => ({ emailKey, purpose: 'find-login-id', namedLoginId: null });

describe('the mail budget', () => {
  let counters: MemoryCounters;
  let budget: MailBudgetService;
  beforeEach(() => {
    counters = new MemoryCounters();
    const config = { env: { MAILS_PER_ADDRESS_PER_HOUR: 5, CODE_RESEND_SECONDS: COOLDOWN } } as AppConfig;
    budget = new MailBudgetService(new Limiters(counters, new KeyRing(['s'.repeat(40)])), config);
  });

  const pass = (seconds: number): void => {
    counters.nowMs += seconds * 1000;
  };
  const mayReset = async (request = resetOf(OWNER)) => (await budget.takeForRecovery(request)).mayMail;

  it('BF-09 BF-10 BF-11 after any strangers’ requests, a reset brings a mail or brought one in the last 15 minutes', async () => {
    const random = new SeededRandom();
    const loginIds = ['victim', ...Array.from({ length: 10 }, (_, index) => `wrong${index}`)];
    const spellings = [
      OWNER,
      'victim@gmail.com',
      ...Array.from({ length: 10 }, (_, tag) => `v.ictim+${tag}@gmail.com`),
    ];
    /** When the owner's mailbox last got a mail, by the login ID that its request named. */
    const mailedMs = new Map<string, number>();
    const reset = async (loginId: string | null, emailKey = OWNER) => {
      if ((await mayReset(resetOf(emailKey, loginId))) && emailKey === OWNER)
        mailedMs.set(String(loginId), counters.nowMs);
    };
    const strangers = [
      () => reset(null),
      () => reset('victim'),
      () => Promise.all(loginIds.map((loginId) => reset(loginId))),
      () => Promise.all(spellings.slice(1).map((email) => reset(null, email))),
      () => Promise.all(Array.from({ length: 10 }, () => budget.takeForRecovery(searchOf(OWNER)))),
      () => budget.takeForClaim(random.pick(spellings)),
      () => Promise.all(Array.from({ length: 10 }, () => budget.takeForClaim(OWNER))),
      () => budget.takeForNotice(OWNER),
      async () => pass(random.below(COOLDOWN * 2)),
      async () => pass(random.below(QUARTER)),
    ];
    for (let round = 0; round < 60; round += 1) {
      for (let step = random.below(30); step > 0; step -= 1) await random.pick(strangers)();
      for (const loginId of [null, 'victim']) {
        await reset(loginId); // by the owner
        const secondsAgo = (counters.nowMs - mailedMs.get(String(loginId))!) / 1000;
        expect([random.seed, round, secondsAgo < QUARTER]).toEqual([random.seed, round, true]);
      }
    }
  });

  it('BF-09 the announced wait is exact: a request a second before its end brings no mail, one at its end does', async () => {
    const random = new SeededRandom();
    const requests = [
      () => budget.takeForRecovery(resetOf(OWNER)),
      () => budget.takeForRecovery(searchOf(OWNER)),
      () => budget.takeForRecovery(resetOf(OWNER, 'victim')),
      () => budget.takeForClaim(OWNER),
      () => budget.takeForSignUp('victim+tag@gmail.com'),
    ];
    for (let round = 0; round < 150; round += 1) {
      const request = random.pick(requests);
      const { resendAfter } = await request();
      pass(resendAfter - 1);
      expect(await request()).toMatchObject({ mayMail: false, resendAfter: 1 });
      pass(1);
      expect((await request()).mayMail).toBe(true);
      for (let others = random.below(12); others > 0; others -= 1) await random.pick(requests)();
      pass(random.below(QUARTER));
    }
  });

  it('BF-09 refused requests neither use up mails nor lengthen the wait, even one each second', async () => {
    expect(await mayReset()).toBe(true);
    for (let second = 1; second < COOLDOWN; second += 1) {
      pass(1);
      expect(await mayReset()).toBe(false);
    }
    pass(1);
    expect(await mayReset()).toBe(true);
  });

  it('BF-08 an hour brings at most five mails, and beyond them one each quarter of an hour for each recovery', async () => {
    let mails = 0;
    for (let seconds = 0; seconds < HOUR; seconds += 5, pass(5)) {
      mails += Number((await budget.takeForSignUp(OWNER)).mayNotify);
      mails += Number(await mayReset());
      mails += Number((await budget.takeForRecovery(searchOf(OWNER))).mayMail);
      if (seconds < QUARTER) expect(mails).toBeLessThanOrEqual(5);
    }
    expect(mails).toBe(5 + 2 * 3);
  });

  it('BF-10 four notices an hour, and none once recovery mails have used up the hour', async () => {
    const notices = await Promise.all(Array.from({ length: 6 }, () => budget.takeForNotice(OWNER)));
    expect(notices.filter(Boolean)).toHaveLength(4);
    expect(await mayReset()).toBe(true);
    pass(HOUR);
    for (let mails = 0; mails < 5; mails += 1, pass(COOLDOWN)) expect(await mayReset()).toBe(true);
    expect(await budget.takeForNotice(OWNER)).toBe(false);
    expect(await budget.takeForSignUp(OWNER)).toMatchObject({ mayMail: true, mayNotify: false });
  });

  it('BF-10 a sign-up takes a notice only if it may be mailed', async () => {
    expect(await budget.takeForSignUp(OWNER)).toMatchObject({ mayMail: true, mayNotify: true });
    // Within the cooldown.
    for (let n = 0; n < 5; n += 1)
      expect(await budget.takeForSignUp(OWNER)).toMatchObject({ mayMail: false, mayNotify: false });
    const notices = await Promise.all(Array.from({ length: 6 }, () => budget.takeForNotice(OWNER)));
    expect(notices.filter(Boolean)).toHaveLength(3);
  });

  it('EN-02 a used code brings another mail at once and changes no announced wait', async () => {
    const [used, unused] = [resetOf(OWNER), resetOf('unknown@example.test')];
    for (const request of [used, unused]) await budget.takeForRecovery(request);
    pass(10);
    await budget.creditRecovery(used);
    expect(await budget.takeForRecovery(used)).toEqual({ mayMail: true, resendAfter: 50 });
    expect(await budget.takeForRecovery(unused)).toEqual({ mayMail: false, resendAfter: 50 });
    expect(await mayReset(used)).toBe(false);
  });
});
