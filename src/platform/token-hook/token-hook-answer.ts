import { hasForbiddenKey, isObject } from '../attributes/attribute-declarations.js';
import type { ProductRefusal } from '../http/problems/domain-error.js';
import { parseAnswer } from '../http-client/hook-answer-body.js';
import { isHookClaim, isReservedClaim, type HookClaims } from '../crypto/tokens/hook-claims.js';

/** The hook's answer: claims to add to the access token, or a refusal. */
export type HookAnswer =
  | { readonly kind: 'claims'; readonly claims: HookClaims; readonly dropped: readonly string[] }
  | ({ readonly kind: 'refusal' } & ProductRefusal);

/** Access tokens travel in a header with every request, so they have to stay short. */
const MAX_CLAIM_BYTES = 1024;
const MAX_DETAIL_LENGTH = 300;
const REFUSAL_CODE = /^[a-z][a-z0-9_]{0,63}$/;
const INVALID_NAME = 'the name of a claim must begin with a letter and have at most 128 letters, digits or _ . : / -';

/**
 * Reads the hook's answer and drops reserved claims from it.
 * @param text the body of the answer; an empty one adds nothing
 * @throws Error if the answer has another form; the message quotes nothing of it
 */
export function readHookAnswer(text: string): HookAnswer {
  const answer = text === '' ? {} : parseAnswer(text);
  // Many languages write null for a field that has no value.
  const [claims, refuse] = [answer.claims ?? {}, answer.refuse ?? null];
  if (refuse !== null) return readRefusal(refuse);
  if (!isObject(claims)) throw new Error('claims is not an object');
  // Reserved names are known words, so they may be reported. All others stay out of the log.
  const dropped = Object.keys(claims).filter(isReservedClaim);
  const kept = Object.fromEntries(Object.entries(claims).filter(([name]) => !isReservedClaim(name)));
  if (!Object.keys(kept).every(isHookClaim)) throw new Error(INVALID_NAME);
  if (hasForbiddenKey(kept)) throw new Error('a claim has a forbidden key');
  if (Buffer.byteLength(JSON.stringify(kept)) > MAX_CLAIM_BYTES)
    throw new Error(`the claims are longer than ${MAX_CLAIM_BYTES} bytes`);
  return { kind: 'claims', claims: kept, dropped };
}

function readRefusal(refuse: unknown): HookAnswer {
  const refusal = isObject(refuse) ? refuse : {};
  const [code, detail] = [refusal.code, refusal.detail ?? ''];
  if (typeof code !== 'string' || !REFUSAL_CODE.test(code))
    throw new Error('refuse.code must be 1 to 64 of a-z, 0-9 and _, and begin with a letter');
  if (typeof detail !== 'string' || detail.length > MAX_DETAIL_LENGTH)
    throw new Error(`refuse.detail is not a text of at most ${MAX_DETAIL_LENGTH} characters`);
  return { kind: 'refusal', code, detail };
}
