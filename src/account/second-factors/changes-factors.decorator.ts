import type { ErrorCode } from '../../platform/http/problems/error-catalogue.js';
import { WithPassword } from '../../sessions/reauthentication/recent-login.decorator.js';

/** As {@link WithPassword}, for a change of second factors, which may need one of them. */
export function ChangesFactors(...codes: ErrorCode[]): MethodDecorator {
  return WithPassword('factor_proof_required', 'code_invalid', 'too_many_attempts', ...codes);
}
