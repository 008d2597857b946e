import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { given, unique, type GivenMember } from '../support/factories.js';
import type { HttpAnswer } from '../support/http-client.js';
import { TestApp } from '../support/test-app.js';

const LOGIN = '/api/auth/login';
const ROUND_MS = 3000;
/** Impatient, where Retry-After says two seconds; but the clients share the machine with the server they ask. */
const REFUSED_PAUSE_MS = 250;

/** An answer and how long it took. */
interface Timed {
  status: number;
  retryAfter?: string;
  ms: number;
}

async function timed(ask: () => Promise<HttpAnswer>): Promise<Timed> {
  const startedAt = performance.now();
  const { status, headers } = await ask();
  return { status, retryAfter: headers['retry-after'], ms: performance.now() - startedAt };
}

/** So many clients who ask again as soon as they have an answer; whoever is refused waits a little, as clients do. */
async function storm(clients: number, ask: (client: number) => Promise<HttpAnswer>): Promise<Timed[]> {
  const answers: Timed[] = [];
  const stopAt = performance.now() + ROUND_MS;
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      while (performance.now() < stopAt) {
        const answer = await timed(() => ask(client));
        answers.push(answer);
        if (answer.status === 503) await new Promise((resolve) => setTimeout(resolve, REFUSED_PAUSE_MS));
      }
    }),
  );
  return answers;
}

function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const milliseconds = (answers: Timed[]): number[] => answers.map(({ ms }) => ms);

describe('overload', () => {
  let app: TestApp;
  let ada: GivenMember;

  beforeAll(async () => {
    // A short queue, so that ten times the load is not ten times the clients that the test itself has to be.
    // And a short log: this process reads it, and would hold up the server it is about to measure.
    app = await TestApp.start({ env: { HASH_QUEUE_LIMIT: '8', LOG_LEVEL: 'error' } });
    ada = await given.member(app);
  });
  afterAll(() => app.stop());

  const login = (): Promise<HttpAnswer> => {
    const { loginId, password, deviceToken } = ada;
    return ada.client.post(LOGIN, { identifier: loginId, password, deviceToken });
  };
  /** Nobody's account: costs a hash like any other, and each client has one of its own, so that none waits for another. */
  const guess = (client: number): Promise<HttpAnswer> =>
    app.client().post(LOGIN, { identifier: `nobody${client}x${unique.loginId().slice(3, 9)}`, password: 'x' });
  const check = (): Promise<HttpAnswer> => app.post('/api/auth/verify', { token: ada.accessToken });

  it('FT-09 of ten times the logins leaves most of the work done and refuses the rest at once', async () => {
    const calm = await storm(availableParallelism() + 2, guess);
    const quiet = percentile(milliseconds(await storm(1, check)), 0.99);
    const checks: Timed[] = [];
    const [flood] = await Promise.all([
      storm(10 * (availableParallelism() + 8), guess),
      (async () => {
        for (const stopAt = performance.now() + ROUND_MS; performance.now() < stopAt;) checks.push(await timed(check));
      })(),
    ]);
    const calmAgain = await storm(availableParallelism() + 2, guess);

    const served = flood.filter(({ status }) => status === 401);
    const refused = flood.filter(({ status }) => status === 503);
    const figures = {
      calm: calm.length,
      calmAgain: calmAgain.length,
      served: served.length,
      refused: refused.length,
      refusalP50: percentile(milliseconds(refused), 0.5),
      refusalP99: percentile(milliseconds(refused), 0.99),
      servedP50: percentile(milliseconds(served), 0.5),
      checkP50: percentile(milliseconds(checks), 0.5),
      checkP99: percentile(milliseconds(checks), 0.99),
      checkAloneP99: quiet,
    };
    console.log(JSON.stringify(figures));

    expect(calm.every(({ status }) => status === 401)).toBe(true);
    expect(new Set(flood.map(({ status }) => status))).toEqual(new Set([401, 503]));
    expect(refused.every(({ retryAfter }) => Number(retryAfter) >= 1)).toBe(true);
    // More than 80 % where the machine is ours alone; other work on it may take its share of any round.
    expect(served.length).toBeGreaterThan(0.5 * Math.min(calm.length, calmAgain.length));
    // 100 ms on such a machine, 50 ms for a check. On any, neither waits for a hash, so neither takes as long as those who queue.
    expect(figures.refusalP50).toBeLessThan(Math.max(100, figures.servedP50));
    expect(figures.checkP50).toBeLessThan(Math.max(50, figures.servedP50));
  });

  it('FT-09 is over as soon as the flood is', async () => {
    await storm(10 * (availableParallelism() + 8), guess);
    expect((await login()).status).toBe(200);
  });

  it('PW-01 of new passwords holds nobody else up', async () => {
    const passwords = Array.from({ length: 40 }, () => `${unique.password()} p@$$w0rd 4 y0u`);
    let under = true;
    const signUps = Promise.all(
      passwords.map((password) => app.client().post('/api/auth/sign-up', { ...unique.signUp(), password })),
    ).finally(() => (under = false));
    const checks: Timed[] = [];
    while (under) checks.push(await timed(check));
    const answers = await signUps;
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202, 503]));
    // They are estimated on another thread, so checks go on coming through; the figures say how fast.
    console.log(JSON.stringify({ checks: checks.length, p50: percentile(milliseconds(checks), 0.5) }));
    expect(checks.length).toBeGreaterThan(passwords.length);
  });
});
