import { ApiProperty } from '@nestjs/swagger';
import { IsConsents, type ConsentChoice } from '../../security/consents/consent-choice.dto.js';
import { ConsentDocumentResponse } from '../../security/consents/consents.dto.js';

export class OwnConsentResponse extends ConsentDocumentResponse {
  /** Whether this version is agreed to, and not withdrawn */
  given: boolean;
  /** When; null if it is not given */
  @ApiProperty({ type: String, format: 'date-time' }) givenAt: Date | null;
}

export class OwnConsentListResponse {
  /** In force, or to come: those have an effectiveFrom in the future */
  items: OwnConsentResponse[];
}

export class GiveConsentsRequest {
  @IsConsents() consents: ConsentChoice[];
}
