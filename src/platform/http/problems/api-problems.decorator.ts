import { applyDecorators } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { problems } from '../../i18n/messages.en.js';
import { ERRORS, type ErrorCode } from './error-catalogue.js';
import { Problem } from './problem.dto.js';

/** Every operation can return these. */
const ALWAYS: readonly ErrorCode[] = ['internal_error', 'service_unavailable'];
/** Operations that read the header `DPoP` can return these. */
export const PROOF_PROBLEMS = ['proof_required', 'proof_invalid', 'proof_stale'] as const satisfies ErrorCode[];
const WITH_QUERY: readonly ErrorCode[] = ['validation_failed'];
const WITH_BODY: readonly ErrorCode[] = [
  'malformed_json',
  'query_not_allowed',
  'payload_too_large',
  'unsupported_media_type',
  'validation_failed',
];

/** Statuses whose answers contain the seconds to wait. */
const WITH_WAIT: ReadonlySet<number> = new Set([429, 503]);
const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds to wait, where that is known', schema: { type: 'integer' } },
} as const;

/**
 * Documents the error codes that an operation can return, grouped by status, with an example for
 * each. Adds the codes for a body or a query where the method takes one.
 */
export function ApiProblems(...codes: readonly ErrorCode[]): MethodDecorator {
  return (target, name, descriptor) => {
    const all = new Set([...codes, ...inputCodes(target, name), ...ALWAYS]);
    const statuses = [...new Set([...all].map((code) => ERRORS[code]))].sort((a, b) => a - b);
    const responses = statuses.map((status) =>
      responseOf(
        status,
        [...all].filter((code) => ERRORS[code] === status),
      ),
    );
    applyDecorators(ApiExtraModels(Problem), ...responses)(target, name, descriptor);
  };
}

/**
 * The parameter decorators of a method run before its method decorators, so Nest has already stored
 * which inputs the method takes.
 */
function inputCodes(target: object, name: string | symbol): readonly ErrorCode[] {
  const parameters = Object.keys(
    (Reflect.getMetadata(ROUTE_ARGS_METADATA, target.constructor, name) as object | undefined) ?? {},
  );
  const takes = (type: RouteParamtypes): boolean => parameters.some((key) => key.startsWith(`${type}:`));
  if (takes(RouteParamtypes.BODY)) return WITH_BODY;
  return takes(RouteParamtypes.QUERY) ? WITH_QUERY : [];
}

function responseOf(status: number, codes: readonly ErrorCode[]): MethodDecorator {
  const examples = Object.fromEntries(
    codes.map((code) => [
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
    description: codes.map((code) => `\`${code}\`: ${problems[code].title}`).join('; '),
    ...(WITH_WAIT.has(status) && { headers: RETRY_AFTER }),
    content: { 'application/problem+json': { schema: { $ref: getSchemaPath(Problem) }, examples } },
  });
}
