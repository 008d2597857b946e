import { ApiProperty } from '@nestjs/swagger';
import { IsAssertion, type Assertion } from '../../mfa/passkeys/passkey-credential.js';
import type { RequestOptions } from '../../mfa/passkeys/passkey-authentication.service.js';
import { ApiInteger } from '../../platform/http/integer.decorator.js';
import { IsOpaqueToken } from '../../platform/http/validation/field-decorators.js';
import { MayBeAbsent } from '../../platform/http/validation/rule.js';
import { IsDeviceName, IsSessionBinding, IsTokenTransport } from '../../sessions/session-fields.js';
import type { SessionBinding, TokenTransport } from '../../sessions/session.entity.js';

export class PasskeyLoginRequest {
  @IsAssertion({ reliesOnUserHandle: true }) credential: Assertion;
  @MayBeAbsent() @IsDeviceName() deviceName?: string;

  /** From an earlier login on this device; shows that the device is known */
  @MayBeAbsent()
  @IsOpaqueToken()
  deviceToken?: string;

  @MayBeAbsent() @IsTokenTransport() transport?: TokenTransport;
  @MayBeAbsent() @IsSessionBinding() binding?: SessionBinding;
}

export class MfaTokenRequest {
  /** From the response mfa_required */
  @IsOpaqueToken() mfaToken: string;
}

export class SecondFactorPasskeyRequest extends MfaTokenRequest {
  @IsAssertion({ reliesOnUserHandle: false }) credential: Assertion;
  @MayBeAbsent() @IsSessionBinding() binding?: SessionBinding;
}

export class RequestOptionsResponse implements RequestOptions {
  @ApiProperty({
    type: Object,
    description:
      'For `navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) })`',
    example: {
      rpId: 'example.com',
      challenge: 'p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE',
      userVerification: 'required',
      timeout: 300_000,
    },
  })
  publicKey: RequestOptions['publicKey'];

  /** Seconds */
  @ApiInteger({ example: 300 }) expiresIn: number;
}
