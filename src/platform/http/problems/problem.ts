import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ERRORS, type ErrorCode } from './error-catalogue.js';

export class ProblemField {
  @ApiProperty({ example: 'email' }) field: string;
  @ApiProperty({ example: 'email_invalid' }) code: string;
  @ApiProperty({ example: 'This is not an e-mail address we can send to.' }) message: string;
}

/** The one shape of every refusal: RFC 9457, with a stable code. */
export class Problem {
  @ApiProperty({ example: 'urn:munjigi:problem:validation_failed' }) type: string;
  @ApiProperty({ description: 'In the language of the request', example: 'Input not accepted' }) title: string;
  @ApiProperty({ type: 'integer', example: 422 }) status: number;
  @ApiProperty({
    description: 'In the language of the request',
    example: 'Some of the input is not valid; see errors.',
  })
  detail: string;
  @ApiProperty({ description: 'Stable; what a program goes by', enum: Object.keys(ERRORS), enumName: 'ErrorCode' })
  code: ErrorCode;
  @ApiProperty({ description: 'To quote when asking for help', format: 'uuid' }) requestId: string;
  @ApiPropertyOptional({ type: [ProblemField] }) errors?: ProblemField[];
  @ApiPropertyOptional({ type: 'integer', description: 'Seconds, as in Retry-After' }) retryAfter?: number;
}
