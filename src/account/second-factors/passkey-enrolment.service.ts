import { Injectable } from '@nestjs/common';
import type { Principal } from '../../platform/http/principal.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { Database } from '../../platform/database/database.js';
import type { Sql, Tx } from '../../platform/database/sql.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import type { NewCredential } from '../../mfa/passkeys/passkey-credential.js';
import { PasskeysRepository, type PasskeySummary } from '../../mfa/passkeys/passkeys.repository.js';
import { PasskeysService, type CreationOptions } from '../../mfa/passkeys/passkeys.service.js';
import { ReauthenticationService } from '../../sessions/reauthentication/reauthentication.service.js';
import { MembersRepository } from '../../users/members.repository.js';
import { EnrolledFactorsService } from '../../mfa/enrolled-factors.service.js';
import { RecoveryCodesService } from '../../mfa/recovery-codes/recovery-codes.service.js';
import { TwoFactorNotificationsService } from '../../mfa/two-factor-notifications.service.js';

/** A member's passkeys: add, list, name, take away. */
@Injectable()
export class PasskeyEnrolmentService {
  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly passkeys: PasskeysRepository,
    private readonly ceremonies: PasskeysService,
    private readonly members: MembersRepository,
    private readonly reauthentication: ReauthenticationService,
    private readonly factors: EnrolledFactorsService,
    private readonly recoveryCodes: RecoveryCodesService,
    private readonly notifications: TwoFactorNotificationsService,
    private readonly auditLog: AuditLogService,
  ) {}

  /** @throws DomainError `invalid_credentials`, `passkey_limit_reached`, `overloaded` */
  async options(principal: Principal, password: string, context: ClientContext): Promise<CreationOptions> {
    const member = await this.reauthentication.confirmPassword(principal, password, context);
    await this.requireRoom(this.database, principal.memberId);
    return this.ceremonies.creationOptions(member);
  }

  /**
   * From now on logins need a second factor.
   * @returns the recovery codes too, shown this once, where it is the first factor. @throws DomainError `passkey_invalid`, `passkey_limit_reached`
   */
  async register(
    principal: Principal,
    credential: NewCredential,
    name: string | null,
    context: ClientContext,
  ): Promise<{ passkey: PasskeySummary; recoveryCodes?: string[] }> {
    const { memberId } = principal;
    const proven = await this.ceremonies.verifyNew(credential, memberId);
    return this.database.transaction(async (tx) => {
      // The member's row first: a login that is under way either ends before this or meets the new factor (CC-06), and
      // passkeys added at once are counted one after the other.
      await this.members.lock(tx, memberId);
      await this.requireRoom(tx, memberId);
      const isFirst = (await this.factors.of(tx, memberId)).length === 0;
      const passkey = await this.passkeys.insert(tx, { ...proven, name });
      if (!passkey) throw new DomainError('passkey_invalid', { detail: 'credential registered before' });
      const facts = { passkeyName: name ?? undefined };
      await this.notifications.notify(tx, 'passkey.registered', principal, context, { name }, facts);
      if (!isFirst) return { passkey };
      await this.factors.endSessionsWithout(tx, principal, context);
      return { passkey, recoveryCodes: await this.recoveryCodes.replace(tx, memberId) };
    });
  }

  async list(memberId: string): Promise<PasskeySummary[]> {
    return this.passkeys.listOf(memberId);
  }

  /** @throws DomainError `not_found`, for somebody else's just as for none */
  async rename(
    { memberId, sessionId }: Principal,
    id: string,
    name: string | null,
    context: ClientContext,
  ): Promise<PasskeySummary> {
    return this.database.transaction(async (tx) => {
      const passkey = await this.passkeys.rename(tx, id, memberId, name);
      if (!passkey) throw noSuchPasskey();
      await this.auditLog.record(tx, 'passkey.renamed', { memberId, sessionId, context }, { name });
      return passkey;
    });
  }

  /** @throws DomainError `invalid_credentials`, `not_found`, `overloaded` */
  async remove(principal: Principal, id: string, password: string, context: ClientContext): Promise<void> {
    const { memberId } = principal;
    await this.reauthentication.confirmPassword(principal, password, context);
    await this.database.transaction(async (tx) => {
      await this.members.lock(tx, memberId);
      const name = await this.passkeys.remove(tx, id, memberId);
      if (name === undefined) throw noSuchPasskey();
      await this.tellRemoved(tx, principal, name, context);
    });
  }

  /** Takes away passkeys that were added within the last `seconds`, when the owner takes the account back. */
  async removeRecent(tx: Tx, memberId: string, seconds: number, context: ClientContext): Promise<void> {
    for (const name of await this.passkeys.removeSince(tx, memberId, seconds))
      await this.tellRemoved(tx, { memberId }, name, context);
  }

  private async tellRemoved(
    tx: Tx,
    owner: { memberId: string; sessionId?: string },
    name: string | null,
    context: ClientContext,
  ): Promise<void> {
    const isProtected = await this.factors.dropOrphanedRecoveryCodes(tx, owner.memberId);
    await this.notifications.notify(
      tx,
      'passkey.removed',
      owner,
      context,
      { name },
      {
        passkeyName: name ?? undefined,
        ...(!isProtected && { isSecondStepOff: 1 as const }),
      },
    );
  }

  private async requireRoom(sql: Sql, memberId: string): Promise<void> {
    if ((await this.passkeys.count(sql, memberId)) >= this.config.env.PASSKEYS_PER_MEMBER)
      throw new DomainError('passkey_limit_reached');
  }
}

function noSuchPasskey(): DomainError {
  return new DomainError('not_found', { detail: 'not a passkey of this member' });
}
