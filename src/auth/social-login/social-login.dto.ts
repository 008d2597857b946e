import { ApiProperty } from '@nestjs/swagger';
import { ApiInteger } from '../../platform/http/integer.decorator.js';
import { IsOpaqueToken, IsVisibleText } from '../../platform/http/validation/field-decorators.js';
import { MayBeAbsent } from '../../platform/http/validation/rule.js';
import { ProviderAnswerRequest } from '../../platform/federation/federation.dto.js';
import { IsDeviceName, IsSessionBinding, IsTokenTransport } from '../../sessions/session-fields.js';
import type { SessionBinding, TokenTransport } from '../../sessions/session.entity.js';

export class SocialProviderResponse {
  /** @example google */
  id: string;
  /** @example Google */
  name: string;
}

export class SocialProviderListResponse {
  items: SocialProviderResponse[];
}

export class StartSocialLoginRequest {
  /** One of SOCIAL_REDIRECT_URIS; default the first */
  @MayBeAbsent()
  @IsVisibleText({ max: 512 })
  @ApiProperty({ example: 'https://app.example.com/social' })
  redirectUri?: string;

  @MayBeAbsent() @IsTokenTransport() transport?: TokenTransport;
  @MayBeAbsent() @IsSessionBinding() binding?: SessionBinding;
}

export class StartedSocialLoginResponse {
  /** Open it in the browser */
  authorizationUrl: string;
  /** A secret of this client: keep it until the provider has answered */
  requestId: string;
  /** Seconds */
  @ApiInteger({ example: 600 }) expiresIn: number;
}

export class CompleteSocialLoginRequest extends ProviderAnswerRequest {
  @MayBeAbsent() @IsDeviceName() deviceName?: string;

  /** From an earlier login on this device; shows that the device is known */
  @MayBeAbsent()
  @IsOpaqueToken()
  deviceToken?: string;
}
