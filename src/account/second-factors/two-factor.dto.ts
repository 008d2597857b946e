import { ApiProperty } from '@nestjs/swagger';
import { IsSecondFactorCode } from '../../mfa/second-factor-code.decorator.js';
import type { TotpEnrolment } from '../../mfa/totp/totp.js';
import type { TwoFactorStatus } from './authenticator-app.service.js';
import { ApiInteger } from '../../platform/http/integer.decorator.js';
import { IsSixDigitCode } from '../../platform/http/validation/field-decorators.js';
import { MayBeAbsent } from '../../platform/http/validation/rule.js';
import { RecentLoginRequest } from '../../security/passwords/password.dto.js';

export class ConfirmTotpRequest {
  /** The six digits from the app; blanks and hyphens are ignored */
  @IsSixDigitCode() code: string;
}

/**
 * The body of a change of second factors. A code is needed if the member has a second factor and has
 * not recently proved one in this session. For a member with a passkey, a code of the app is not enough.
 */
export class FactorChangeRequest extends RecentLoginRequest {
  @MayBeAbsent() @IsSecondFactorCode() code?: string;
}

export class RemoveTotpRequest extends FactorChangeRequest {}

export class TotpEnrolmentResponse implements TotpEnrolment {
  /**
   * Base32, for typing into the app
   * @example FW2IWBUEMCO5RQZOXPZYQTBDGKCGWIEB
   */
  secret: string;

  @ApiProperty({ example: 'otpauth://totp/Munjigi:ada?secret=FW2IWBUEMCO5RQZOXPZYQTBDGKCGWIEB&issuer=Munjigi' })
  otpauthUrl: string;

  /** The URL as a QR code */
  @ApiProperty({ example: '<svg …>' }) qrSvg: string;
}

export class RecoveryCodesResponse {
  /** Ten codes, each valid once; shown only this time */
  @ApiProperty({ example: ['7k2m-9xqa-c4vt-0p8d'] })
  recoveryCodes: string[];
}

export class TwoFactorStatusResponse implements TwoFactorStatus {
  /** Whether an authenticator app is set up */
  enabled: boolean;

  /** Unused recovery codes */
  @ApiInteger({ example: 10 }) recoveryCodesLeft: number;
}
