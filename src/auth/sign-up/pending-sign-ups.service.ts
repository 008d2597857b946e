import { Injectable } from '@nestjs/common';
import { settleAll } from '../../platform/concurrency/settle-all.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import { digest } from '../../platform/crypto/digest.js';
import { randomToken } from '../../platform/crypto/random.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { maskLoginId } from '../../users/login-id.js';
import { AppConfig } from '../../platform/config/app-config.js';
import type { Tx } from '../../platform/database/sql.js';
import { recipientOf } from '../../mail/mail-recipient.js';
import { MailService } from '../../mail/mail.service.js';
import { EmailChangesRepository, type AddressHolder } from '../../users/email-changes.repository.js';
import { requestOrigin } from '../../verification/challenge-mail.js';
import { EmailChallengesService, type IssuedEmailChallenge } from '../../verification/email-challenges.service.js';
import { ClaimedIdentities } from './claimed-identities.js';
import { isVoid, NO_PASSWORD, SignUpsRepository, type ContinuedSignUp, type NewSignUp } from './sign-ups.repository.js';

/** Open sign-ups on one address: enough for a family or an office that shares one mailbox. */
const MAX_OPEN_SIGN_UPS = 20;

/** Whether a sign-up may cause a mail. */
export interface SignUpMails {
  /** To the address that it claims. */
  readonly mayMail: boolean;
  /** To the owner of an account with that address, instead. */
  readonly mayNotify: boolean;
}

/** Records pending sign-ups and mails their challenges. */
@Injectable()
export class PendingSignUpsService {
  constructor(
    private readonly config: AppConfig,
    private readonly signUps: SignUpsRepository,
    private readonly emailChanges: EmailChangesRepository,
    private readonly challenges: EmailChallengesService,
    private readonly mail: MailService,
    private readonly auditLog: AuditLogService,
    private readonly claimedIdentities: ClaimedIdentities,
  ) {}

  /**
   * Records a sign-up and mails its challenge. If there are too many sign-ups on one address, those
   * that were never mailed are deleted first (ADR 0002).
   *
   * A sign-up that continues an earlier one takes its place, with its code and link if no other
   * mail may go out yet. The lock decides which of two requests at the same moment is the earlier.
   * @param ownId see {@link SignUpContinuationService.idOf}
   * @param earlier digest of the `signUpId` that the client got before
   * @returns the `signUpId`
   */
  async add(
    tx: Tx,
    signUp: NewSignUp,
    ownId: string,
    earlier: Buffer | null,
    mails: SignUpMails,
    context: ClientContext,
  ): Promise<string> {
    await this.challenges.lockAddress(tx, signUp.emailKey, 'sign-up');
    const [{ continued: found, open }, owner] = await settleAll([
      this.signUps.findOnAddress(tx, signUp.emailKey, digest(ownId), earlier),
      this.emailChanges.findHolder(tx, signUp.emailKey),
    ]);
    // A confirmed sign-up keeps its id, and is not continued.
    const signUpId = found?.isConfirmed ? randomToken() : ownId;
    const continued = found?.isConfirmed ? null : found;
    const current = continued ? takePlaceOf(continued, signUp) : signUp;
    const { SIGN_UP_CLAIM_TTL_SECONDS: ttlSeconds } = this.config.env;
    if (continued) await this.signUps.replace(tx, current, digest(signUpId), ttlSeconds);
    else await this.signUps.insert(tx, current, digest(signUpId), ttlSeconds, mails.mayMail);
    if (continued && mails.mayMail) await this.signUps.markMailed(tx, current.id);
    if (mails.mayMail || !continued) await this.issue(tx, current, owner, { ...mails, isFirst: !continued }, context);
    if (open >= MAX_OPEN_SIGN_UPS) await this.signUps.discardSurplus(tx, signUp.emailKey, MAX_OPEN_SIGN_UPS);
    await this.auditLog.record(tx, 'sign-up.requested', { context }, { loginId: signUp.loginId });
    return signUpId;
  }

  /**
   * Issues a challenge and mails it. Where the address has an account, or had one that can still go
   * back to it (CC-11), its owner is notified instead, and the sign-up can never be confirmed because
   * its code is never mailed.
   */
  async mailChallenge(tx: Tx, signUp: NewSignUp, mails: SignUpMails, context: ClientContext): Promise<void> {
    const owner = await this.emailChanges.findHolder(tx, signUp.emailKey);
    if (mails.mayMail) await this.signUps.markMailed(tx, signUp.id);
    await this.issue(tx, signUp, owner, { ...mails, isFirst: false }, context);
  }

  private async issue(
    tx: Tx,
    signUp: NewSignUp,
    owner: AddressHolder | null,
    { mayMail, mayNotify, isFirst }: SignUpMails & { readonly isFirst: boolean },
    context: ClientContext,
  ): Promise<void> {
    const { SIGN_UP_LINK_TTL_SECONDS: linkTtlSeconds } = this.config.env;
    const subject = { emailKey: signUp.emailKey, signUpId: signUp.id };
    const options = { linkTtlSeconds, deliversToMailbox: mayMail, isFirst };
    const challenge = await this.challenges.issue(tx, 'sign-up', subject, options);
    const origin = requestOrigin(context);
    const provider = this.claimedIdentities.findProviderName(signUp);
    // A sign-up whose rival was confirmed gets no code, even when its address has become free
    // again.
    const withhold = !mayMail || isVoid(signUp);
    if (owner) {
      const loginIdMasked = maskLoginId(owner.loginId);
      const closed = owner.status === 'closed' ? (1 as const) : undefined;
      const reservedUntil = owner.reservedUntil?.toISOString();
      const data = { loginIdMasked, loginUrl: this.config.loginUrl, provider, closed, reservedUntil, ...origin };
      const mailOptions = { withhold: withhold || !mayNotify, lifetimeSeconds: linkTtlSeconds };
      await this.mail.queue(tx, 'sign-up-existing', recipientOf(owner), data, mailOptions);
      return;
    }
    const recipient = { memberId: null, email: signUp.email, locale: signUp.locale };
    const data = { ...this.describeChallenge(signUp, challenge), ...origin };
    const mailOptions = { withhold, lifetimeSeconds: linkTtlSeconds, challengeId: challenge.id };
    await this.mail.queue(tx, 'sign-up', recipient, data, mailOptions);
  }

  /**
   * Ends the other sign-ups on an address that now has a member.
   * @param confirmedId the sign-up that became the member; null where none did
   */
  async voidRivals(tx: Tx, emailKey: string, confirmedId: string | null): Promise<void> {
    await this.challenges.voidSignUps(tx, await this.signUps.voidRivals(tx, emailKey, confirmedId));
  }

  private describeChallenge({ loginId, name }: NewSignUp, { code, linkToken }: IssuedEmailChallenge) {
    const { env } = this.config;
    return {
      loginIdMasked: maskLoginId(loginId),
      name: name ?? undefined,
      code,
      link: this.config.signUpLink(linkToken),
      codeMinutes: Math.ceil(env.CODE_TTL_SECONDS / 60),
      linkHours: Math.ceil(env.SIGN_UP_LINK_TTL_SECONDS / 3600),
    };
  }
}

/** The new sign-up in the row of the earlier one. If that can no longer be confirmed, neither can this. */
function takePlaceOf({ id, isVoid: staysVoid }: ContinuedSignUp, signUp: NewSignUp): NewSignUp {
  return staysVoid ? { ...signUp, id, passwordHash: NO_PASSWORD, identity: null } : { ...signUp, id };
}
