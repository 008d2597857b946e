import { NewPasswordField, PasswordField } from '../../platform/http/validation/fields.js';

export class ChangePasswordRequest {
  @PasswordField() currentPassword: string;
  @NewPasswordField({ example: 'Nine-otters-knit-at-dawn-17' }) newPassword: string;
}
