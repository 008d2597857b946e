import { ApiProperty } from '@nestjs/swagger';
import { ProviderAnswerRequest } from '../../platform/federation/federation.dto.js';
import { IsVisibleText } from '../../platform/http/validation/field-decorators.js';
import type { LinkedIdentity } from '../../users/identities/identities.repository.js';

export class LinkIdentityRequest extends ProviderAnswerRequest {
  /** The id of a configured provider */
  @IsVisibleText({ max: 32 })
  @ApiProperty({ example: 'google' })
  provider: string;
}

export class IdentityResponse implements LinkedIdentity {
  @ApiProperty({ format: 'uuid' }) id: string;
  /** @example google */
  provider: string;
  /** As the provider named it when the account was linked */
  @ApiProperty({ example: 'ada@example.com' }) email: string | null;
  createdAt: Date;
}

export class IdentityListResponse {
  items: IdentityResponse[];
}
