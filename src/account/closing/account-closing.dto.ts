import { PasswordRequest } from '../../security/passwords/password.dto.js';

export class CloseAccountRequest extends PasswordRequest {}
