import { IsPasswordText } from './password-fields.js';

/** The body of an operation that asks for the password again. */
export class PasswordRequest {
  @IsPasswordText() password: string;
}
