import { ApiProperty } from '@nestjs/swagger';
import { IsConsents, type ConsentChoice } from '../../security/consents/consent-choice.dto.js';
import { ConsentDocumentResponse } from '../../security/consents/consents.dto.js';

export class OwnConsentResponse extends ConsentDocumentResponse {
  /** Whether the member agrees to this version and has not withdrawn the consent */
  given: boolean;
  /** When the consent was given; null if it is not given */
  @ApiProperty({ type: String, format: 'date-time' }) givenAt: Date | null;
}

export class OwnConsentListResponse {
  /** The documents in force and those to come; a document to come has an `effectiveFrom` in the future */
  items: OwnConsentResponse[];
}

export class GiveConsentsRequest {
  @IsConsents() consents: ConsentChoice[];
}
