import { Injectable } from '@nestjs/common';
import { AppConfig } from '../platform/config/app-config.js';
import type { Tx } from '../platform/database/sql.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import {
  ResetGrantsRepository,
  type GrantOwner,
  type GrantSubject,
  type IssuedGrant,
} from './reset-grants.repository.js';

/** Issues and spends reset grants. A grant allows its member to set a new password once. */
@Injectable()
export class ResetGrantsService {
  constructor(
    private readonly config: AppConfig,
    private readonly grants: ResetGrantsRepository,
  ) {}

  /**
   * @param member read under the member's lock. The grant ends when the password or the address changes.
   */
  async issue(tx: Tx, memberId: string, member: GrantSubject): Promise<IssuedGrant> {
    return this.grants.insert(tx, memberId, member, this.config.env.RESET_TOKEN_TTL_SECONDS);
  }

  /**
   * Gets the member who may use the grant.
   * @throws DomainError `token_invalid` where the grant is used, voided or expired
   */
  async getOwner(grantId: string, memberId: string): Promise<GrantOwner> {
    const owner = await this.grants.findOwner(grantId, memberId);
    if (!owner) throw new DomainError('token_invalid', { detail: 'reset grant used or void' });
    return owner;
  }

  /**
   * Uses up the grant.
   * @param emailKey the member's present address, read under the member's lock
   * @returns the version of the password that may be replaced
   * @throws DomainError `token_invalid` where the grant is used, voided or expired, or was issued for
   * another address
   */
  async spend(tx: Tx, grantId: string, memberId: string, emailKey: string): Promise<number> {
    const passwordVersion = await this.grants.spend(tx, grantId, memberId, emailKey);
    if (passwordVersion === null) throw new DomainError('token_invalid', { detail: 'reset grant used or void' });
    return passwordVersion;
  }
}
