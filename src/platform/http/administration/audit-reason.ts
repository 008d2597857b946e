import { applyDecorators } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { DomainError, type FieldProblem } from '../problems/domain-error.js';
import { codePointsOf, isVisible } from '../validation/text-checks.js';

const HEADER = 'Audit-Reason';
const MAX_LENGTH = 500;
/** A header is bytes, and clients differ in how they encode other characters. */
const ASCII = /^[ -~]*$/;

/**
 * Reads the header with the reason of an administrative action (AC-01): one visible line, with percent-encoded
 * UTF-8, because headers are ASCII.
 * @returns undefined without a reason
 * @throws DomainError `validation_failed`
 */
export function auditReasonOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const reason = typeof header === 'string' && ASCII.test(header) ? decode(header)?.trim() : undefined;
  if (reason === undefined || !isVisible(reason)) throw refusal({ code: 'invalid_characters' });
  if (codePointsOf(reason) > MAX_LENGTH) throw refusal({ code: 'too_long', params: { max: MAX_LENGTH } });
  return reason === '' ? undefined : reason;
}

function decode(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined; // not UTF-8, or a lone %
  }
}

function refusal(problem: Omit<FieldProblem, 'field'>): DomainError {
  return new DomainError('validation_failed', { fields: [{ field: HEADER, ...problem }] });
}

/** Documents the header for an operation that changes something. */
export const ApiAuditReason = (): MethodDecorator =>
  applyDecorators(
    ApiHeader({
      name: HEADER,
      required: false,
      description: `Why, for the audit log and the mail to the member: percent-encoded UTF-8, at most ${MAX_LENGTH} characters`,
      schema: { type: 'string', pattern: '^[ -~]*$', example: 'Lost%20phone' },
    }),
  );
