import { IsMailAddress, IsOpaqueToken } from '../../platform/http/validation/field-decorators.js';
import { RecentLoginRequest } from '../../security/passwords/password.dto.js';

export class ChangeEmailRequest extends RecentLoginRequest {
  @IsMailAddress({ example: 'ada@lovelace.example' }) newEmail: string;
}

/** What a link of an address change is about. */
class InspectedEmailLinkResponse {
  /** @example ad***e */
  maskedLoginId: string;

  /**
   * The address that the link was mailed to
   * @example a***@lovelace.example
   */
  maskedEmail: string;

  /** When the link stops working */
  expiresAt: Date;
}

export class InspectedEmailChangeResponse extends InspectedEmailLinkResponse {
  requestedAt: Date;
}

export class InspectedEmailUndoResponse extends InspectedEmailLinkResponse {
  changedAt: Date;
}

export class EmailLinkRequest {
  /** From the mailed link, after #token= */
  @IsOpaqueToken() token: string;
}
