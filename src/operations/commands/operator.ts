import { randomUUID } from 'node:crypto';
import type { INestApplicationContext } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import { CommandError } from '../../platform/config/command-error.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import type { ErrorCode } from '../../platform/http/problems/error-catalogue.js';
import { isVisibleLine } from '../../platform/http/validation/text-checks.js';

const MAX_REASON = 500;

/** Why the operator acts, for the audit log and the mail. */
export interface ReasonOption {
  readonly reason?: string;
}

/** @throws CommandError */
export function checkReason(reason: string | undefined): void {
  if (reason !== undefined && !isVisibleLine(reason.trim(), MAX_REASON))
    throw new CommandError(`--reason: must be one line of 1 to ${MAX_REASON} visible characters.`, true);
}

/** What the audit log records for a command: an operator at a terminal has no IP address. */
export function operatorContext(
  app: INestApplicationContext,
  command: string,
  auditReason: string | undefined,
): ClientContext {
  const locale = app.get(AppConfig).defaultLocale;
  return { ip: '', userAgent: `munjigi ${command}`, locale, requestId: randomUUID(), auditReason: auditReason?.trim() };
}

/** @returns a CommandError with the text that `refusals` has for this error; without such a text, the same error */
export function inWords(error: unknown, refusals: Partial<Record<ErrorCode, string>>): unknown {
  const refusal = error instanceof DomainError ? refusals[error.code] : undefined;
  return refusal === undefined ? error : new CommandError(refusal);
}
