import { Injectable } from '@nestjs/common';
import { isInRanges } from '../../platform/addresses/address-range.js';
import { digest, equalDigests } from '../../platform/crypto/digest.js';
import { Clock } from '../../platform/database/clock.js';
import type { Tx } from '../../platform/database/sql.js';
import type { ApiKeyPrincipal } from '../../platform/http/principal.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { ApiKeyCache } from './api-key-cache.js';
import { parseApiKey } from './api-key-text.js';
import { ApiKeyUses } from './api-key-uses.js';
import { ApiKeysRepository, type LiveApiKey } from './api-keys.repository.js';

/** No secret has this digest. */
const NO_DIGEST = Buffer.alloc(32);

/** Verifies API keys. Which route a scope opens is decided by the guard. */
@Injectable()
export class ApiKeyVerificationService {
  constructor(
    private readonly cache: ApiKeyCache,
    private readonly uses: ApiKeyUses,
    private readonly repository: ApiKeysRepository,
    private readonly clock: Clock,
  ) {}

  /**
   * Verifies the secret first, so that only a holder of the key learns about its end, its addresses
   * and its limit.
   * @param ip the canonical address of the client
   * @throws DomainError `api_key_invalid`, `address_not_allowed`, `too_many_requests`
   */
  async verify(token: string, ip: string): Promise<ApiKeyPrincipal> {
    const parts = parseApiKey(token);
    if (!parts) throw invalid('not the form of a key');
    const secretDigest = digest(parts.secret);
    const key = await this.findWithSecret(parts.id, secretDigest);
    if (!key) throw invalid('unknown, revoked or a wrong secret');
    if (this.hasExpired(key)) throw invalid('expired');
    if (key.ranges !== null && !isInRanges(ip, key.ranges))
      throw new DomainError('address_not_allowed', { detail: ip });
    this.uses.count(key.id);
    return { apiKeyId: key.id, scopes: key.scopes, secretDigest, expiresAt: key.expiresAt };
  }

  /** Whether a key that was verified before still works. For requests that stay open. */
  async isLive({ apiKeyId, secretDigest }: ApiKeyPrincipal): Promise<boolean> {
    const key = await this.findWithSecret(apiKeyId, secretDigest);
    return key !== null && !this.hasExpired(key);
  }

  /**
   * Admits a write on behalf of a key (CC-09), as `MemberWritesService.asMember` does for a session.
   * Call it in every transaction that a key causes, after locks on members. An administrator's own row
   * is locked before the administrator revokes a key, so the other order could deadlock.
   * @throws DomainError `api_key_invalid`
   */
  async asApiKey(tx: Tx, { apiKeyId, secretDigest }: ApiKeyPrincipal): Promise<void> {
    if (!(await this.repository.lockLive(tx, apiKeyId, secretDigest))) throw invalid('ended while the request waited');
  }

  /**
   * Finds the key if this is one of its secrets. If the key in memory lacks the secret, the database is
   * read, because a rotation returns a secret before every server has dropped the key from memory. So a
   * wrong secret costs one query, as an unknown key does.
   */
  private async findWithSecret(id: string, secretDigest: Buffer): Promise<LiveApiKey | null> {
    const kept = this.cache.findKept(id);
    if (kept && hasSecret(kept, secretDigest)) return kept;
    const key = await this.cache.read(id);
    return hasSecret(key, secretDigest) ? key : null;
  }

  private hasExpired({ expiresAt }: LiveApiKey): boolean {
    return expiresAt !== null && this.clock.now() >= expiresAt;
  }
}

/** Does the same work for an unknown key and for keys with one or two secrets, so that times are equal (AK-02). */
function hasSecret(key: LiveApiKey | null, secretDigest: Buffer): key is LiveApiKey {
  const isCurrent = equalDigests(secretDigest, key?.digest ?? NO_DIGEST);
  const isPrevious = equalDigests(secretDigest, key?.previousDigest ?? NO_DIGEST);
  return isCurrent || isPrevious;
}

const invalid = (detail: string): DomainError => new DomainError('api_key_invalid', { detail });
