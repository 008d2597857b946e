import { randomUUID } from 'node:crypto';
import { FieldCipher } from '../../platform/crypto/field-cipher.js';
import type { KeyRing } from '../../platform/crypto/key-ring.js';
import { RecoveryCodeDigests } from '../../mfa/recovery-codes/recovery-code-digests.js';
import type { OwnConsent, OwnIdentity, OwnPasskey } from './import-row.js';
import type { PreparedRow } from './import-rules.js';

/** Encrypts and decrypts the second factors of imported and exported members. */
export class SecretValues {
  private readonly apps: FieldCipher;
  private readonly codes: RecoveryCodeDigests;

  constructor(private readonly keys: KeyRing) {
    this.apps = new FieldCipher(keys.all('totp-secret'));
    this.codes = new RecoveryCodeDigests(keys);
  }

  /** The second factors, identities, consents and attributes of a row as JSON for the staging table; null if it has none. */
  stage({ id, totp, own, profile: { attributes } }: PreparedRow): string | null {
    const keyId = this.keys.ids[0]!;
    const codes = (own?.recoveryHashes ?? []).map((hash) => {
      const { digest, encryptedHash } = this.codes.fromHash(id, hash);
      return { digest: digest.toString('hex'), sealed: encryptedHash.toString('hex'), keyId };
    });
    const passkeys = (own?.passkeys ?? []).map(passkeyOf);
    const identities = (own?.identities ?? []).map(identityOf);
    const consents = (own?.consents ?? []).map(consentOf);
    const count = codes.length + passkeys.length + identities.length + consents.length;
    if (totp === null && count === 0 && attributes === null) return null;
    const app = totp === null ? {} : { app: { sealed: this.apps.encrypt(totp, id).toString('hex'), keyId } };
    return JSON.stringify({ ...app, codes, passkeys, identities, consents, ...(attributes && { attributes }) });
  }

  /** @throws Error if no known secret decrypts it */
  appSecret(memberId: string, encrypted: Buffer): string {
    return this.apps.decrypt(encrypted, memberId);
  }

  /** @throws Error if no known secret decrypts it */
  recoveryHash(memberId: string, encrypted: Buffer): string {
    return this.codes.decryptHash(memberId, encrypted);
  }
}

/*
 * Only named fields: an object of a file may have others, which no rule has checked. Half a character
 * in one of them, which the type jsonb does not hold, would end the import (IM-05).
 */

function passkeyOf({
  transports,
  signCount,
  backupEligible,
  backedUp,
  userVerified,
  name,
  aaguid,
  ...rest
}: OwnPasskey) {
  return {
    id: randomUUID(),
    credentialId: Buffer.from(rest.credentialId, 'base64url').toString('hex'),
    publicKey: Buffer.from(rest.publicKey, 'base64url').toString('hex'),
    ...{ transports, signCount, backupEligible, backedUp, userVerified, name, aaguid },
    createdAt: isoTimeOf(rest.createdAt),
  };
}

function identityOf({ provider, subject, email, createdAt }: OwnIdentity) {
  return { id: randomUUID(), provider, subject, email, createdAt: isoTimeOf(createdAt) };
}

function consentOf({ id, version, language, sha256, action, at, ip }: OwnConsent) {
  return { id, version, language, sha256, action, at: isoTimeOf(at), ip };
}

/** PostgreSQL does not read every form that `Date` reads, such as a year alone. */
const isoTimeOf = (time: string): string => new Date(time).toISOString();
