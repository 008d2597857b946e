import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { digest, equalDigests, keyedDigest } from '../platform/crypto/digest.js';
import { KeyRing } from '../platform/crypto/key-ring.js';
import { randomCode, randomToken } from '../platform/crypto/random.js';
import { AppConfig } from '../platform/config/app-config.js';
import type { Tx } from '../platform/database/sql.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import { MailService } from '../mail/mail.service.js';
import { GuessBudgetService } from '../security/rate-limits/guess-budget.service.js';
import { DECOY_MEMBER_ID } from '../users/decoy-member.js';
import type { EmailChallengePurpose } from './email-challenge.entity.js';
import {
  EmailChallengesRepository,
  type GuessableChallenge,
  type LinkedChallenge,
  type ProofMethod,
  type ChallengeSelection,
} from './email-challenges.repository.js';
import { ResetGrantsRepository, type IssuedGrant } from './reset-grants.repository.js';

/** Whom a proof is for. With neither, it is a phantom: it behaves like the others and nothing fits it. */
export interface ChallengeSubject {
  readonly emailKey: string;
  readonly memberId?: string;
  readonly signUpId?: string;
  /** What the request named besides the address. */
  readonly namedLoginId?: string | null;
  /** For an address change: where the proof is mailed to, as typed. */
  readonly newEmail?: string;
}

export interface IssueOptions {
  readonly linkTtlSeconds: number;
  /** Whether a mail carries it to its address. */
  readonly isMailed: boolean;
}

/** What the half of a day's guesses is kept for, see {@link GuessBudgetService}. */
const RECOVERIES: ReadonlySet<EmailChallengePurpose> = new Set(['password-reset', 'find-login-id']);

/** The secrets of a new proof, for the mail alone. */
export interface IssuedEmailChallenge {
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
    private readonly proofs: EmailChallengesRepository,
    private readonly grants: ResetGrantsRepository,
    private readonly guesses: GuessBudgetService,
    private readonly mail: MailService,
  ) {}

  /**
   * Makes a code and a link, one row. Where it is mailed, what was open before for the same sign-up, or the same address,
   * purpose and named login ID, dies. Where it is not (a phantom, or too much mail), nobody will ever see its secrets, and nothing dies
   * for it: otherwise whoever knows an address could kill its owner's codes without a single mail going out.
   */
  async issue(
    tx: Tx,
    purpose: EmailChallengePurpose,
    subject: ChallengeSubject,
    { linkTtlSeconds, isMailed }: IssueOptions,
  ): Promise<IssuedEmailChallenge> {
    const id = randomUUID();
    const code = randomCode();
    const linkToken = randomToken();
    const { emailKey, memberId = null, signUpId = null, newEmail = null, namedLoginId = null } = subject;
    const isPhantom = memberId === null && signUpId === null;
    // The same statements for phantoms, and as many rows: a phantom replaces the phantom before it. Time must not tell them apart (EN-06).
    // Grants before proofs, as in voidAllOf: two units of work that void both must not wait in a circle.
    if (purpose === 'password-reset')
      await this.grants.voidAll(tx, isMailed ? (memberId ?? DECOY_MEMBER_ID) : DECOY_MEMBER_ID);
    const unmailed = isPhantom ? { phantomsOf: emailKey, purpose, namedLoginId } : { memberId: DECOY_MEMBER_ID };
    const replaced = await this.voidWhere(tx, isMailed ? replacedBy(purpose, subject) : unmailed);
    await this.proofs.insert(
      tx,
      {
        id,
        purpose,
        emailKey,
        memberId,
        signUpId,
        newEmail,
        namedLoginId,
        codeHmac: isPhantom ? null : this.codeHmac(id, code),
        linkDigest: isPhantom ? null : digest(linkToken),
      },
      this.config.env.CODE_TTL_SECONDS,
      linkTtlSeconds,
    );
    // Requests of the same moment: the handle that one of them got must not lead past the mail that the other caused.
    // Not for an address change: there the replaced request may be for another address (OC-06).
    if (purpose !== 'email-change')
      await this.proofs.moveHandles(tx, replaced, id, this.config.env.CODE_RESEND_SECONDS);
    return { id, code, linkToken };
  }

  /** A further handle (`requestId`) to a proof. */
  async addHandle(tx: Tx, proofId: string): Promise<string> {
    const handle = randomToken();
    await this.proofs.addHandle(tx, digest(handle), proofId);
    return handle;
  }

  /**
   * Has requests for one address take turns until commit. Otherwise, of two at the same moment, the one that may mail
   * nothing finds no proof yet, makes a phantom, and its handle leads past the code that the other one has just mailed.
   */
  async lockAddress(tx: Tx, emailKey: string, purpose: EmailChallengePurpose): Promise<void> {
    await this.proofs.lockAddress(tx, emailKey, purpose);
  }

  /** The newest proof whose code may still be used: for this member alone where one is given, for this login ID or none. */
  async findOpen(
    tx: Tx,
    emailKey: string,
    purpose: EmailChallengePurpose,
    of: { readonly memberId?: string; readonly namedLoginId?: string | null },
  ): Promise<string | null> {
    return this.proofs.findOpenByAddress(tx, emailKey, purpose, of);
  }

  /**
   * Checks a code against the request a client holds. The guess is counted, for the code and for the address's day,
   * before anything is compared, and stays counted whatever follows.
   * @throws DomainError `code_invalid` for wrong, used, expired, replaced and phantom alike; `too_many_attempts`
   */
  async checkCodeByHandle(purpose: EmailChallengePurpose, handle: string, code: string): Promise<GuessableChallenge> {
    const proof = await this.proofs.findByHandle(digest(handle), purpose);
    const isReserved = RECOVERIES.has(purpose) && proof?.namedLoginId === null;
    return this.checkCode(proof, code, isReserved);
  }

  /** As {@link checkCodeByHandle}, for the newest proof of a sign-up. */
  async checkCodeBySignUp(signUpId: string, code: string): Promise<GuessableChallenge> {
    return this.checkCode(await this.proofs.findBySignUp(signUpId), code, false);
  }

  /** Finds the proof of a link and says what is wrong with it. Reads only. @throws DomainError `link_invalid`, `link_expired` */
  async getByLink(purpose: EmailChallengePurpose, linkToken: string): Promise<LinkedChallenge> {
    const proof = await this.proofs.findByLink(digest(linkToken), purpose);
    if (!proof) throw new DomainError('link_invalid', { detail: 'unknown' });
    if (proof.isOver) throw new DomainError('link_invalid', { detail: 'used or replaced' });
    if (proof.isExpired) throw new DomainError('link_expired');
    return proof;
  }

  /** As {@link getByLink}, also when its proof is over. */
  async findByLink(purpose: EmailChallengePurpose, linkToken: string): Promise<LinkedChallenge | null> {
    return this.proofs.findByLink(digest(linkToken), purpose);
  }

  /** Counts a guess at the password that goes with a link. @throws DomainError `too_many_attempts` */
  async takeLinkGuess(proof: { id: string; emailKey: string }): Promise<void> {
    if (!(await this.proofs.countGuess(proof.id, 'link', this.config.env.CODE_GUESS_LIMIT)))
      // Another link may be asked for by then, and has guesses of its own.
      throw new DomainError('too_many_attempts', {
        retryAfter: this.config.env.CODE_RESEND_SECONDS,
        detail: 'guesses of this proof',
      });
    await this.guesses.takeUnreserved(proof.emailKey);
  }

  /** Takes back the guess that a right code or password was counted as, for this proof alone: what was counted for the day stays. */
  async uncountGuess(proofId: string): Promise<void> {
    await this.proofs.uncountGuess(proofId);
  }

  /** Uses up code and link. @throws DomainError for whoever comes second */
  async spend(tx: Tx, proofId: string, door: ProofMethod): Promise<void> {
    if (!(await this.proofs.spend(tx, proofId, door)))
      throw new DomainError(door === 'code' ? 'code_invalid' : 'link_invalid', { detail: 'used a moment ago' });
    await this.mail.dropForProofs(tx, [proofId]);
  }

  /** Allows setting a new password once, in place of the one of this version and no later one. */
  async grantReset(tx: Tx, memberId: string, passwordVersion: number): Promise<IssuedGrant> {
    return this.grants.insert(tx, memberId, passwordVersion, this.config.env.RESET_TOKEN_TTL_SECONDS);
  }

  async isGrantUsable(grantId: string, memberId: string): Promise<boolean> {
    return this.grants.isUsable(grantId, memberId);
  }

  /** @returns the version of the password it may replace. @throws DomainError `token_invalid` when used, voided or expired */
  async spendGrant(tx: Tx, grantId: string, memberId: string): Promise<number> {
    const passwordVersion = await this.grants.spend(tx, grantId, memberId);
    if (passwordVersion === null) throw new DomainError('token_invalid', { detail: 'reset grant used or void' });
    return passwordVersion;
  }

  /** After a password or address change nothing that was under way may go on: open codes, links and reset tokens die. */
  async voidAllOf(tx: Tx, memberId: string): Promise<void> {
    await this.grants.voidAll(tx, memberId);
    await this.voidWhere(tx, { memberId });
  }

  /** Voids what was mailed for these claims. */
  async voidSignUps(tx: Tx, signUpIds: readonly string[]): Promise<void> {
    await this.mail.dropForProofs(tx, await this.proofs.voidOfSignUps(tx, signUpIds));
  }

  private async voidWhere(tx: Tx, where: ChallengeSelection): Promise<string[]> {
    const ids = await this.proofs.voidWhere(tx, where);
    await this.mail.dropForProofs(tx, ids);
    return ids;
  }

  /** @param isReserved whether guesses at it may take from the half of the day that is kept for recoveries */
  private async checkCode(
    proof: GuessableChallenge | null,
    code: string,
    isReserved: boolean,
  ): Promise<GuessableChallenge> {
    if (!proof) throw new DomainError('code_invalid', { detail: 'no such request' });
    // The code's own count first: what is over takes nothing from the day, or one dead request could use up all of it.
    if (!(await this.proofs.countGuess(proof.id, 'code', this.config.env.CODE_GUESS_LIMIT)))
      throw new DomainError('code_invalid', { detail: 'over, or guessed at too often' });
    if (isReserved) await this.guesses.take(proof.emailKey);
    else await this.guesses.takeUnreserved(proof.emailKey);
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

/** What a new proof replaces: the earlier ones of the same sign-up, of the same member's address change, or of the same address and named login ID. */
function replacedBy(
  purpose: EmailChallengePurpose,
  { emailKey, memberId, signUpId, namedLoginId = null }: ChallengeSubject,
): ChallengeSelection {
  if (signUpId !== undefined) return { signUpId };
  // By member: two members who both name one address must not void each other's requests.
  if (purpose === 'email-change' && memberId !== undefined) return { memberId, purpose };
  return { emailKey, purpose, namedLoginId };
}
