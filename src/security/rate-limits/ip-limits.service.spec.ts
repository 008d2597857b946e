import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryCounters } from '../../../test/support/memory-counters.js';
import type { AppConfig } from '../../platform/config/app-config.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import { IpLimitsService } from './ip-limits.service.js';
import { Limiters } from './limiters.js';

const ADA = { account: 'ada', passwordVersion: 1 };
const UNKNOWN = { account: 'unknown:ada', passwordVersion: 0 };
const DAY_MS = 86_400_000;
const from = (ip: string) => ({ ip }) as ClientContext;
const HOTEL = from('203.0.113.7');

describe('wrong passwords at one account from one client address', () => {
  let counters: MemoryCounters;
  let limits: IpLimitsService;
  beforeEach(() => {
    counters = new MemoryCounters();
    const env = { IP_REQUEST_LIMIT: 10, LOGIN_IP_FAILURE_LIMIT: 10 };
    limits = new IpLimitsService(new Limiters(counters, new KeyRing(['s'.repeat(32)])), { env } as AppConfig);
  });

  it('BF-13 are counted apart from those of other addresses and at other accounts, for a day', async () => {
    for (let time = 0; time < 3; time += 1) await limits.countFailureAt(ADA, HOTEL);
    await limits.countFailureAt(ADA, from('198.51.100.9'));
    await limits.countFailureAt(UNKNOWN, HOTEL);
    expect(await limits.findFailuresAt(ADA, HOTEL)).toBe(3);
    expect(await limits.findFailuresAt(ADA, from('198.51.100.9'))).toBe(1);
    expect(await limits.findFailuresAt(UNKNOWN, HOTEL)).toBe(1);
    counters.nowMs += DAY_MS;
    expect(await limits.findFailuresAt(ADA, HOTEL)).toBe(0);
  });

  it('BF-13 do not count against a new password', async () => {
    await limits.countFailureAt(ADA, HOTEL);
    expect(await limits.findFailuresAt({ ...ADA, passwordVersion: 2 }, HOTEL)).toBe(0);
  });

  it('BF-13 begin at zero again from this address when they are cleared', async () => {
    const home = from('198.51.100.9');
    for (const context of [HOTEL, home]) await limits.countFailureAt(ADA, context);
    await limits.clearFailuresAt(ADA, HOTEL);
    expect(await limits.findFailuresAt(ADA, HOTEL)).toBe(0);
    expect(await limits.findFailuresAt(ADA, home)).toBe(1);
  });
});
