import { PasswordRequest } from '../../security/passwords/password.dto.js';

export class ReauthenticateRequest extends PasswordRequest {}
