import type { components } from './openapi.js';

export type ErrorCode = components['schemas']['ErrorCode'];
export type FieldProblem = components['schemas']['ProblemField'];
type Problem = components['schemas']['Problem'];

/**
 * Base class of the errors of this client. An aborted call instead throws the reason of its signal.
 */
export class MunjigiError extends Error {
  override name = 'MunjigiError';
}

/** An error response of the server (RFC 9457). */
export class ProblemError extends MunjigiError {
  override name = 'ProblemError';
  readonly status: number;
  /**
   * The stable code for programs. A newer server may send codes that this version does not list.
   */
  readonly code: ErrorCode | (string & {});
  /** A text for users, in the language of the request. */
  readonly title: string;
  readonly detail: string;
  /** Identifies the request in the server's log; useful in support requests. */
  readonly requestId: string | undefined;
  /** The problems of single fields of the request. */
  readonly fields: readonly FieldProblem[];
  /** Seconds to wait before another try, if known. */
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

  /** Returns the message for one field of a form. */
  messageFor(field: string): string | undefined {
    return this.fields.find((problem) => problem.field === field)?.message;
  }
}

/**
 * The server did not respond: offline, connection lost or timeout. It is unknown whether the server
 * carried out the call.
 */
export class NetworkError extends MunjigiError {
  override name = 'NetworkError';
}

/** The call needs a signed-in member, and there is none. */
export class SignedOutError extends MunjigiError {
  override name = 'SignedOutError';

  constructor() {
    super('No member is signed in.');
  }
}
