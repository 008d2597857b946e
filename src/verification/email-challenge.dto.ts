import { ApiProperty } from '@nestjs/swagger';
import type { AppConfig } from '../platform/config/app-config.js';
import { CodeField, TokenField } from '../platform/http/validation/fields.js';

export class ConfirmCodeRequest {
  @TokenField({ description: 'From the answer to send-code' }) requestId: string;
  @CodeField() code: string;
}

export class CodeSentResponse {
  @ApiProperty({ description: 'Goes with the code; opens nothing by itself' }) requestId: string;
  @ApiProperty({ type: 'integer', description: 'Seconds until another mail can be asked for', example: 60 })
  resendAfter: number;
  @ApiProperty({ type: 'integer', description: 'Seconds the mailed code is good for', example: 600 }) expiresIn: number;
}

/** The times in the answer to whoever asks for a mailed code: alike for all, whether a mail goes out or not. */
export function codeLifetimes({ env }: AppConfig): { resendAfter: number; expiresIn: number } {
  return { resendAfter: env.CODE_RESEND_SECONDS, expiresIn: env.CODE_TTL_SECONDS };
}
