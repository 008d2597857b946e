import type { FieldCode } from '../../i18n/messages.en.js';
import { ERRORS, type ErrorCode } from './error-catalogue.js';

/** A problem of one input field. `params` fill the message: limits and names, never the value that was sent. */
export interface FieldProblem {
  readonly field: string;
  readonly code: FieldCode;
  readonly params?: Readonly<Record<string, string | number>>;
}

/** Why the product, in its own words, refuses a member. */
export interface ProductRefusal {
  readonly code: string;
  /** Shown to the member. If it is empty, the member sees the text of the error's code. */
  readonly detail: string;
}

interface DomainErrorOptions extends ErrorOptions {
  /** Why the request is refused, for the log only: no client receives this text. */
  detail?: string;
  /** Whole seconds after which a retry makes sense. */
  retryAfter?: number;
  fields?: readonly FieldProblem[];
  /** Only with `refused_by_product`. */
  refusal?: ProductRefusal;
  /** For programs, where one code has several causes. */
  reason?: string;
  /** Headers of the answer, in lower case. */
  headers?: Readonly<Record<string, string>>;
}

/** An expected refusal. The client receives its code; its detail goes to the log only. */
export class DomainError extends Error {
  readonly status: number;
  readonly detail: string | undefined;
  readonly retryAfter: number | undefined;
  readonly fields: readonly FieldProblem[] | undefined;
  readonly refusal: ProductRefusal | undefined;
  readonly reason: string | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;

  constructor(
    readonly code: ErrorCode,
    options: DomainErrorOptions = {},
  ) {
    super(code, options);
    this.status = ERRORS[code];
    this.detail = options.detail;
    this.retryAfter = options.retryAfter;
    this.fields = options.fields;
    this.refusal = options.refusal;
    this.reason = options.reason ?? options.refusal?.code;
    this.headers = options.headers;
  }
}
