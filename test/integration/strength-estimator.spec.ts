import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Piscina } from 'piscina';
import { PROJECT_ROOT } from '../../dev/project.js';
import type * as Config from '../../src/platform/config/app-config.js';
import type * as Estimator from '../../src/security/passwords/strength-estimator.js';
import { makeVocabulary } from '../../src/security/passwords/word-lists.js';

// The estimator's thread loads JavaScript, so these tests use the built one.
const load = <T>(file: string): Promise<T> => import(path.join(PROJECT_ROOT, 'dist', file)) as Promise<T>;
const { AppConfig } = await load<typeof Config>('platform/config/app-config.js');
const { StrengthEstimator } = await load<typeof Estimator>('security/passwords/strength-estimator.js');

const estimator = new StrengthEstimator(AppConfig.load({ SECRET: 'any-thirty-two-bytes-will-do-here-0' }));

/** Ends the thread as running out of memory would. */
async function crashThread(): Promise<void> {
  const pool = await (estimator as unknown as { pool: Promise<Piscina> }).pool;
  await pool.threads[0]!.terminate();
}

describe('the password strength thread', () => {
  afterAll(() => estimator.onApplicationShutdown());

  it('PW-01 judges by all words of the lists, which the build has written', async () => {
    const file = path.join(PROJECT_ROOT, 'dist', 'security', 'passwords', 'vocabulary.json');
    expect(await readFile(file, 'utf8')).toBe(JSON.stringify(await makeVocabulary()));
  });

  it('PW-01 has a small copy for browsers, which the build has written and which stands alone', async () => {
    const file = path.join(PROJECT_ROOT, 'dist', 'pages', 'strength-assets.json');
    const texts = JSON.parse(await readFile(file, 'utf8')) as Record<string, string>;
    const load = (name: string): Promise<any> =>
      import(`data:text/javascript;base64,${Buffer.from(texts[name]!).toString('base64')}`);
    const { ZxcvbnFactory } = await load('strength-estimator.js');
    const { dictionary, graphs, keysOf, koreanScore } = await load('strength-words.js');
    const meter = new ZxcvbnFactory({ dictionary, graphs });
    const scoreOf = (password: string): number =>
      koreanScore(keysOf(password), (keys: string) => meter.check(keys, []));
    expect(scoreOf('관심12')).toBeLessThan(2);
    expect(scoreOf('tall giraffes nap at noon')).toBe(4);
  });

  it('PW-01 leaves the main thread to other requests', async () => {
    await estimator.estimate('the thread is warm now', []);
    let areJudged = false;
    const passwords = Array.from({ length: 40 }, (_, i) => `tall giraffes ${i} p@$$w0rd 4 y0u`);
    const estimates = Promise.all(passwords.map((password) => estimator.estimate(password, []))).finally(
      () => (areJudged = true),
    );
    let turns = 0;
    for (; !areJudged; turns += 1) await new Promise(setImmediate);
    expect(await estimates).toHaveLength(passwords.length);
    // On the main thread each estimate would be one long turn.
    expect(turns).toBeGreaterThan(10 * passwords.length);
  });

  it('PW-01 is replaced after a crash: waiting estimates are answered, only the running one fails', async () => {
    await estimator.estimate('the thread is warm now', []);
    // The first takes long enough to be running when the thread crashes.
    const slow = Array.from({ length: 12 }, (_, i) => `gir4ff€s ${i} p@$$w0rd`).join(' ');
    const passwords = [slow, 'nap at noon', 'nap at one', 'nap at two', 'nap at three'];
    const estimates = passwords.map((password) => estimator.estimate(password, []));
    await new Promise(setImmediate); // the first estimate has reached the thread
    await crashThread();
    const outcomes = await Promise.allSettled(estimates);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', ...Array<string>(4).fill('fulfilled')]);
    await expect(estimator.estimate('the next password', [])).resolves.toHaveProperty('score');
  });
});
