import type { FieldCode } from '../../i18n/messages.en.js';
import { ERRORS, type ErrorCode } from './error-catalogue.js';

/** What is wrong with one input field. `params` fill the message: limits and names, never the value that was sent. */
export interface FieldProblem {
  readonly field: string;
  readonly code: FieldCode;
  readonly params?: Readonly<Record<string, string | number>>;
}

interface DomainErrorOptions extends ErrorOptions {
  /** Why, for the log; it never leaves the server. */
  detail?: string;
  /** Whole seconds after which trying again makes sense. */
  retryAfter?: number;
  fields?: readonly FieldProblem[];
}

/** A refusal we expect: its public half is the code, its private half the detail. */
export class DomainError extends Error {
  readonly status: number;
  readonly detail: string | undefined;
  readonly retryAfter: number | undefined;
  readonly fields: readonly FieldProblem[] | undefined;

  constructor(
    readonly code: ErrorCode,
    options: DomainErrorOptions = {},
  ) {
    super(code, options);
    this.status = ERRORS[code];
    this.detail = options.detail;
    this.retryAfter = options.retryAfter;
    this.fields = options.fields;
  }
}
