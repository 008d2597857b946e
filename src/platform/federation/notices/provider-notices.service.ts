import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import { digest, equalDigests } from '../../crypto/digest.js';
import type { Tx } from '../../database/sql.js';
import { DomainError } from '../../http/problems/domain-error.js';
import { IdentityProviders } from '../identity-providers.js';
import { ProviderGrantsRepository, type GrantKey } from '../provider-grants.repository.js';
import { isProviderUnavailable, reasonOf } from '../provider-http.js';
import { SocialRequestsRepository } from '../social-requests.repository.js';
import { noticesOf, type ProviderNotice } from './provider-notice.js';

/** The greatest age at which a signed notice is accepted. No provider repeats a notice for that long. */
const NOTICE_SECONDS = 7 * 86_400;
const KEPT_SECONDS = NOTICE_SECONDS + 86_400;
/** When a provider may repeat a notice whose signature could not be checked. */
const RETRY_SECONDS = 60;

/** What Kakao posts as a form. */
export interface KakaoUnlink {
  readonly userId: string;
  readonly referrerType?: string | undefined;
}

/** The checked content of a request to the notice route. */
export interface VerifiedNotices {
  readonly notices: readonly ProviderNotice[];
  /** Identifies the token, which counts once; null where the provider sends none. */
  readonly useDigest: Buffer | null;
}

/** Checks that a notice comes from its provider. It knows no members. */
@Injectable()
export class ProviderNoticesService {
  constructor(
    private readonly config: AppConfig,
    private readonly providers: IdentityProviders,
    private readonly requests: SocialRequestsRepository,
    private readonly grants: ProviderGrantsRepository,
  ) {}

  /**
   * Checks a security event token: signature, issuer, audience and age (SO-54).
   * @throws DomainError `not_found`, `bad_request` where the token is refused, `provider_unavailable`
   */
  async verifyToken(providerId: string, token: string): Promise<VerifiedNotices> {
    const verify = this.providers.find(providerId)?.verifyNotice;
    if (!verify) throw new DomainError('not_found', { detail: 'no notices of this provider' });
    try {
      const { claims, issuers } = await verify(token, NOTICE_SECONDS);
      const notices = noticesOf(providerId, claims, issuers);
      return { notices, useDigest: digest(`notice ${providerId} ${claims.jti}`) };
    } catch (error) {
      const detail = `${providerId}: ${reasonOf(error)}`;
      if (isProviderUnavailable(error))
        throw new DomainError('provider_unavailable', { detail, cause: error, retryAfter: RETRY_SECONDS });
      throw new DomainError('bad_request', { detail, cause: error });
    }
  }

  /**
   * Checks what Kakao reports. Kakao signs nothing: it sends the admin key of the app instead.
   * @throws DomainError `not_found`, `bad_request` where the key is wrong
   */
  verifyKakao(authorization: string | undefined, { userId, referrerType }: KakaoUnlink): VerifiedNotices {
    const { SOCIAL_KAKAO_ADMIN_KEY: key } = this.config.env;
    if (key === undefined || !this.providers.find('kakao'))
      throw new DomainError('not_found', { detail: 'no notices of Kakao' });
    if (!equalDigests(digest(authorization ?? ''), digest(`KakaoAK ${key}`)))
      throw new DomainError('bad_request', { detail: 'kakao: another admin key' });
    const kind = referrerType?.endsWith('ACCOUNT_DELETE') ? 'account-deleted' : 'permission-revoked';
    return { notices: [{ provider: 'kakao', subject: userId, kind, occurredAt: null }], useDigest: null };
  }

  /**
   * Records the use of a token in the transaction of its effect. After a failure, the provider can
   * therefore send the token again.
   * @returns false for a replay
   */
  async spend(tx: Tx, useDigest: Buffer): Promise<boolean> {
    return this.requests.spendToken(useDigest, 'notice', KEPT_SECONDS, tx);
  }

  /**
   * Deletes the refresh token and the name of an account that a notice unlinks. The token is void, so
   * no revocation is queued. The purge cannot be relied on: it never looks again at a grant whose account
   * it once found linked (SO-52).
   */
  async forgetGrant(tx: Tx, account: GrantKey): Promise<void> {
    await this.grants.take(tx, account);
  }
}
