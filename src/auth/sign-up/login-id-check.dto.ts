import { ApiProperty } from '@nestjs/swagger';
import { IsVisibleText } from '../../platform/http/validation/field-decorators.js';
import { Normalise } from '../../platform/http/validation/rule.js';
import { foldTypedText } from '../../platform/text/typed-text.js';

export class CheckLoginIdRequest {
  // Any text is accepted here: the answer names what is wrong with the login ID.
  @Normalise(foldTypedText)
  @IsVisibleText({ max: 64 })
  @ApiProperty({ example: 'ada.lovelace' })
  loginId: string;
}

export class LoginIdAvailabilityResponse {
  available: boolean;
  @ApiProperty({ enum: ['invalid', 'reserved', 'taken'] }) reason?: 'invalid' | 'reserved' | 'taken';
}
