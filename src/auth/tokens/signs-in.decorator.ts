import { applyDecorators, type Type } from '@nestjs/common';
import { ApiHeader, ApiOkResponse } from '@nestjs/swagger';
import { RouteSettings } from '../../platform/http/route-settings.decorator.js';
import type {} from './token-delivery.js';

interface SignsInOptions {
  /** Whether the log line and the metrics name the outcome. For routes with several outcomes. */
  readonly notesOutcome?: boolean;
}

/**
 * Marks a method that returns a {@link SignInResult}. Its tokens are delivered in the body or in
 * cookies.
 */
export function SignsIn(
  response: Type | 'LoginOutcome' | 'CompletedLogin' | 'SocialLoginOutcome' | 'SocialSignUpOutcome',
  { notesOutcome = false }: SignsInOptions = {},
): MethodDecorator {
  const documentation =
    typeof response === 'string' ? { schema: { $ref: `#/components/schemas/${response}` } } : { type: response };
  return applyDecorators(
    RouteSettings({ tokenDelivery: notesOutcome ? 'tokens-and-outcome' : 'tokens' }),
    ApiOkResponse(documentation),
    ApiProof(),
  );
}

/** Marks a method that ends the session. The refresh cookie is cleared afterwards. */
export const SignsOut = (): MethodDecorator => RouteSettings({ tokenDelivery: 'clear-cookie' });

/** Documents the header `DPoP`, which a method reads with `@ProofKey()`. */
export const ApiProof = (): MethodDecorator =>
  ApiHeader({ name: 'DPoP', required: false, description: 'Proof by the key of the client (RFC 9449)' });
