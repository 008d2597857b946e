import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../platform/http/client-context.js';
import { parseEmailAddress } from '../platform/addresses/email-address.js';
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
import { VerificationService, type IssuedEmailChallenge } from './verification.service.js';

/** What differs between the recoveries that begin with a mailed code. */
export interface CodeRequestKind<Name extends keyof MailTemplates> {
  readonly purpose: EmailChallengePurpose;
  readonly template: Name;
  readonly linkTtlSeconds: number;
  /** What the request names besides the address. */
  readonly namedLoginId: string | null;
  /** Whether this member is the one asked for. */
  accepts(member: Addressee): boolean;
  mailData(
    member: Pick<Addressee, 'loginId' | 'name'>,
    proof: IssuedEmailChallenge,
    asked: RequestOrigin,
  ): MailTemplates[Name];
  /** Written in the same commit; without a member for an address nobody has. */
  record(tx: Tx, memberId: string | null): Promise<void>;
}

/** A member of the same shape as any, for doing the same work where there is none. */
const DECOY_RECIPIENT: Pick<Addressee, 'loginId' | 'name'> & MailRecipient = {
  loginId: 'nobody',
  name: null,
  memberId: null,
  email: 'nobody@munjigi.invalid',
  locale: 'en',
};

/**
 * No request is answered earlier than this after it came. A known address takes a few tenths of a millisecond longer than one that
 * nobody has: what is written has an owner, which PostgreSQL looks up, and a mail is carried along. That must not show (EN-06).
 */
const ANSWER_MS = 30;

/**
 * Takes requests for a mailed code. Known, unknown and disabled addresses, and those that had their share of mail, are
 * answered alike and cost alike: a row is written, a mail is queued, and for some of them it is withheld (EN-01, EN-03).
 */
@Injectable()
export class CodeRequestsService {
  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly verification: VerificationService,
    private readonly mail: MailService,
    private readonly ipLimits: IpLimitsService,
    private readonly mailBudget: MailBudgetService,
  ) {}

  /** @returns the handle that goes with the code. @throws DomainError `too_many_requests` */
  async request<Name extends keyof MailTemplates>(
    email: string,
    kind: CodeRequestKind<Name>,
    context: ClientContext,
  ): Promise<string> {
    await this.ipLimits.takeRequest(context);
    const answerable = delay(ANSWER_MS);
    const handle = await this.take(email, kind, context);
    await answerable;
    return handle;
  }

  private async take<Name extends keyof MailTemplates>(
    email: string,
    kind: CodeRequestKind<Name>,
    context: ClientContext,
  ): Promise<string> {
    const { key: emailKey } = parseEmailAddress(email)!;
    // Before the look-up, by the canonical form of what was submitted: the cooldown must not tell who exists (EN-02).
    const { namedLoginId } = kind;
    const mayMail = await this.mailBudget.takeForRecovery(emailKey, namedLoginId);
    let isMailed = false;
    const handle = await this.database.transaction(async (tx) => {
      await this.verification.lockAddress(tx, emailKey, kind.purpose);
      const member = mayMail ? await this.findAccepted(tx, emailKey, kind) : null;
      isMailed = member !== null;
      const open = mayMail ? null : await this.verification.findOpen(tx, emailKey, kind.purpose, { namedLoginId });
      // Too soon for another mail, but the last one's code is still good: a new handle to it.
      const proofId = open ?? (await this.issue(tx, emailKey, member, kind, context));
      return this.verification.addHandle(tx, proofId);
    });
    // Not waited for, and for those who are mailed the same is done to an address nobody has: the time must not show who is.
    if (mayMail) void this.mailBudget.refundUndelivered(isMailed ? `${emailKey}.invalid` : emailKey, namedLoginId);
    return handle;
  }

  /** The member who gets the mail; null where there is none, and nobody is told. */
  private async findAccepted<Name extends keyof MailTemplates>(
    tx: Tx,
    emailKey: string,
    kind: CodeRequestKind<Name>,
  ): Promise<Addressee | null> {
    const found = await this.members.findByEmailKey(tx, emailKey);
    return found !== null && found.status !== 'disabled' && kind.accepts(found) ? found : null;
  }

  private async issue<Name extends keyof MailTemplates>(
    tx: Tx,
    emailKey: string,
    member: Addressee | null,
    kind: CodeRequestKind<Name>,
    context: ClientContext,
  ): Promise<string> {
    const { namedLoginId } = kind;
    const subject = { emailKey, namedLoginId, ...(member && { memberId: member.id }) };
    const options = { linkTtlSeconds: kind.linkTtlSeconds, isMailed: member !== null };
    const proof = await this.verification.issue(tx, kind.purpose, subject, options);
    const asked = requestOrigin(context);
    const to = member ? recipientOf(member) : DECOY_RECIPIENT;
    await this.mail.queue(tx, kind.template, to, kind.mailData(member ?? DECOY_RECIPIENT, proof, asked), {
      proofId: proof.id,
      withhold: member === null,
      lifetimeSeconds: Math.max(kind.linkTtlSeconds, this.config.env.CODE_TTL_SECONDS),
    });
    await kind.record(tx, member?.id ?? null);
    return proof.id;
  }
}
