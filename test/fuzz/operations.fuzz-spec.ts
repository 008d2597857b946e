import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { howMany } from '../support/test-length.js';
import { requestsTo } from './arbitraries.js';
import { FuzzTarget } from './fuzz-target.js';

const REQUESTS = howMany({ short: 1_500, long: 80_000 });
const CHUNK = 20;

let target: FuzzTarget;
beforeAll(async () => {
  target = await FuzzTarget.start();
});
afterAll(() => target.stop('by the API document'));

/**
 * Some requests to one operation, then some to the next, until there are enough. The seed of the run
 * determines all of them.
 */
function* requests() {
  for (let sent = 0, round = 0; sent < REQUESTS; round += 1) {
    for (const operation of target.operations) {
      const seed = target.random.below(2 ** 31);
      for (const request of fc.sample(requestsTo(operation), { numRuns: CHUNK, seed }))
        yield target.complete(operation, request);
      sent += CHUNK;
    }
  }
}

describe('random requests to every documented operation', () => {
  it('IV-01 IV-02 IV-05 IV-07 TR-06 they cause no error, no leak and no revealing answer', async () => {
    expect(target.operations.length).toBeGreaterThan(30);
    await target.sendAll(requests());
    await target.expectUnharmed();
  });
});
