// @ts-check

/** Calls the API and turns whatever goes wrong into something a person can read. */

/** The API lies beside the pages, wherever both are mounted. */
const API = new URL('../../api/', import.meta.url);
const TIMEOUT_MS = 20_000;

/** A refusal (RFC 9457), or the lack of an answer. */
export class ApiProblem extends Error {
  /**
   * @param {string} code stable name of the refusal; `network` when no answer came, `unexpected` when it was not ours
   * @param {{ detail?: string, errors?: { field: string, message: string }[], retryAfter?: number }} [problem]
   */
  constructor(code, problem = {}) {
    super(code);
    this.code = code;
    this.detail = problem.detail ?? '';
    this.fields = Array.isArray(problem.errors) ? problem.errors : [];
    /** Whole seconds. */
    this.retryAfter = Number(problem.retryAfter ?? 0);
  }
}

/**
 * Posts to an operation, such as `auth/sign-up/inspect-link`, as nobody in particular: no cookie goes along, because
 * nothing here depends on who is logged in to this browser. Throws an ApiProblem unless it succeeds.
 * @param {string} operation
 * @param {object} [body]
 * @param {string} [bearer]
 * @returns {Promise<any>}
 */
export function post(operation, body, bearer) {
  return request('POST', operation, { body, bearer });
}

/**
 * Calls an operation and gives its answer. Throws an ApiProblem unless it succeeds.
 * @param {'GET' | 'POST' | 'PATCH' | 'DELETE'} method
 * @param {string} operation
 * @param {{ body?: object | undefined, bearer?: string | undefined, cookies?: boolean }} [options] with `cookies`, the
 *   cookies of a login go along and may be set
 * @returns {Promise<any>}
 */
export async function request(method, operation, { body, bearer, cookies = false } = {}) {
  const headers = new Headers({ accept: 'application/json', 'accept-language': document.documentElement.lang });
  if (body !== undefined) headers.set('content-type', 'application/json');
  if (bearer !== undefined) headers.set('authorization', `Bearer ${bearer}`);
  let response, text;
  try {
    response = await fetch(new URL(operation, API), {
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
  const answer = parsed(text);
  if (response.ok) return answer;
  // A proxy in between may answer with a page of its own.
  throw typeof answer?.code === 'string' ? new ApiProblem(answer.code, answer) : new ApiProblem('unexpected');
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
