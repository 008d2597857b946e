import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { digest } from '../platform/crypto/digest.js';
import { randomCode, randomToken } from '../platform/crypto/random.js';
import { AppConfig } from '../platform/config/app-config.js';
import { settleAll } from '../platform/concurrency/settle-all.js';
import type { Tx } from '../platform/database/sql.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import { MailService } from '../mail/mail.service.js';
import { DECOY_MEMBER_ID } from '../users/decoy-member.js';
import { CodeDigests } from './code-digests.js';
import type { ChallengeMethod, EmailChallengePurpose } from './email-challenge.entity.js';
import { EmailChallengesRepository, type ChallengeSelection } from './email-challenges.repository.js';
import { ResetGrantsRepository } from './reset-grants.repository.js';

/**
 * Who a challenge is for. Without a member and without a sign-up it is a decoy, which no code and
 * no link matches.
 */
export interface ChallengeSubject {
  readonly emailKey: string;
  readonly memberId?: string;
  readonly signUpId?: string;
  /** The login ID that the request named besides the address. */
  readonly namedLoginId?: string | null;
  /** For an address change: the address as typed, to which the challenge is mailed. */
  readonly newEmail?: string;
  /** For an address change: the member's present address. */
  readonly oldEmailKey?: string;
  /** The administrator who began it for another person, if it ends with the administrator's sessions. */
  readonly startedBy?: string | undefined;
}

export interface IssueOptions {
  readonly linkTtlSeconds: number;
  /** Default: CODE_TTL_SECONDS. */
  readonly codeTtlSeconds?: number;
  /** Whether a mail carries the challenge to its address. For a sign-up: whether its limits allow a mail. */
  readonly deliversToMailbox: boolean;
  /** Whether its subject is new, so that there is none to replace. Default: false. */
  readonly isFirst?: boolean;
}

/** A new challenge with its secrets, which only the mail may carry. */
export interface IssuedEmailChallenge {
  readonly id: string;
  readonly code: string;
  readonly linkToken: string;
}

/** Issues, spends and voids e-mail challenges: one mailed code and link, one row. */
@Injectable()
export class EmailChallengesService {
  constructor(
    private readonly config: AppConfig,
    private readonly codeDigests: CodeDigests,
    private readonly challenges: EmailChallengesRepository,
    private readonly grants: ResetGrantsRepository,
    private readonly mail: MailService,
  ) {}

  /**
   * Makes a code and a link. If they are mailed, they replace the open challenge of the same
   * sign-up, or of the same address, purpose and named login ID. If they are not mailed (a decoy,
   * or too many mails), they replace only what was not mailed either: otherwise an attacker who knows
   * an address could void its owner's codes without any mail being sent.
   */
  async issue(
    tx: Tx,
    purpose: EmailChallengePurpose,
    subject: ChallengeSubject,
    options: IssueOptions,
  ): Promise<IssuedEmailChallenge> {
    const { linkTtlSeconds, codeTtlSeconds = this.config.env.CODE_TTL_SECONDS, deliversToMailbox } = options;
    const id = randomUUID();
    const code = randomCode();
    const linkToken = randomToken();
    const { emailKey, memberId = null, signUpId = null, newEmail = null, oldEmailKey = null } = subject;
    const { namedLoginId = null, startedBy = null } = subject;
    const isDecoy = memberId === null && signUpId === null && purpose !== 'invitation';
    // A challenge that is never mailed has no code and no link. Otherwise an attacker could guess at codes without causing
    // a mail. A sign-up on a taken or voided address is not mailed, but has them; its activation is refused.
    const isUsable = deliversToMailbox && !isDecoy;
    // A decoy runs the same statements on as many rows, because it replaces the previous decoy. So
    // the response time does not show whether the address is known (EN-06). Grants are voided
    // before challenges, as in voidAllOf, so that two transactions that void both cannot deadlock.
    if (purpose === 'password-reset')
      await this.grants.voidAll(tx, deliversToMailbox ? (memberId ?? DECOY_MEMBER_ID) : DECOY_MEMBER_ID);
    const unmailed = isDecoy ? { decoysOf: emailKey, purpose, namedLoginId } : replacedByUnmailed(purpose, subject);
    const selection = deliversToMailbox ? replacedBy(purpose, subject) : unmailed;
    const replaced = options.isFirst === true ? [] : await this.voidWhere(tx, selection);
    await this.challenges.insert(
      tx,
      {
        id,
        purpose,
        emailKey,
        memberId,
        signUpId,
        newEmail,
        oldEmailKey,
        startedBy,
        namedLoginId,
        codeHmac: isUsable ? this.codeDigests.compute(id, code) : null,
        linkDigest: isUsable ? digest(linkToken) : null,
      },
      codeTtlSeconds,
      linkTtlSeconds,
    );
    // Of two requests at the same moment, the request id of the replaced one must lead to the code
    // that was mailed for the other. Not for an address change: there the replaced challenge may be
    // for another address (OC-06).
    if (purpose !== 'email-change')
      await this.challenges.moveRequests(tx, replaced, id, this.config.env.CODE_RESEND_SECONDS);
    return { id, code, linkToken };
  }

  /** @returns a new request id for the challenge */
  async addRequest(tx: Tx, challengeId: string): Promise<string> {
    const requestId = randomToken();
    await this.addRequestId(tx, challengeId, requestId);
    return requestId;
  }

  /** @param requestId a secret that the client holds already */
  async addRequestId(tx: Tx, challengeId: string, requestId: string): Promise<void> {
    await this.challenges.addRequest(tx, digest(requestId), challengeId);
  }

  /**
   * Makes other requests for this address and purpose wait until commit. Without the lock, of two
   * requests at the same moment, the one without a mail would find no challenge yet and issue a
   * decoy, and the code just mailed would not match its request id.
   */
  async lockAddress(tx: Tx, emailKey: string, purpose: EmailChallengePurpose): Promise<void> {
    await this.challenges.lockAddress(tx, emailKey, purpose);
  }

  /**
   * Finds the newest challenge whose code is still valid: that of `memberId` if it is set, and with
   * the same named login ID, or none.
   */
  async findOpen(
    tx: Tx,
    emailKey: string,
    purpose: EmailChallengePurpose,
    owner: { readonly memberId?: string; readonly namedLoginId?: string | null },
  ): Promise<string | null> {
    return this.challenges.findOpenByAddress(tx, emailKey, purpose, owner);
  }

  /**
   * Uses up code and link. The challenge of a member proves the mailbox that the member has now: one
   * that was issued while the address changed ends with the previous address (CC-10).
   * @param memberEmailKey the present address, read under the member's lock; null for a sign-up
   * @throws DomainError `code_invalid` or `link_invalid` where another request used them first, or
   * where the member has had another address since
   */
  async spend(tx: Tx, challengeId: string, method: ChallengeMethod, memberEmailKey: string | null): Promise<void> {
    if (!(await this.challenges.spend(tx, challengeId, method, memberEmailKey)))
      throw new DomainError(method === 'code' ? 'code_invalid' : 'link_invalid', {
        detail: 'used by another request a moment ago, or the address has changed',
      });
    await this.mail.dropForChallenges(tx, [challengeId]);
  }

  /**
   * Voids a member's open codes, links and reset grants, so that nothing requested before a
   * password or address change still works. Also those that the member began for others as an
   * administrator: an intruder in the account could have sent them (AC-22, AC-24).
   */
  async voidAllOf(tx: Tx, memberId: string): Promise<void> {
    await settleAll([this.grants.voidAll(tx, memberId), this.voidWhere(tx, { ofOrBegunBy: memberId })]);
  }

  /**
   * Voids what the member, or an intruder, began in a session: an address change, and what an
   * administrator began for others.
   */
  async voidBegunBySessions(tx: Tx, memberId: string): Promise<void> {
    await this.voidWhere(tx, { begunBySessionsOf: memberId });
  }

  /**
   * Voids the reset grants that a login may have given. Those of a mailed code stay, unless the member has
   * to change the password: then they look the same.
   */
  async voidGrantsOfLogins(tx: Tx, memberId: string): Promise<void> {
    await this.grants.voidOfLogins(tx, memberId);
  }

  /** Voids what the member began for others as an administrator. */
  async voidBegunForOthers(tx: Tx, memberId: string): Promise<void> {
    await this.voidWhere(tx, { startedBy: memberId });
  }

  /** Voids the code and link of an invitation of this address. */
  async voidInvitation(tx: Tx, emailKey: string): Promise<void> {
    await this.voidWhere(tx, { emailKey, purpose: 'invitation', namedLoginId: null });
  }

  /** Voids the challenges mailed for these sign-ups. */
  async voidSignUps(tx: Tx, signUpIds: readonly string[]): Promise<void> {
    await this.mail.dropForChallenges(tx, await this.challenges.voidOfSignUps(tx, signUpIds));
  }

  private async voidWhere(tx: Tx, selection: ChallengeSelection): Promise<string[]> {
    const ids = await this.challenges.voidWhere(tx, selection);
    await this.mail.dropForChallenges(tx, ids);
    return ids;
  }
}

/** Which challenges a new one replaces. */
function replacedBy(
  purpose: EmailChallengePurpose,
  { emailKey, memberId, signUpId, namedLoginId = null }: ChallengeSubject,
): ChallengeSelection {
  if (signUpId !== undefined) return { signUpId };
  // Selected by member, because two members who both enter one address must not void each other's
  // challenges.
  if (purpose === 'email-change' && memberId !== undefined) return { memberId, purpose, isMailed: true };
  return { emailKey, purpose, namedLoginId };
}

/**
 * Which challenges a member's new one without a mail replaces. A request to change to a taken address
 * replaces the last one of its kind, as that to a free address does: their times are equal (EN-08).
 */
function replacedByUnmailed(purpose: EmailChallengePurpose, { memberId }: ChallengeSubject): ChallengeSelection {
  const isChange = purpose === 'email-change' && memberId !== undefined;
  return isChange ? { memberId, purpose, isMailed: false } : { memberId: DECOY_MEMBER_ID };
}
