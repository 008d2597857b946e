import { setImmediate as nextTurn } from 'node:timers/promises';
import { createVerifier, Refusal, type VerifiableRequest, type Verifier, type VerifierOptions } from '../src/index.js';
import type { FakeIssuer } from './fake-issuer.js';

const open: Verifier[] = [];

/** A verifier that {@link closeVerifiers} closes. */
export function givenVerifier(issuer: FakeIssuer, options: Partial<VerifierOptions> = {}): Verifier {
  const verifier = createVerifier({ issuer: issuer.url, onWarning: () => undefined, ...options });
  open.push(verifier);
  return verifier;
}

/** A verifier that follows the stream of revocations and has read a heartbeat. */
export async function givenFollower(issuer: FakeIssuer, options: Partial<VerifierOptions> = {}): Promise<Verifier> {
  const listeners = issuer.listeners;
  const verifier = givenVerifier(issuer, { apiKey: 'mjk_key', ...options });
  await until(() => issuer.listeners > listeners);
  issuer.beat('100');
  const token = await issuer.token();
  await until(async () => (await outcomeOf(verifier, bearer(token))) === 'admitted');
  return verifier;
}

/** Closes them, and waits until none of them listens to the issuer. */
export async function closeVerifiers(issuer: FakeIssuer): Promise<void> {
  for (const verifier of open.splice(0)) verifier.close();
  await until(() => issuer.listeners === 0);
}

/** Waits until the condition is true. It has no time limit of its own: the limit of the test applies. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await nextTurn();
}

export const bearer = (token: string, request: Partial<VerifiableRequest> = {}): VerifiableRequest => ({
  method: 'GET',
  url: '/me',
  ...request,
  headers: { authorization: `Bearer ${token}`, ...request.headers },
});

/**
 * @returns the refusal
 * @throws Error if there is none
 */
export async function refusalOf(verifier: Verifier, request: VerifiableRequest): Promise<Refusal> {
  const outcome = await verifier.verify(request).catch((error: unknown) => error);
  if (!(outcome instanceof Refusal)) throw new Error(`no refusal: ${String(outcome)}`);
  return outcome;
}

/** `admitted`, or the code of the refusal. */
export async function outcomeOf(verifier: Verifier, request: VerifiableRequest): Promise<string> {
  try {
    await verifier.verify(request);
    return 'admitted';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}
