import { IsOpaqueToken } from '../../platform/http/validation/field-decorators.js';

export class DisavowalRequest {
  /** From the link in a security mail, after #token= */
  @IsOpaqueToken() token: string;
}

export class DisavowalResponse {
  happenedAt: Date;

  /**
   * The kind of mail that contained the link
   * @example new-device
   */
  event: string;

  /** @example ad***e */
  maskedLoginId: string;
}
