import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../platform/http/client-context.js';
import { parseEmailAddress } from '../platform/addresses/email-address.js';
import { waitUntil } from '../platform/concurrency/wait-until.js';
import { AppConfig } from '../platform/config/app-config.js';
import { Database } from '../platform/database/database.js';
import type { Tx } from '../platform/database/sql.js';
import { recipientOf, type MailRecipient } from '../mail/mail-recipient.js';
import { MailService } from '../mail/mail.service.js';
import type { MailTemplates } from '../mail/templates/mail-template.js';
import { IpLimitsService } from '../security/rate-limits/ip-limits.service.js';
import { MailBudgetService } from '../security/rate-limits/mail-budget.service.js';
import { MembersRepository, type Addressee } from '../users/members.repository.js';
import type { EmailChallengePurpose } from './email-challenge.entity.js';
import { requestOrigin, type RequestOrigin } from './challenge-mail.js';
import { EmailChallengesService, type IssuedEmailChallenge } from './email-challenges.service.js';

/** What differs between the recoveries that begin with a mailed code. */
export interface CodeRequestKind<Name extends keyof MailTemplates> {
  readonly purpose: EmailChallengePurpose;
  readonly template: Name;
  readonly linkTtlSeconds: number;
  /** The login ID that the request names besides the address. */
  readonly namedLoginId: string | null;
  /** Whether this member, who has the address, is the one that the request names. */
  accepts(member: Addressee): boolean;
  composeMail(
    member: Pick<Addressee, 'loginId' | 'name'>,
    challenge: IssuedEmailChallenge,
    origin: RequestOrigin,
  ): MailTemplates[Name];
  /**
   * Writes the audit row of a new challenge in the same commit. `memberId` is null where no mail is sent: for an unknown
   * address, a disabled member, another login ID, or too many mails.
   */
  record(tx: Tx, memberId: string | null): Promise<void>;
}

/** A recorded request for a mailed code. */
export interface CodeRequest {
  /** The client sends it back together with the code. */
  readonly requestId: string;
  /** Whole seconds until the same request can bring another mail. */
  readonly resendAfter: number;
}

/** Stands in for a member where the address is unknown, so that the same work is done. */
const DECOY_RECIPIENT: Pick<Addressee, 'loginId' | 'name'> & MailRecipient = {
  loginId: 'decoy',
  name: null,
  memberId: null,
  email: 'decoy@munjigi.invalid',
  locale: 'en',
};

/**
 * The minimum response time of a request. A known address takes a few tenths of a millisecond
 * longer than an unknown one, because PostgreSQL checks the foreign keys of its rows and the outbox
 * row is larger. The response time must not show that (EN-06). The mail is sent after the answer: a
 * process that has just sent one answers sooner than one that slept.
 */
const MIN_RESPONSE_MS = 30;

/**
 * Takes requests for a mailed code. Known, unknown and disabled addresses, and those that had too
 * many mails, get the same answer after the same work: a row is written and a mail is queued. Some
 * of these mails are withheld (EN-01, EN-03).
 */
@Injectable()
export class CodeRequestsService {
  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly challenges: EmailChallengesService,
    private readonly mail: MailService,
    private readonly ipLimits: IpLimitsService,
    private readonly mailBudget: MailBudgetService,
  ) {}

  /** @throws DomainError `too_many_requests` */
  async request<Name extends keyof MailTemplates>(
    email: string,
    kind: CodeRequestKind<Name>,
    context: ClientContext,
  ): Promise<CodeRequest> {
    await this.ipLimits.takeRequest(context);
    const answersAt = performance.now() + MIN_RESPONSE_MS;
    const codeRequest = await this.createRequest(email, kind, context);
    await waitUntil(answersAt);
    return codeRequest;
  }

  private async createRequest<Name extends keyof MailTemplates>(
    email: string,
    kind: CodeRequestKind<Name>,
    context: ClientContext,
  ): Promise<CodeRequest> {
    const { key: emailKey } = parseEmailAddress(email)!;
    const { purpose, namedLoginId } = kind;
    // Taken before the look-up, by the request as submitted: the limits must not show which
    // addresses exist (EN-02).
    const { mayMail, resendAfter } = await this.mailBudget.takeForRecovery({ emailKey, purpose, namedLoginId });
    return this.database.transaction(async (tx) => {
      await this.challenges.lockAddress(tx, emailKey, purpose);
      const member = mayMail ? await this.findRecipient(tx, emailKey, kind) : null;
      // Too soon for another mail: the request gets a new id for the challenge that was mailed
      // last, whose code is still valid.
      const openId = mayMail ? null : await this.challenges.findOpen(tx, emailKey, purpose, { namedLoginId });
      const challengeId = openId ?? (await this.issue(tx, emailKey, member, kind, context));
      return { requestId: await this.challenges.addRequest(tx, challengeId), resendAfter };
    });
  }

  /**
   * Finds the member who gets the mail. Null if no mail is sent; the answer to the client is the
   * same.
   */
  private async findRecipient<Name extends keyof MailTemplates>(
    tx: Tx,
    emailKey: string,
    kind: CodeRequestKind<Name>,
  ): Promise<Addressee | null> {
    const member = await this.members.findByEmailKey(tx, emailKey);
    return member !== null && member.status !== 'disabled' && kind.accepts(member) ? member : null;
  }

  /**
   * Issues a challenge and queues its mail; for a decoy the mail is withheld.
   * @returns the id of the challenge
   */
  private async issue<Name extends keyof MailTemplates>(
    tx: Tx,
    emailKey: string,
    member: Addressee | null,
    kind: CodeRequestKind<Name>,
    context: ClientContext,
  ): Promise<string> {
    const { linkTtlSeconds, namedLoginId } = kind;
    const subject = { emailKey, namedLoginId, ...(member && { memberId: member.id }) };
    const options = { linkTtlSeconds, deliversToMailbox: member !== null };
    const challenge = await this.challenges.issue(tx, kind.purpose, subject, options);
    const recipient = member ? recipientOf(member) : DECOY_RECIPIENT;
    const data = kind.composeMail(member ?? DECOY_RECIPIENT, challenge, requestOrigin(context));
    await this.mail.queue(tx, kind.template, recipient, data, {
      challengeId: challenge.id,
      withhold: member === null,
      lifetimeSeconds: Math.max(linkTtlSeconds, this.config.env.CODE_TTL_SECONDS),
      pauseMs: MIN_RESPONSE_MS,
    });
    await kind.record(tx, member?.id ?? null);
    return challenge.id;
  }
}
