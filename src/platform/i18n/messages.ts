import type { ErrorCode } from '../http/problems/error-catalogue.js';
import type { FieldProblem } from '../http/problems/domain-error.js';
import type { Locale } from './locale.js';
import * as en from './messages.en.js';
import * as ko from './messages.ko.js';

const MESSAGES = { en, ko } satisfies Record<Locale, unknown>;

/** Title and detail of a problem response (RFC 9457). */
export function problemMessage(locale: Locale, code: ErrorCode): { title: string; detail: string } {
  return MESSAGES[locale].problems[code];
}

/** The message for one invalid field. */
export function fieldMessage(locale: Locale, problem: FieldProblem): string {
  return MESSAGES[locale].fields[problem.code](problem.params ?? {});
}
