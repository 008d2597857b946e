import { ApiProperty } from '@nestjs/swagger';
import { ProfileResponse } from '../profile-response.dto.js';

const Records = (): PropertyDecorator =>
  ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true } });

/** Everything but the profile, by kind */
export class MemberRecords {
  @Records() identities: object[];
  @Records() passkeys: object[];
  @Records() consents: object[];
  @Records() invitations: object[];
  @Records() emailChanges: object[];
  @Records() sessions: object[];
  @Records() devices: object[];
  @Records() networks: object[];
  @Records() mails: object[];
  @Records() securityEvents: object[];
}

export class AccountExportResponse extends MemberRecords {
  profile: ProfileResponse;
}
