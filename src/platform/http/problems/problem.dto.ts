import { ApiProperty } from '@nestjs/swagger';
import { ApiInteger } from '../integer.decorator.js';
import { ERRORS, type ErrorCode } from './error-catalogue.js';

/** One field that was not accepted. */
export class ProblemField {
  /** @example email */
  field: string;
  /** @example email_invalid */
  code: string;
  @ApiProperty({ example: 'This is not an email address that we can send to.' }) message: string;
}

/** The one shape of every refusal: RFC 9457, with a stable code. */
export class Problem {
  /** @example urn:munjigi:problem:validation_failed */
  type: string;

  /** In the language of the request */
  @ApiProperty({ example: 'Input not accepted' })
  title: string;

  @ApiInteger({ example: 422 }) status: number;

  /** In the language of the request */
  @ApiProperty({ example: 'Some of the input is not valid. See errors.' })
  detail: string;

  /** Stable; programs decide by it */
  @ApiProperty({ enum: Object.keys(ERRORS), enumName: 'ErrorCode' })
  code: ErrorCode;

  /** To quote when asking for help */
  @ApiProperty({ format: 'uuid' })
  requestId: string;

  /** With `refused_by_product`: the code of the product's own backend. With `passkey_invalid`: `unknown_credential` */
  @ApiProperty({ example: 'plan_expired' }) reason?: string;

  errors?: ProblemField[];

  /** Seconds, as in Retry-After */
  @ApiInteger() retryAfter?: number;
}
