import { ApiProperty } from '@nestjs/swagger';
import { IsAssertion, type Assertion } from '../../mfa/passkeys/passkey-credential.js';
import { IsSecondFactorCode } from '../../mfa/second-factor-code.decorator.js';
import { ProviderAnswerRequest } from '../../platform/federation/federation.dto.js';
import { IsVisibleText } from '../../platform/http/validation/field-decorators.js';
import { MayBeAbsent } from '../../platform/http/validation/rule.js';
import { IsPasswordText } from '../../security/passwords/password-fields.js';

export class ReauthenticateRequest {
  /** Absent with a passkey that logs in alone, for which the browser has verified its user */
  @MayBeAbsent()
  @IsPasswordText()
  password?: string;

  /** Confirms the second factor too, which a change of second factors needs */
  @MayBeAbsent()
  @IsSecondFactorCode()
  code?: string;

  /** A passkey in place of the code, or of both */
  @MayBeAbsent()
  @IsAssertion({ reliesOnUserHandle: false })
  credential?: Assertion;
}

export class SocialReauthenticationRequest extends ProviderAnswerRequest {
  /** The id of a configured provider */
  @IsVisibleText({ max: 32 })
  @ApiProperty({ example: 'kakao' })
  provider: string;
}
