import { ApiProperty } from '@nestjs/swagger';
import { CodeField, TokenField } from '../validation/fields.js';

export class ConfirmCodeDto {
  @TokenField({ description: 'From the answer to send-code' }) requestId: string;
  @CodeField() code: string;
}

export class ProofRequested {
  @ApiProperty({ description: 'Goes with the code; opens nothing by itself' }) requestId: string;
  @ApiProperty({ type: 'integer', description: 'Seconds until another mail can be asked for', example: 60 })
  resendAfter: number;
  @ApiProperty({ type: 'integer', description: 'Seconds the mailed code is good for', example: 600 }) expiresIn: number;
}
