import { IsOpaqueToken } from '../../platform/http/validation/field-decorators.js';
import { MayBeAbsent } from '../../platform/http/validation/rule.js';
import { IsConsents, type ConsentChoice } from '../../security/consents/consent-choice.dto.js';
import { IsSessionBinding } from '../../sessions/session-fields.js';
import type { SessionBinding } from '../../sessions/session.entity.js';

export class AcceptTermsRequest {
  /** From the response terms_required */
  @IsOpaqueToken() termsToken: string;
  @IsConsents() consents: ConsentChoice[];
  @MayBeAbsent() @IsSessionBinding() binding?: SessionBinding;
}
