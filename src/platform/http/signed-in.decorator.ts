import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import { ApiProblems, PROOF_PROBLEMS } from './problems/api-problems.decorator.js';
import type { ErrorCode } from './problems/error-catalogue.js';

/**
 * Documents a route that needs an access token, with its error codes. It protects nothing by
 * itself: the guard protects every route that is not `@Public()`.
 */
export function SignedIn(...codes: ErrorCode[]): MethodDecorator {
  return applyDecorators(
    ApiBearerAuth('access'),
    ApiProblems('token_expired', 'token_invalid', 'session_ended', ...PROOF_PROBLEMS, ...codes),
  );
}
