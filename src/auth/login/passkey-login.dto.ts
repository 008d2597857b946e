import { ApiProperty } from '@nestjs/swagger';
import { AssertionField, type Assertion } from '../../mfa/passkeys/passkey-credential.js';
import type { RequestOptions } from '../../mfa/passkeys/passkeys.service.js';
import type { TokenTransport } from '../../sessions/session.entity.js';
import { DeviceNameField, TokenField, TransportField } from '../../platform/http/validation/fields.js';

export class PasskeyLoginRequest {
  @AssertionField() credential: Assertion;
  @DeviceNameField() deviceName?: string;
  @TokenField({ isOptional: true, description: 'From an earlier login on this device: makes it a known one' })
  deviceToken?: string;
  @TransportField() transport?: TokenTransport;
}

export class MfaTokenRequest {
  @TokenField({ description: 'From the answer mfa_required' }) mfaToken: string;
}

export class SecondFactorPasskeyRequest extends MfaTokenRequest {
  @AssertionField() credential: Assertion;
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
  @ApiProperty({ type: 'integer', description: 'Seconds', example: 300 }) expiresIn: number;
}
