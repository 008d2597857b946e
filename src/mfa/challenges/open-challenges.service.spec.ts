import { expect, it } from '@jest/globals';
import { OpenChallengesService } from './open-challenges.service.js';

const NONE = { failures: 0, isWaiting: false, until: null, isEndless: false };
const LATER = new Date('2026-12-01T10:15:00Z');

it.each([
  ['ends by itself', false, LATER],
  ['does not end by itself, although another wait does', true, null],
])('AC-04 lists the end of a wait, or null where it has none: the wait %s', async (_, isEndless, until) => {
  const empty = { listOpenOfMember: async () => [], find: async () => null };
  const throttles = [{ failures: 200, isWaiting: true, until: LATER, isEndless }, NONE].map((failures) => ({
    findFailures: async () => failures,
  }));
  const services = [{}, empty, empty, empty, ...throttles] as unknown[];
  const service = new OpenChallengesService(
    ...(services as unknown as ConstructorParameters<typeof OpenChallengesService>),
  );
  expect(await service.list('ada')).toEqual([{ kind: 'password-wait', at: null, until, attempts: 200 }]);
});
