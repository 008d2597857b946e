import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { digest, equalDigests } from '../../platform/crypto/digest.js';
import { parseEmailAddress } from '../../platform/addresses/email-address.js';
import { isReservedLoginId, maskLoginId } from '../../users/login-id.js';
import { randomToken } from '../../platform/crypto/random.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { recipientOf } from '../../mail/mail-recipient.js';
import { MailService } from '../../mail/mail.service.js';
import { PasswordsService } from '../../security/passwords/passwords.service.js';
import { IpLimitsService } from '../../security/rate-limits/ip-limits.service.js';
import { MailBudgetService } from '../../security/rate-limits/mail-budget.service.js';
import type { IssuedTokens } from '../../sessions/session-tokens.js';
import type { DeviceInfo } from '../../sessions/devices/known-devices.service.js';
import { SessionsService } from '../../sessions/sessions.service.js';
import { MembersRepository } from '../../users/members.repository.js';
import type { ProofMethod } from '../../verification/email-challenges.repository.js';
import { requestOrigin } from '../../verification/challenge-mail.js';
import { VerificationService } from '../../verification/verification.service.js';
import type { Locale } from '../../platform/i18n/locale.js';
import type { SignUp } from './sign-up.entity.js';
import { isDisarmed, SignUpsRepository } from './sign-ups.repository.js';

export interface SignUpDetails {
  readonly loginId: string;
  readonly email: string;
  readonly password: string;
  readonly name?: string | null;
  readonly locale?: Locale;
}

/** What goes with a confirmation: the device to sign in, and perhaps another login ID. */
export type Confirmation = DeviceInfo & { readonly loginId?: string };

/** What shows that whoever opened the link is the one who signed up. */
export interface LinkWitness {
  readonly signUpId?: string;
  readonly password?: string;
}

/** More claims on one address than people make at a time, in a family or an office that shares it. */
const MOST_OPEN_CLAIMS = 20;

/** From "I want an account" to the first login: a claim, a mailbox proof, a member. */
@Injectable()
export class SignUpService {
  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly signUps: SignUpsRepository,
    private readonly members: MembersRepository,
    private readonly verification: VerificationService,
    private readonly passwords: PasswordsService,
    private readonly sessions: SessionsService,
    private readonly mail: MailService,
    private readonly auditLog: AuditLogService,
    private readonly ipLimits: IpLimitsService,
    private readonly mailBudget: MailBudgetService,
  ) {}

  /**
   * Records a claim and mails its proof. The answer, and the work, are the same when the address has an account: then its
   * owner is told instead, and the claim can never be confirmed because nobody ever sees its code. Of too many claims on
   * one address some give way, unseen: first those nobody was mailed a code for (ADR 0002).
   * @returns the handle that only this client holds
   * @throws DomainError `validation_failed`, `password_too_common`, `too_many_requests`, `overloaded`
   */
  async request(request: SignUpDetails, context: ClientContext): Promise<string> {
    await this.ipLimits.takeRequest(context);
    if (isReservedLoginId(request.loginId))
      throw new DomainError('validation_failed', { fields: [{ field: 'loginId', code: 'login_id_reserved' }] });
    const { address, key: emailKey } = parseEmailAddress(request.email)!;
    // Hashed before anything is looked up: known and unknown addresses cost the same.
    const passwordHash = await this.passwords.hashNew(request.password, request, 'password');
    const mayMail = await this.mailBudget.takeForClaim(emailKey);

    const handle = randomToken();
    const signUp = {
      id: randomUUID(),
      handleDigest: digest(handle),
      loginId: request.loginId,
      email: address,
      emailKey,
      passwordHash,
      name: request.name ?? null,
      locale: request.locale ?? context.locale,
    };
    await this.database.transaction(async (tx) => {
      await this.verification.lockAddress(tx, emailKey, 'sign-up');
      await this.signUps.insert(tx, signUp, this.config.env.SIGN_UP_CLAIM_TTL_SECONDS);
      await this.mailProof(tx, signUp, mayMail, context);
      await this.signUps.discardSurplus(tx, emailKey, MOST_OPEN_CLAIMS);
      await this.auditLog.record(tx, 'sign-up.requested', { context }, { loginId: signUp.loginId });
    });
    return handle;
  }

  /** Mails a new code and link for a claim; within the cooldown nothing happens and the old ones stay good. @throws DomainError `sign_up_invalid`, `already_confirmed` */
  async resend(handle: string, context: ClientContext): Promise<void> {
    await this.ipLimits.takeRequest(context);
    const signUp = await this.signUps.findByHandle(digest(handle));
    if (!signUp) throw new DomainError('sign_up_invalid');
    if (signUp.confirmedAt) throw new DomainError('already_confirmed');
    if (!(await this.mailBudget.takeForClaim(signUp.emailKey))) return;
    await this.database.transaction(async (tx) => {
      const state = await this.signUps.lock(tx, signUp);
      if (state === 'confirmed') throw new DomainError('already_confirmed');
      if (state === 'gone') throw new DomainError('sign_up_invalid', { detail: 'gone a moment ago' });
      await this.mailProof(tx, signUp, true, context);
    });
  }

  /** @throws DomainError `code_invalid`, `too_many_attempts`, `login_id_taken`, `email_taken` */
  async confirmByCode(
    handle: string,
    code: string,
    confirmation: Confirmation,
    context: ClientContext,
  ): Promise<IssuedTokens> {
    const signUp = await this.signUps.findByHandle(digest(handle));
    if (!signUp) throw new DomainError('code_invalid', { detail: 'no such sign-up' });
    const proof = await this.verification.checkCodeBySignUp(signUp.id, code);
    return this.orAnotherTry(proof.id, this.activate(signUp, proof.id, 'code', confirmation, context));
  }

  /**
   * Confirms by link. The mailbox alone is not enough: whoever pre-registered somebody else's address would have its
   * owner activate an account with a password the owner does not know. So the same client or the sign-up password is needed too.
   * @throws DomainError `link_invalid`, `link_expired`, `already_confirmed`, `invalid_credentials`, `too_many_attempts`, `login_id_taken`, `email_taken`
   */
  async confirmByLink(
    linkToken: string,
    witness: LinkWitness,
    confirmation: Confirmation,
    context: ClientContext,
  ): Promise<IssuedTokens> {
    if ((witness.signUpId === undefined) === (witness.password === undefined)) {
      throw new DomainError('validation_failed', {
        fields: [{ field: 'signUpId', code: 'one_of_needed', params: { names: 'signUpId, password' } }],
      });
    }
    const signUp = await this.findByLink(linkToken);
    try {
      const proof = await this.verification.getByLink('sign-up', linkToken);
      const activate = () => this.activate(signUp, proof.id, 'link', confirmation, context);
      if (witness.signUpId !== undefined) {
        // 256 random bits are not guessed, so this is no attempt to be counted.
        if (!equalDigests(signUp.handleDigest, digest(witness.signUpId)))
          throw new DomainError('invalid_credentials', { detail: 'another client' });
        return await activate();
      }
      await this.verification.takeLinkGuess(proof);
      if (!(await this.passwords.verify(signUp.passwordHash, witness.password!)))
        throw new DomainError('invalid_credentials', { detail: 'not the sign-up password' });
      return await this.orAnotherTry(proof.id, activate());
    } catch (error) {
      // Of two at the same moment, the second finds the link used, wherever it was when the first was done.
      const isOver = error instanceof DomainError && ['link_invalid', 'too_many_attempts'].includes(error.code);
      if (isOver && (await this.signUps.find(signUp.id))?.confirmedAt) throw new DomainError('already_confirmed');
      throw error;
    }
  }

  /** A login ID that is taken is no wrong guess: the proof bears as many tries with other ones as it takes to find a free one. */
  private async orAnotherTry<T>(proofId: string, activation: Promise<T>): Promise<T> {
    try {
      return await activation;
    } catch (error) {
      if (error instanceof DomainError && error.code === 'login_id_taken')
        await this.verification.uncountGuess(proofId);
      throw error;
    }
  }

  /** What a link is about, for the page behind it. Changes nothing. @throws DomainError as {@link confirmByLink} */
  async inspect(linkToken: string): Promise<{ loginId: string; requestedAt: Date; expiresAt: Date }> {
    const signUp = await this.findByLink(linkToken);
    const proof = await this.verification.getByLink('sign-up', linkToken);
    return { loginId: signUp.loginId, requestedAt: proof.createdAt, expiresAt: proof.linkExpiresAt };
  }

  /** "I did not sign up": deletes the claim. @throws DomainError `link_invalid`, `link_expired`, `already_confirmed` */
  async discard(linkToken: string, context: ClientContext): Promise<void> {
    const signUp = await this.findByLink(linkToken);
    await this.verification.getByLink('sign-up', linkToken);
    await this.database.transaction(async (tx) => {
      const state = await this.signUps.lock(tx, signUp);
      if (state === 'confirmed') throw new DomainError('already_confirmed');
      if (state === 'gone') throw new DomainError('link_invalid', { detail: 'gone a moment ago' });
      await this.signUps.discard(tx, signUp.id);
      await this.auditLog.record(tx, 'sign-up.discarded', { context }, {});
    });
  }

  /** @throws DomainError `link_invalid`, `already_confirmed` */
  private async findByLink(linkToken: string): Promise<SignUp> {
    const found = await this.verification.findByLink('sign-up', linkToken);
    const signUp = found?.signUpId ? await this.signUps.find(found.signUpId) : null;
    if (!signUp) throw new DomainError('link_invalid', { detail: 'no such sign-up' });
    if (signUp.confirmedAt) throw new DomainError('already_confirmed');
    return signUp;
  }

  /** The claim becomes a member and the device is signed in, or nothing happens: a taken login ID leaves the proof good for another try. */
  private async activate(
    signUp: SignUp,
    proofId: string,
    door: ProofMethod,
    confirmation: Confirmation,
    context: ClientContext,
  ): Promise<IssuedTokens> {
    if (isDisarmed(signUp))
      throw new DomainError(door === 'code' ? 'code_invalid' : 'link_invalid', { detail: 'came second' });
    const loginId = confirmation.loginId ?? signUp.loginId;
    if (isReservedLoginId(loginId))
      throw new DomainError('validation_failed', { fields: [{ field: 'loginId', code: 'login_id_reserved' }] });
    const tokens = await this.database.transaction(async (tx) => {
      // Whoever comes second, to this claim or to a rival one, waits here; the spending below then refuses it.
      await this.signUps.lock(tx, signUp);
      await this.verification.spend(tx, proofId, door);
      const memberId = await this.members.insert(tx, { ...signUp, loginId });
      await this.signUps.markConfirmed(tx, signUp.id);
      const rivals = await this.signUps.disarmRivals(tx, signUp.emailKey, signUp.id);
      await this.verification.voidSignUps(tx, rivals);
      await this.auditLog.record(tx, 'sign-up.confirmed', { memberId, context }, { by: door });
      const device = { ...confirmation, knownDeviceId: null, suppressNewDeviceMail: true };
      return this.sessions.open(tx, { memberId, passwordVersion: 1 }, device, context);
    });
    await this.mailBudget.refundClaim(signUp.emailKey);
    return tokens;
  }

  private async mailProof(
    tx: Tx,
    signUp: Pick<SignUp, 'id' | 'loginId' | 'email' | 'emailKey' | 'passwordHash' | 'name' | 'locale'>,
    mayMail: boolean,
    context: ClientContext,
  ): Promise<void> {
    const { env } = this.config;
    const proof = await this.verification.issue(
      tx,
      'sign-up',
      { emailKey: signUp.emailKey, signUpId: signUp.id },
      { linkTtlSeconds: env.SIGN_UP_LINK_TTL_SECONDS, isMailed: mayMail },
    );
    if (mayMail) await this.signUps.markMailed(tx, signUp.id);
    const owner = await this.members.findByEmailKey(tx, signUp.emailKey);
    const asked = requestOrigin(context);
    // A claim that came second gets no code, also when its address has become free again.
    const options = { withhold: !mayMail || isDisarmed(signUp), lifetimeSeconds: env.SIGN_UP_LINK_TTL_SECONDS };
    if (owner) {
      await this.mail.queue(
        tx,
        'sign-up-existing',
        recipientOf(owner),
        { loginIdMasked: maskLoginId(owner.loginId), loginUrl: this.config.loginUrl, ...asked },
        options,
      );
      return;
    }
    await this.mail.queue(
      tx,
      'sign-up',
      { memberId: null, email: signUp.email, locale: signUp.locale },
      {
        loginIdMasked: maskLoginId(signUp.loginId),
        name: signUp.name ?? undefined,
        code: proof.code,
        link: this.config.signUpLink(proof.linkToken),
        codeMinutes: Math.ceil(env.CODE_TTL_SECONDS / 60),
        linkHours: Math.ceil(env.SIGN_UP_LINK_TTL_SECONDS / 3600),
        ...asked,
      },
      { ...options, proofId: proof.id },
    );
  }
}
