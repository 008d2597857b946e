// @ts-check

/** Calls the API. Every failure becomes an ApiProblem that a page can show. */

import { makeProof } from './device-key.js';

/** Relative to the page, so that it also works behind a proxy that adds a path. */
const API = new URL('../api/', document.baseURI);
const TIMEOUT_MS = 20_000;

/** An error response of the API (RFC 9457), or no usable response at all. */
export class ApiProblem extends Error {
  /**
   * @param {string} code the error code; `network` without a response, `unexpected` for a response
   * that is not from the API
   * @param {{ detail?: string, reason?: string, errors?: { field: string, message: string }[],
   * retryAfter?: number }} [problem]
   * @param {string} [nonce] that the next proof needs
   */
  constructor(code, problem = {}, nonce) {
    super(code);
    this.code = code;
    this.detail = problem.detail ?? '';
    /** Where one code has several causes. */
    this.reason = problem.reason ?? '';
    this.fields = Array.isArray(problem.errors) ? problem.errors : [];
    /** Whole seconds. */
    this.retryAfter = Number(problem.retryAfter ?? 0);
    this.nonce = nonce;
  }
}

/** Returns an error as one that a page can show. @param {unknown} error */
export function toProblem(error) {
  return error instanceof ApiProblem ? error : new ApiProblem('unexpected');
}

/**
 * Posts to an operation that needs no login, such as `auth/sign-up/inspect-link`. Sends no cookies,
 * so that the result does not depend on who is logged in to this browser. Throws an ApiProblem
 * unless it succeeds.
 * @param {string} operation
 * @param {object} [body]
 * @param {string} [bearer]
 * @returns {Promise<any>}
 */
export function post(operation, body, bearer) {
  return request('POST', operation, { body, bearer });
}

/**
 * Calls an operation and returns the body of the response. Throws an ApiProblem unless it succeeds.
 * @param {'GET' | 'POST' | 'PATCH' | 'DELETE'} method
 * @param {string} operation
 * @param {{ body?: object | undefined, bearer?: string | undefined, cookies?: boolean, key?:
 * import('./device-key.js').DeviceKey | null, reason?: string | undefined }} [options] with
 * `cookies`, the session cookies are sent and may be set; with `key`, the request proves possession
 * of it, and `bearer` is bound to it; `reason` is for the audit log
 * @returns {Promise<any>}
 */
export async function request(method, operation, options = {}) {
  try {
    return await send(method, operation, options);
  } catch (error) {
    // This computer's clock is wrong. The server has done nothing but to give a nonce.
    if (!(error instanceof ApiProblem) || error.code !== 'proof_stale') throw error;
    return send(method, operation, options, error.nonce);
  }
}

/**
 * @param {string} method
 * @param {string} operation
 * @param {NonNullable<Parameters<typeof request>[2]>} options
 * @param {string} [nonce]
 */
async function send(method, operation, { body, bearer, cookies = false, key, reason }, nonce) {
  const url = new URL(operation, API);
  const headers = new Headers({ accept: 'application/json', 'accept-language': document.documentElement.lang });
  if (body !== undefined) headers.set('content-type', 'application/json');
  if (bearer !== undefined) headers.set('authorization', `${key ? 'DPoP' : 'Bearer'} ${bearer}`);
  if (reason !== undefined) headers.set('audit-reason', encodeURIComponent(reason)); // headers are ASCII
  if (key) headers.set('dpop', await makeProof(key, { method, url, nonce, accessToken: bearer }));
  let response, text;
  try {
    response = await fetch(url, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      credentials: cookies ? 'same-origin' : 'omit',
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    text = await response.text();
  } catch {
    throw new ApiProblem('network');
  }
  const result = parseJson(text);
  if (response.ok) {
    // A captive portal may answer every request with its own page and status 200.
    const isFromApi = text === '' ? response.status !== 200 : typeof result === 'object' && result !== null;
    if (isFromApi) return result;
  }
  // A proxy may send an error page without a code.
  throw typeof result?.code === 'string'
    ? new ApiProblem(result.code, result, response.headers.get('dpop-nonce') ?? undefined)
    : new ApiProblem('unexpected');
}

/** @param {string} text */
function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
