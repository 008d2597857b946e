import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import { ApiProblems } from './problems/api-problems.decorator.js';
import type { ErrorCode } from './problems/error-catalogue.js';

/**
 * Documents a route that needs an access token, with its error codes. It opens and closes nothing:
 * every route that is not `@Public()` is guarded.
 */
export function SignedIn(...codes: ErrorCode[]): MethodDecorator {
  return applyDecorators(
    ApiBearerAuth('access'),
    ApiProblems('token_expired', 'token_invalid', 'session_ended', ...codes),
  );
}
