import { MayBeAbsent } from '../../platform/http/validation/rule.js';
import { IsPasswordText } from './password-fields.js';

/** The body of an operation that needs a recent login. */
export class RecentLoginRequest {
  /** May be absent: the recent login is enough. If present, it must be the member's password */
  @MayBeAbsent()
  @IsPasswordText()
  password?: string;
}
