import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import type { ClientContext } from '../client-context.js';
import { isDatabaseClosed, isDatabaseUnavailable } from '../../database/database-errors.js';
import { PROOF_ALGORITHMS } from '../../crypto/proofs/proof-form.js';
import { fieldMessage, problemMessage } from '../../i18n/messages.js';
import { DomainError } from './domain-error.js';
import { ERRORS, type ErrorCode } from './error-catalogue.js';
import type { Problem } from './problem.dto.js';

const UNAVAILABLE_RETRY_SECONDS = 2;

/** Codes for refusals of the framework, which have only a status. */
const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'bad_request',
  401: 'token_invalid',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'request_timeout',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  431: 'headers_too_large',
  503: 'service_unavailable',
};

/**
 * Converts any thrown value. Unknown errors become `internal_error`, and the answer contains
 * nothing of them.
 */
export function asDomainError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  if (isDatabaseUnavailable(error) || isDatabaseClosed(error))
    return new DomainError('service_unavailable', {
      retryAfter: UNAVAILABLE_RETRY_SECONDS,
      detail: 'the database is not available',
      cause: error,
    });
  const status =
    error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown } | undefined)?.statusCode;
  const code = typeof status === 'number' ? BY_STATUS[status] : undefined;
  return new DomainError(code ?? (isClientFault(status) ? 'bad_request' : 'internal_error'), {
    detail: STATUS_CODES[Number(status)],
    cause: error,
  });
}

function isClientFault(status: unknown): boolean {
  return typeof status === 'number' && status >= 400 && status < 500;
}

/** The body of a refusal, in the language of the request. */
export function problemOf(
  error: DomainError,
  { locale, requestId }: Pick<ClientContext, 'locale' | 'requestId'>,
): Problem {
  const { code, fields, retryAfter, refusal, reason } = error;
  return {
    type: `urn:munjigi:problem:${code}`,
    ...problemMessage(locale, code),
    ...(refusal?.detail && { detail: refusal.detail }),
    status: ERRORS[code],
    code,
    requestId,
    ...(reason !== undefined && { reason }),
    ...(fields && {
      errors: fields.map((problem) => ({
        field: problem.field,
        code: problem.code,
        message: fieldMessage(locale, problem),
      })),
    }),
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

/** The headers of a refusal. */
export function problemHeaders({ status, code, retryAfter, headers }: DomainError): Record<string, string> {
  return {
    'content-type': 'application/problem+json; charset=utf-8',
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    // Only where a token was at fault, not where a password was.
    ...(status === 401 && code !== 'invalid_credentials' && { 'www-authenticate': challengeOf(code) }),
    ...headers,
  };
}

/** RFC 6750 section 3; for a proof of possession RFC 9449 sections 7.1 and 9. */
function challengeOf(code: ErrorCode): string {
  if (!code.startsWith('proof_')) return `Bearer error="invalid_token", error_description="${code}"`;
  const error = code === 'proof_stale' ? 'use_dpop_nonce' : 'invalid_dpop_proof';
  return `DPoP error="${error}", error_description="${code}", algs="${PROOF_ALGORITHMS.join(' ')}"`;
}
