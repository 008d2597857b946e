import { IsMailAddress, IsOneOf } from '../../platform/http/validation/field-decorators.js';
import { MayBeAbsent } from '../../platform/http/validation/rule.js';

export class CorrectEmailRequest {
  @IsMailAddress({ example: 'ada@lovelace.example' }) email: string;
}

export class EraseMemberRequest {
  /** `now` needs a reason in `Audit-Reason` and cannot be undone */
  @MayBeAbsent()
  @IsOneOf(['after-grace', 'now'], { example: 'after-grace' })
  when?: 'after-grace' | 'now';
}
