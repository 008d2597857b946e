import { RecentLoginRequest } from '../../security/passwords/password.dto.js';

export class CloseAccountRequest extends RecentLoginRequest {}
