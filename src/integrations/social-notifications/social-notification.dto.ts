import { IsVisibleText } from '../../platform/http/validation/field-decorators.js';
import { MayBeAbsent } from '../../platform/http/validation/rule.js';

/** What providers post: a signed token, or Kakao's form with its own names. */
export class SocialNotificationRequest {
  @MayBeAbsent()
  @IsVisibleText({ max: 16_384 })
  payload?: string;

  @MayBeAbsent()
  @IsVisibleText({ max: 100 })
  user_id?: string;

  @MayBeAbsent()
  @IsVisibleText({ max: 100 })
  referrer_type?: string;
}
