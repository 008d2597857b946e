import { MayBeAbsent } from '../../platform/http/validation/rule.js';
import { IsPasswordText } from './password-fields.js';

/** The body of an operation that needs a recent login. */
export class RecentLoginRequest {
  /** May be absent: the recent login counts. If present, it must be right */
  @MayBeAbsent()
  @IsPasswordText()
  password?: string;
}
