// The thread that estimates passwords for StrengthEstimator.
import { parentPort } from 'node:worker_threads';
import { loadStrengthJudge, type Strength } from './strength.js';

export interface StrengthQuestion {
  readonly password: string;
  readonly ownWords: readonly string[];
}

export type StrengthReply = { readonly strength: Strength } | { readonly failure: string };

const judge = loadStrengthJudge();

parentPort!.on('message', ({ password, ownWords }: StrengthQuestion) => {
  judge.then(
    (estimate) => answer(() => ({ strength: estimate(password, ownWords) })),
    (error: unknown) => answer(() => ({ failure: String(error) })),
  );
});

function answer(make: () => StrengthReply): void {
  let reply: StrengthReply;
  try {
    reply = make();
  } catch (error) {
    // The kind alone: a message might quote the password.
    reply = { failure: (error as Error).name };
  }
  parentPort!.postMessage(reply);
}
