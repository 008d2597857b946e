import { IsMailAddress, IsOpaqueToken } from '../../platform/http/validation/field-decorators.js';
import { IsPasswordText } from '../../security/passwords/password-fields.js';

export class ChangeEmailRequest {
  @IsMailAddress({ example: 'ada@lovelace.example' }) newEmail: string;
  @IsPasswordText() password: string;
}

export class EmailLinkRequest {
  /** From the mailed link, after #token= */
  @IsOpaqueToken() token: string;
}
