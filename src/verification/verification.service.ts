import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { digest, equalDigests, keyedDigest } from '../common/digest.js';
import { KeyRing } from '../common/key-ring.js';
import { randomCode, randomToken } from '../common/random.js';
import { AppConfig } from '../config/app-config.js';
import type { Tx } from '../database/sql.js';
import { DomainError } from '../errors/domain-error.js';
import { MailService } from '../mail/mail.service.js';
import { GuessBudgetService } from '../rate-limits/guess-budget.service.js';
import type { ProofPurpose } from './proof-request.entity.js';
import {
  ProofRequestsRepository,
  type GuessableProof,
  type LinkedProof,
  type ProofDoor,
} from './proof-requests.repository.js';
import { ResetGrantsRepository, type IssuedGrant } from './reset-grants.repository.js';

/** Whom a proof is for. With neither, it is a phantom: it behaves like the others and nothing fits it. */
export interface ProofSubject {
  readonly emailKey: string;
  readonly memberId?: string;
  readonly signUpId?: string;
}

/** The secrets of a new proof, for the mail alone. */
export interface IssuedProof {
  readonly id: string;
  readonly code: string;
  readonly linkToken: string;
}

/** Issues, checks and spends mailbox proofs. Knows purposes, not what follows from them. */
@Injectable()
export class VerificationService {
  constructor(
    private readonly config: AppConfig,
    private readonly keys: KeyRing,
    private readonly proofs: ProofRequestsRepository,
    private readonly grants: ResetGrantsRepository,
    private readonly guesses: GuessBudgetService,
    private readonly mail: MailService,
  ) {}

  /** Makes a code and a link, one row. What was open before for the same sign-up, or the same address and purpose, dies. */
  async issue(tx: Tx, purpose: ProofPurpose, subject: ProofSubject, linkTtlSeconds: number): Promise<IssuedProof> {
    const id = randomUUID();
    const code = randomCode();
    const linkToken = randomToken();
    const { emailKey, memberId = null, signUpId = null } = subject;
    const isPhantom = memberId === null && signUpId === null;
    await this.voidWhere(tx, signUpId === null ? { emailKey, purpose } : { signUpId });
    if (memberId !== null && purpose === 'password-reset') await this.grants.voidAll(tx, memberId);
    await this.proofs.insert(
      tx,
      {
        id,
        purpose,
        emailKey,
        memberId,
        signUpId,
        codeHmac: isPhantom ? null : this.codeHmac(id, code),
        linkDigest: isPhantom ? null : digest(linkToken),
      },
      this.config.env.CODE_TTL_SECONDS,
      linkTtlSeconds,
    );
    return { id, code, linkToken };
  }

  /** A further handle (`requestId`) to a proof. */
  async addHandle(tx: Tx, proofId: string): Promise<string> {
    const handle = randomToken();
    await this.proofs.addHandle(tx, digest(handle), proofId);
    return handle;
  }

  async findOpen(tx: Tx, emailKey: string, purpose: ProofPurpose): Promise<string | null> {
    return this.proofs.findOpenByAddress(tx, emailKey, purpose);
  }

  /**
   * Checks a code against the request a client holds. The guess is counted, for the code and for the address's day,
   * before anything is compared, and stays counted whatever follows.
   * @throws DomainError `code_invalid` for wrong, used, expired, replaced and phantom alike; `too_many_attempts`
   */
  async checkCodeByHandle(purpose: ProofPurpose, handle: string, code: string): Promise<GuessableProof> {
    return this.checkCode(await this.proofs.findByHandle(digest(handle), purpose), code);
  }

  /** As {@link checkCodeByHandle}, for the newest proof of a sign-up. */
  async checkCodeBySignUp(signUpId: string, code: string): Promise<GuessableProof> {
    return this.checkCode(await this.proofs.findBySignUp(signUpId), code);
  }

  /** Finds the proof of a link and says what is wrong with it. Reads only. @throws DomainError `link_invalid`, `link_expired` */
  async getByLink(purpose: ProofPurpose, linkToken: string): Promise<LinkedProof> {
    const proof = await this.proofs.findByLink(digest(linkToken), purpose);
    if (!proof) throw new DomainError('link_invalid', { detail: 'unknown' });
    if (proof.isOver) throw new DomainError('link_invalid', { detail: 'used or replaced' });
    if (proof.isExpired) throw new DomainError('link_expired');
    return proof;
  }

  /** As {@link getByLink}, also when its proof is over. */
  async findByLink(purpose: ProofPurpose, linkToken: string): Promise<LinkedProof | null> {
    return this.proofs.findByLink(digest(linkToken), purpose);
  }

  /** Counts a guess at the password that goes with a link. @throws DomainError `too_many_attempts` */
  async takeLinkGuess(proof: { id: string; emailKey: string }): Promise<void> {
    await this.guesses.take(proof.emailKey);
    if (!(await this.proofs.countGuess(proof.id, 'link', this.config.env.CODE_GUESS_LIMIT)))
      throw new DomainError('too_many_attempts', { detail: 'guesses of this proof' });
  }

  /** Uses up code and link. @throws DomainError for whoever comes second */
  async spend(tx: Tx, proofId: string, door: ProofDoor): Promise<void> {
    if (!(await this.proofs.spend(tx, proofId, door)))
      throw new DomainError(door === 'code' ? 'code_invalid' : 'link_invalid', { detail: 'used a moment ago' });
    await this.mail.dropForProofs(tx, [proofId]);
  }

  /** Allows setting a new password once. */
  async grantReset(tx: Tx, memberId: string): Promise<IssuedGrant> {
    return this.grants.insert(tx, memberId, this.config.env.RESET_TOKEN_TTL_SECONDS);
  }

  async isGrantUsable(grantId: string, memberId: string): Promise<boolean> {
    return this.grants.isUsable(grantId, memberId);
  }

  /** @throws DomainError `token_invalid` when used, voided or expired */
  async spendGrant(tx: Tx, grantId: string, memberId: string): Promise<void> {
    if (!(await this.grants.spend(tx, grantId, memberId)))
      throw new DomainError('token_invalid', { detail: 'reset grant used or void' });
  }

  /** After a password or address change nothing that was under way may go on: open codes, links and reset tokens die. */
  async voidAllOf(tx: Tx, memberId: string): Promise<void> {
    await this.grants.voidAll(tx, memberId);
    await this.voidWhere(tx, { memberId });
  }

  private async voidWhere(tx: Tx, where: Parameters<ProofRequestsRepository['voidWhere']>[1]): Promise<void> {
    await this.mail.dropForProofs(tx, await this.proofs.voidWhere(tx, where));
  }

  private async checkCode(proof: GuessableProof | null, code: string): Promise<GuessableProof> {
    if (!proof) throw new DomainError('code_invalid', { detail: 'no such request' });
    await this.guesses.take(proof.emailKey);
    if (!(await this.proofs.countGuess(proof.id, 'code', this.config.env.CODE_GUESS_LIMIT)))
      throw new DomainError('code_invalid', { detail: 'over, or guessed at too often' });
    const isRight = this.keys
      .all('proof-code')
      .some((key) => proof.codeHmac !== null && equalDigests(proof.codeHmac, keyedDigest(key, proof.id, code)));
    if (!isRight) throw new DomainError('code_invalid', { detail: 'wrong' });
    return proof;
  }

  /** Bound to its row, so that a stored value means nothing in another one. */
  private codeHmac(proofId: string, code: string): Buffer {
    return keyedDigest(this.keys.current('proof-code'), proofId, code);
  }
}
