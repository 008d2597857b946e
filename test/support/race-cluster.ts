import { expect } from '@jest/globals';
import { SeededRandom } from './seeded-random.js';
import type { HttpAnswer } from './http-client.js';
import { mailbox } from './mailbox.js';
import { TestApp } from './test-app.js';
import { allowTime, howMany, IS_LONG } from './test-length.js';

allowTime();

/** Rounds that are prepared together, so that their mails are awaited at the same time. */
const BATCH = 6;

/** The result of a race over all rounds. */
interface Tally {
  rounds: number;
  submissions: number;
  successes: number;
  /** Rounds in which a one-time action succeeded more than once. */
  doubles: number;
}

/**
 * Several servers on one database, which get requests at the same moment: each request is sent
 * before the first is answered. Order and server of the requests are random; the printed seed
 * repeats them.
 */
export class RaceCluster {
  readonly random = new SeededRandom();
  private readonly tallies = new Map<string, Tally>();

  private constructor(
    readonly app: TestApp,
    readonly servers: readonly TestApp[],
  ) {}

  /**
   * Starts two servers, or three in the long form. Without `env`, the first is a server that several
   * test files use in turn.
   */
  static async start(env?: Record<string, string>): Promise<RaceCluster> {
    // A busy machine may be slow. These tests look for wrong responses, not slow ones.
    const patient = { DATABASE_TIMEOUT_SECONDS: '30', ...env };
    const app = env === undefined ? await TestApp.shared() : await TestApp.start({ env: patient });
    const replicas = await Promise.all(
      Array.from({ length: howMany({ short: 1, long: 2 }) }, () => app.replica({ env: patient })),
    ).catch(async (error: unknown) => {
      await app.stop();
      throw error;
    });
    return new RaceCluster(app, [app, ...replicas]);
  }

  /** Stops the servers and prints the results. */
  async stop(): Promise<void> {
    await this.app.stop();
    const lines = [...this.tallies].map(
      ([title, { rounds, submissions, successes, doubles }]) =>
        `  ${title}: ${rounds} rounds, ${submissions} submissions, ${successes} successes, ${doubles} double`,
    );
    const form = `${IS_LONG ? 'long' : 'short'} form, ${this.servers.length} servers, --seed=${this.random.seed}`;
    process.stdout.write(`races (${form})\n${lines.join('\n')}\n`);
  }

  /** A random server. */
  any(): TestApp {
    return this.random.pick(this.servers);
  }

  /**
   * Sends all requests at once.
   * @returns the responses in the order of their index
   */
  async atOnce<T>(times: number, send: (server: TestApp, index: number) => Promise<T>): Promise<T[]> {
    const sent = new Map<number, Promise<T>>();
    for (const index of this.random.shuffled([...Array(times).keys()])) sent.set(index, send(this.any(), index));
    return Promise.all(Array.from({ length: times }, (_, index) => sent.get(index)!));
  }

  /**
   * Runs one round after another; `prepare` works ahead for several rounds. Mails are deleted after
   * each batch.
   */
  async rounds<T>(
    count: number,
    prepare: () => Promise<T>,
    run: (ready: T, round: number) => Promise<void>,
  ): Promise<void> {
    for (let round = 0; round < count;) {
      const ready = await Promise.all(Array.from({ length: Math.min(BATCH, count - round) }, prepare));
      for (const one of ready) await run(one, round++);
      await mailbox.clear();
    }
  }

  /** Counts a round, and fails unless it had exactly `expected` successes and no server error. */
  score(title: string, answers: readonly HttpAnswer[], { expected = 1 }: { expected?: number } = {}): void {
    const successes = answers.filter(({ status }) => status < 300).length;
    const tally = this.tallies.get(title) ?? { rounds: 0, submissions: 0, successes: 0, doubles: 0 };
    tally.rounds += 1;
    tally.submissions += answers.length;
    tally.successes += successes;
    if (successes > expected) tally.doubles += 1;
    this.tallies.set(title, tally);
    expect(answers.filter(({ status }) => status >= 500).map(({ text }) => text)).toEqual([]);
    expect([title, successes]).toEqual([title, expected]);
  }
}

/** The distinct statuses of the refused requests. */
export function refusals(answers: readonly HttpAnswer[]): number[] {
  return [...new Set(answers.map(({ status }) => status).filter((status) => status >= 300))].sort((a, b) => a - b);
}
