import { PasswordField } from './fields.js';

/** The body of an operation that asks for the password once more. */
export class PasswordRequest {
  @PasswordField() password: string;
}
