import type { components } from './openapi.js';

export type ErrorCode = components['schemas']['ErrorCode'];
export type FieldProblem = components['schemas']['ProblemField'];

/**
 * Base class of the errors of this client. An aborted call instead throws the reason of its signal.
 * If the signal has no reason, as in React Native, it throws an error with the name `AbortError`.
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
   * `unknown` if the response has no code: it is then from another program, such as a proxy.
   */
  readonly code: ErrorCode | (string & {});
  /** A text for users, in the language of the request. */
  readonly title: string;
  readonly detail: string;
  /** Identifies the request in the server's log; useful in support requests. */
  readonly requestId: string | undefined;
  /**
   * A finer reason, if there is one. With `refused_by_product`: the code of the product's own backend.
   * With `passkey_invalid`: `unknown_credential` if the server does not know the passkey.
   */
  readonly reason: string | undefined;
  /** The problems of single fields of the request. */
  readonly fields: readonly FieldProblem[];
  /** Seconds to wait before another try, if known. */
  readonly retryAfter: number | undefined;

  /**
   * @param content the parsed body; a proxy may have sent anything
   * @param retryAfter from the header, in seconds
   */
  constructor(status: number, content: unknown, retryAfter?: number) {
    const problem = (typeof content === 'object' && content !== null ? content : {}) as Record<string, unknown>;
    const title = asText(problem.title);
    const detail = asText(problem.detail);
    super(detail ?? title ?? `HTTP ${status}`);
    this.status = status;
    this.code = asText(problem.code) ?? 'unknown';
    this.title = title ?? '';
    this.detail = detail ?? '';
    this.requestId = asText(problem.requestId);
    this.reason = asText(problem.reason);
    this.fields = Array.isArray(problem.errors) ? problem.errors.filter(isFieldProblem) : [];
    this.retryAfter = Number.isFinite(problem.retryAfter) ? (problem.retryAfter as number) : retryAfter;
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

/**
 * A successful response that does not come from the server, or that lacks what the call needs.
 * Examples are the login page of a hotel network and the start page of a web app. It is unknown
 * whether the server carried out the call. The session is kept.
 */
export class UnexpectedResponseError extends MunjigiError {
  override name = 'UnexpectedResponseError';
  readonly status: number;

  constructor(method: string, path: string, status: number) {
    // Without the body, which may hold secrets.
    super(`${method} ${withoutQuery(path)}: the response with status ${status} is not what the call expects`);
    this.status = status;
  }
}

/** Why a passkey could not be created or used. */
export type PasskeyFailure =
  /** No WebAuthn (an old browser, a page without HTTPS, or no browser), or no supported algorithm. */
  | 'unsupported'
  /** Cancelled, or not used in time. Browsers do not distinguish the two. */
  | 'cancelled'
  /** This device already has a passkey of the account. */
  | 'already_registered'
  /** Refused by the browser, for example because the page belongs to another domain. */
  | 'refused';

/** A passkey could not be created or used. `cause` is the error of the browser. */
export class PasskeyError extends MunjigiError {
  override name = 'PasskeyError';

  constructor(
    readonly reason: PasskeyFailure,
    options?: ErrorOptions,
  ) {
    super(`The passkey could not be created or used: ${reason}.`, options);
  }
}

/** Why a journey to a provider of social login failed before the client sent the provider's answer to the server. */
export type SocialLoginFailure =
  /** The person has declined at the provider. */
  | 'cancelled'
  /** The provider reports another error, as `code`. */
  | 'refused'
  /** The journey did not begin in this tab, or not in the current session; or the address holds no answer. */
  | 'unknown_journey';

/** A journey to a provider of social login has failed. Begin it again. */
export class SocialLoginError extends MunjigiError {
  override name = 'SocialLoginError';

  /** @param code from the provider (RFC 6749 section 4.1.2.1) */
  constructor(
    readonly reason: SocialLoginFailure,
    readonly code?: string,
  ) {
    super(`The login at the provider has failed: ${reason}.`);
  }
}

/** The member of the call is not signed in: there is no session, or another member has logged in since. */
export class SignedOutError extends MunjigiError {
  override name = 'SignedOutError';

  constructor() {
    super('The member of this call is not signed in.');
  }
}

/** The path without what may hold secrets, for messages that end in logs. */
export const withoutQuery = (path: string): string => path.replace(/[?#].*$/s, '');

const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function isFieldProblem(value: unknown): value is FieldProblem {
  if (typeof value !== 'object' || value === null) return false;
  const { field, message } = value as Partial<FieldProblem>;
  return typeof field === 'string' && typeof message === 'string';
}
