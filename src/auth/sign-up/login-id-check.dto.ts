import { ApiProperty } from '@nestjs/swagger';
import { IsVisibleText } from '../../platform/http/validation/field-decorators.js';

export class CheckLoginIdRequest {
  // Any text is accepted here: the answer names what is wrong with the login ID.
  @IsVisibleText({ max: 64 })
  @ApiProperty({ example: 'ada.lovelace' })
  loginId: string;
}

export class LoginIdAvailabilityResponse {
  available: boolean;
  @ApiProperty({ enum: ['invalid', 'reserved', 'taken'] }) reason?: 'invalid' | 'reserved' | 'taken';
}
