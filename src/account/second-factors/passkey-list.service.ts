import { Injectable } from '@nestjs/common';
import { PasskeysRepository, type PasskeySummary } from '../../mfa/passkeys/passkeys.repository.js';
import { userHandleOf } from '../../mfa/passkeys/user-handle.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { Database } from '../../platform/database/database.js';

/** What a browser reports to password managers: they hide other passkeys of this user (Signal API). */
export interface AcceptedCredentials {
  readonly rpId: string;
  readonly userId: string;
  readonly allAcceptedCredentialIds: string[];
}

export interface PasskeyList {
  readonly items: PasskeySummary[];
  readonly acceptedCredentials: AcceptedCredentials;
}

/** Lists a member's own passkeys. */
@Injectable()
export class PasskeyListService {
  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly passkeys: PasskeysRepository,
  ) {}

  /** The passkeys, oldest first. */
  async list(memberId: string): Promise<PasskeyList> {
    const items = await this.passkeys.list(memberId);
    // Read last: a passkey that was added since must not be hidden (AC-71).
    const accepted = await this.passkeys.findDescriptors(this.database, memberId);
    const acceptedCredentials = {
      rpId: this.config.relyingParty.id,
      userId: userHandleOf(memberId).toString('base64url'),
      allAcceptedCredentialIds: accepted.map(({ id }) => id),
    };
    return { items, acceptedCredentials };
  }
}
