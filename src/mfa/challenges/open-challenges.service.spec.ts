import { expect, it } from '@jest/globals';
import { OpenChallengesService } from './open-challenges.service.js';

const NONE = { failures: 0, isWaiting: false, until: null, isEndless: false };
const LATER = new Date('2026-12-01T10:15:00Z');

it.each([
  ['ends', false, LATER],
  ['does not end by itself, although another one does', true, null],
])('AC-04 a wait that %s is listed with its end', async (_, isEndless, until) => {
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
