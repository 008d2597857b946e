import { RESERVED_CLAIMS } from '../../platform/crypto/tokens/token-purpose.js';

/** Claims of the product, for the access token. */
export type ProductClaims = Readonly<Record<string, unknown>>;

/** The hook's answer: claims to add to the access token, or a refusal. */
export type HookAnswer =
  | { readonly kind: 'claims'; readonly claims: ProductClaims }
  | { readonly kind: 'refusal'; readonly code: string; readonly detail: string };

/** Access tokens travel in a header with every request, so they have to stay short. */
const MAX_CLAIM_BYTES = 1024;
const MAX_DETAIL_LENGTH = 300;
const REFUSAL_CODE = /^[a-z][a-z0-9_]{0,63}$/;

/**
 * Reads the hook's answer and drops reserved claims from it.
 * @param text the body of the answer; an empty one adds nothing
 * @returns the answer, and the names of the reserved claims that it held
 * @throws Error if the answer has another form; the message quotes nothing of it
 */
export function checkHookAnswer(text: string): { answer: HookAnswer; ignoredClaims: string[] } {
  const { claims = {}, refuse } = parseObject(text);
  if (refuse !== undefined) return { answer: checkRefusal(refuse), ignoredClaims: [] };
  if (!isObject(claims)) throw new Error('claims is not an object');
  const names = Object.keys(claims);
  const accepted = Object.entries(claims).filter(([name]) => !RESERVED_CLAIMS.has(name));
  const kept = Object.fromEntries(accepted);
  if (Buffer.byteLength(JSON.stringify(kept)) > MAX_CLAIM_BYTES)
    throw new Error(`the claims are longer than ${MAX_CLAIM_BYTES} bytes`);
  return {
    answer: { kind: 'claims', claims: kept },
    ignoredClaims: names.filter((name) => RESERVED_CLAIMS.has(name)),
  };
}

function checkRefusal(refuse: unknown): HookAnswer {
  const { code, detail = '' } = isObject(refuse) ? refuse : {};
  if (typeof code !== 'string' || !REFUSAL_CODE.test(code)) throw new Error('refuse.code is not a short name');
  if (typeof detail !== 'string' || detail.length > MAX_DETAIL_LENGTH)
    throw new Error(`refuse.detail is not a text of at most ${MAX_DETAIL_LENGTH} characters`);
  return { kind: 'refusal', code, detail };
}

function parseObject(text: string): Record<string, unknown> {
  if (text === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message quotes the answer.
    throw new Error('the answer is not JSON');
  }
  if (!isObject(value)) throw new Error('the answer is not an object');
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
