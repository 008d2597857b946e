import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { problems } from '../../i18n/messages.en.js';
import { ERRORS, type ErrorCode } from './error-catalogue.js';
import { Problem } from './problem.dto.js';

/** Whatever is asked, these can be the answer. */
const ALWAYS: readonly ErrorCode[] = ['internal_error', 'service_unavailable'];
/** Whoever reads a body can meet these. */
const WITH_BODY: readonly ErrorCode[] = [
  'malformed_json',
  'query_not_allowed',
  'payload_too_large',
  'unsupported_media_type',
  'validation_failed',
];

/** What any operation behind an access token can answer. */
export const SIGNED_IN = ['token_expired', 'token_invalid', 'session_ended'] as const satisfies readonly ErrorCode[];
/** The same where the login must not be long ago. */
export const RECENTLY_SIGNED_IN = [...SIGNED_IN, 'reauth_required'] as const;
/** The same where the password is asked for once more. */
export const WITH_PASSWORD = [...RECENTLY_SIGNED_IN, 'invalid_credentials', 'overloaded'] as const;

/** Answers that say when to come back. */
const WITH_WAIT: ReadonlySet<number> = new Set([429, 503]);
const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds to wait, where that is known', schema: { type: 'integer' } },
} as const;

/** Documents every error code an operation can answer, grouped by status, with an example for each. */
export function ApiProblems(...codes: ErrorCode[]): MethodDecorator {
  return documented([...codes, ...ALWAYS]);
}

/** As {@link ApiProblems}, for operations that take a JSON body. */
export function ApiBodyProblems(...codes: ErrorCode[]): MethodDecorator {
  return documented([...codes, ...WITH_BODY, ...ALWAYS]);
}

function documented(codes: ErrorCode[]): MethodDecorator {
  const statuses = [...new Set(codes.map((code) => ERRORS[code]))].sort((a, b) => a - b);
  const responses = statuses.map((status) => {
    const group = [...new Set(codes)].filter((code) => ERRORS[code] === status);
    const examples = Object.fromEntries(
      group.map((code) => [
        code,
        {
          value: {
            type: `urn:munjigi:problem:${code}`,
            ...problems[code],
            status,
            code,
            requestId: '4b0f3c1e-6f0d-4c55-9d0a-0f4f3a4f2c11',
          },
        },
      ]),
    );
    return ApiResponse({
      status,
      description: group.map((code) => `\`${code}\`: ${problems[code].title}`).join('; '),
      ...(WITH_WAIT.has(status) && { headers: RETRY_AFTER }),
      content: { 'application/problem+json': { schema: { $ref: getSchemaPath(Problem) }, examples } },
    });
  });
  return applyDecorators(ApiExtraModels(Problem), ...responses);
}
