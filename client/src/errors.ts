import type { components } from './openapi.js';

export type ErrorCode = components['schemas']['ErrorCode'];
export type FieldProblem = components['schemas']['ProblemField'];
type Problem = components['schemas']['Problem'];

/** Everything this client throws by itself. An aborted call throws what its signal carries instead. */
export class MunjigiError extends Error {
  override name = 'MunjigiError';
}

/** The server refused, and says why (RFC 9457). */
export class ProblemError extends MunjigiError {
  override name = 'ProblemError';
  readonly status: number;
  /** What programs go by. A newer server may answer codes that this version does not list. */
  readonly code: ErrorCode | (string & {});
  /** For people, in the language of the request. */
  readonly title: string;
  readonly detail: string;
  /** To quote when asking for help. */
  readonly requestId: string | undefined;
  /** What is wrong with which field of the request. */
  readonly fields: readonly FieldProblem[];
  /** Seconds to wait, where that is known. */
  readonly retryAfter: number | undefined;

  constructor(status: number, problem: Partial<Problem>, retryAfter?: number) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
    this.status = status;
    this.code = problem.code ?? 'unknown';
    this.title = problem.title ?? '';
    this.detail = problem.detail ?? '';
    this.requestId = problem.requestId;
    this.fields = problem.errors ?? [];
    this.retryAfter = problem.retryAfter ?? retryAfter;
  }

  /** What to show beside one field of a form. */
  messageFor(field: string): string | undefined {
    return this.fields.find((problem) => problem.field === field)?.message;
  }
}

/** No answer came: offline, connection lost, timed out. Whether the server acted is not known. */
export class NetworkError extends MunjigiError {
  override name = 'NetworkError';
}

/** Nobody is signed in, so there is no token to send. */
export class SignedOutError extends MunjigiError {
  override name = 'SignedOutError';

  constructor() {
    super('Nobody is signed in.');
  }
}
