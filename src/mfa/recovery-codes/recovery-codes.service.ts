import { Injectable } from '@nestjs/common';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import type { Tx } from '../../platform/database/sql.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { RecoveryCodeDigests } from './recovery-code-digests.js';
import { newRecoveryCodes, normaliseRecoveryCode } from './recovery-codes.js';
import { RecoveryCodesRepository } from './recovery-codes.repository.js';

/** A code that matched. Only {@link RecoveryCodesService.spend} accepts it. */
export interface MatchedRecoveryCode {
  readonly kind: 'recovery-code';
  readonly digests: readonly Buffer[];
}

/** Makes and matches recovery codes. Their stored form does not reveal them. */
@Injectable()
export class RecoveryCodesService {
  private readonly digests: RecoveryCodeDigests;

  constructor(
    private readonly keys: KeyRing,
    private readonly repository: RecoveryCodesRepository,
  ) {
    this.digests = new RecoveryCodeDigests(keys);
  }

  async countUnused(memberId: string): Promise<number> {
    return this.repository.countUnused(memberId);
  }

  /**
   * Replaces all codes of the member.
   * @returns ten new codes; this is the only time they can be read
   */
  async replaceAll(tx: Tx, memberId: string): Promise<string[]> {
    const codes = newRecoveryCodes();
    const stored = codes.map((code) => this.digests.create(memberId, normaliseRecoveryCode(code)!));
    await this.repository.replaceAll(tx, memberId, stored, this.keys.ids[0]!);
    return codes;
  }

  /**
   * @param code as {@link normaliseRecoveryCode} returns it.
   * @throws DomainError `code_invalid`
   */
  async match(memberId: string, code: string): Promise<MatchedRecoveryCode> {
    const digests = this.digests.candidates(memberId, code);
    if (!(await this.repository.hasUnused(memberId, digests))) throw wrongOrUsed();
    return { kind: 'recovery-code', digests };
  }

  /**
   * Uses the code up.
   * @returns how many codes are left
   * @throws DomainError `code_invalid` for the second of two requests with one code
   */
  async spend(tx: Tx, memberId: string, { digests }: MatchedRecoveryCode): Promise<number> {
    const left = await this.repository.spend(tx, memberId, digests);
    if (left === null) throw wrongOrUsed();
    return left;
  }
}

function wrongOrUsed(): DomainError {
  return new DomainError('code_invalid', { detail: 'recovery code wrong or used' });
}
