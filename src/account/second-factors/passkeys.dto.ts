import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsNewCredential, type NewCredential } from '../../mfa/passkeys/passkey-credential.js';
import type { PasskeySummary } from '../../mfa/passkeys/passkeys.repository.js';
import type { AcceptedCredentials, PasskeyList } from './passkey-list.service.js';
import type { CreationOptions } from '../../mfa/passkeys/passkey-registration.service.js';
import { ApiInteger } from '../../platform/http/integer.decorator.js';
import { IsVisibleText } from '../../platform/http/validation/field-decorators.js';
import { MayBeAbsent, MayBeNull, Normalise } from '../../platform/http/validation/rule.js';

/** The name of a passkey, or null for none. */
function IsPasskeyName(): PropertyDecorator {
  return applyDecorators(
    Normalise((name) => name.trim().normalize('NFC')),
    MayBeNull(),
    IsVisibleText({ max: 64 }),
    ApiProperty({ description: 'Chosen by the member', example: 'Blue security key' }),
  );
}

export class RegisterPasskeyRequest {
  @IsNewCredential() credential: NewCredential;
  @MayBeAbsent() @IsPasskeyName() name?: string | null;
}

export class RenamePasskeyRequest {
  @IsPasskeyName() name: string | null;
}

export class CreationOptionsResponse implements CreationOptions {
  @ApiProperty({
    type: Object,
    description:
      'For `navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })`',
    example: {
      rp: { id: 'example.com', name: 'Munjigi' },
      user: { id: 'Sw88Hm8NTFWdCg9PT08sEQ', name: 'ada.lovelace', displayName: 'Ada Lovelace' },
      challenge: 'p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE',
      pubKeyCredParams: [{ alg: -7, type: 'public-key' }],
      excludeCredentials: [],
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
      attestation: 'none',
      timeout: 300_000,
    },
  })
  publicKey: CreationOptions['publicKey'];

  /** Seconds */
  @ApiInteger({ example: 300 }) expiresIn: number;
}

export class PasskeyResponse implements PasskeySummary {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ example: "Ada's phone" }) name: string | null;
  /** The password manager or device that keeps the passkey, if it is known */
  @ApiProperty({ example: 'Google Password Manager' }) provider: string | null;
  createdAt: Date;
  @ApiProperty({ type: String, format: 'date-time' }) lastUsedAt: Date | null;
  /** How browsers reach the passkey */
  @ApiProperty({ example: ['internal', 'hybrid'] }) transports: string[];
  /** Whether the passkey can be copied to other devices of its owner */
  backupEligible: boolean;
  /** Whether such a copy existed when the passkey was last used */
  backedUp: boolean;
}

/** For `PublicKeyCredential.signalAllAcceptedCredentials()` */
export class AcceptedCredentialsResponse implements AcceptedCredentials {
  @ApiProperty({ example: 'example.com' }) rpId: string;
  @ApiProperty({ example: 'Sw88Hm8NTFWdCg9PT08sEQ' }) userId: string;
  @ApiProperty({ example: ['iOTrZSV8TjOzF6LBYRZQ4g'] }) allAcceptedCredentialIds: string[];
}

export class PasskeyListResponse implements PasskeyList {
  items: PasskeyResponse[];
  acceptedCredentials: AcceptedCredentialsResponse;
}

export class RegisteredPasskeyResponse {
  passkey: PasskeyResponse;

  /** Ten codes, each valid once; present only with the first second factor, and shown only this time */
  @ApiProperty({ example: ['7k2m-9xqa-c4vt-0p8d'] })
  recoveryCodes?: string[];
}
