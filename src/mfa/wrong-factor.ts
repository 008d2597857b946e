import { DomainError } from '../platform/http/problems/domain-error.js';
import type { ErrorCode } from '../platform/http/problems/error-catalogue.js';

const WRONG_FACTOR: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['code_invalid', 'passkey_invalid']);

/**
 * Whether a second factor was checked and was wrong. False for `too_many_attempts` and `overloaded`,
 * because nothing was checked, and for `passkey_changed`, because the signature was right.
 */
export function isWrongFactor(error: unknown): boolean {
  return error instanceof DomainError && WRONG_FACTOR.has(error.code);
}
