import { IsAssertion, type Assertion } from '../../mfa/passkeys/passkey-credential.js';
import { IsSecondFactorCode } from '../../mfa/second-factor-code.decorator.js';
import { MayBeAbsent } from '../../platform/http/validation/rule.js';
import { IsPasswordText } from '../../security/passwords/password-fields.js';

export class ReauthenticateRequest {
  @IsPasswordText() password: string;

  /** Confirms the second factor too, which a change of second factors needs */
  @MayBeAbsent()
  @IsSecondFactorCode()
  code?: string;

  /** A passkey in place of the code */
  @MayBeAbsent()
  @IsAssertion({ reliesOnUserHandle: false })
  credential?: Assertion;
}
