import { IsNewPassword, IsPasswordText } from '../../security/passwords/password-fields.js';

export class ChangePasswordRequest {
  @IsPasswordText() currentPassword: string;
  @IsNewPassword({ example: 'Nine-otters-knit-at-dawn-17' }) newPassword: string;
}
