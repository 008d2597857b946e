import { applyDecorators, SetMetadata, UseInterceptors, type Type } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { CookieClearingInterceptor, NOTES_OUTCOME, TokenDeliveryInterceptor } from './token-delivery.interceptor.js';

interface SignsInOptions {
  /** Whether log and metrics name the outcome, for routes with several. */
  readonly notesOutcome?: boolean;
}

/**
 * The method returns a {@link SignInResult}; its tokens are delivered in the body or in cookies.
 */
export function SignsIn(
  response: Type | 'LoginOutcome' | 'CompletedLogin',
  { notesOutcome = false }: SignsInOptions = {},
): MethodDecorator {
  const documentation =
    typeof response === 'string' ? { schema: { $ref: `#/components/schemas/${response}` } } : { type: response };
  return applyDecorators(
    UseInterceptors(TokenDeliveryInterceptor),
    SetMetadata(NOTES_OUTCOME, notesOutcome),
    ApiOkResponse(documentation),
  );
}

/** The refresh cookie is cleared once the method has ended the session. */
export const SignsOut = (): MethodDecorator => UseInterceptors(CookieClearingInterceptor);
