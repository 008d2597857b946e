import { ApiProperty } from '@nestjs/swagger';
import { IsOpaqueToken, IsVisibleText } from '../http/validation/field-decorators.js';
import { MayBeAbsent } from '../http/validation/rule.js';

/** How a provider answered, as the client read it from the redirect URI. */
export class ProviderAnswerRequest {
  /** From the response of `start`; only this client has it */
  @IsOpaqueToken() requestId: string;

  /** As the provider sent it */
  @IsVisibleText({ max: 4096 })
  @ApiProperty({ example: '4/0AeanS0Zc1' })
  code: string;

  /** As the provider sent it */
  @IsOpaqueToken() state: string;

  /** As the provider sent it, if it did (RFC 9207) */
  @MayBeAbsent()
  @IsVisibleText({ max: 512 })
  @ApiProperty({ example: 'https://accounts.google.com' })
  iss?: string;
}
