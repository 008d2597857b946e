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

/** Equals the digest of no secret. */
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

  /** Whether the key still works that was verified before: for requests that last. */
  async isLive({ apiKeyId, secretDigest }: ApiKeyPrincipal): Promise<boolean> {
    const key = await this.findWithSecret(apiKeyId, secretDigest);
    return key !== null && !this.hasExpired(key);
  }

  /**
   * Admits a write on behalf of a key (CC-09), as `MemberWritesService.asMember` does for a session.
   * Call it in every transaction that a key causes, after locks on members: administrators lock
   * themselves before they revoke a key, and the other order could deadlock.
   * @throws DomainError `api_key_invalid`
   */
  async asApiKey(tx: Tx, { apiKeyId, secretDigest }: ApiKeyPrincipal): Promise<void> {
    if (!(await this.repository.lockLive(tx, apiKeyId, secretDigest))) throw invalid('ended while the request waited');
  }

  /**
   * Finds the key if this is one of its secrets. A secret that the key in memory lacks is compared with
   * the database: a rotation returns it before every server has dropped the key from memory. It costs
   * a wrong secret the query that an unknown key costs, too.
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

/** Does the same work for an unknown key, and for one and two secrets, so that times are equal (AK-02). */
function hasSecret(key: LiveApiKey | null, secretDigest: Buffer): key is LiveApiKey {
  const isCurrent = equalDigests(secretDigest, key?.digest ?? NO_DIGEST);
  const isPrevious = equalDigests(secretDigest, key?.previousDigest ?? NO_DIGEST);
  return isCurrent || isPrevious;
}

const invalid = (detail: string): DomainError => new DomainError('api_key_invalid', { detail });
