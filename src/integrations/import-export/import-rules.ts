import { randomUUID } from 'node:crypto';
import { isUuid } from '../../platform/http/validation/field-decorators.js';
import { isVisibleLine } from '../../platform/http/validation/text-checks.js';
import {
  readProfile,
  readTime,
  type ImportedProfile,
  type ProfileRules,
} from '../../users/imports/imported-profile.js';
import type { Member } from '../../users/member.entity.js';
import type { ImportRow, OwnConsent, OwnIdentity, OwnPasskey, OwnValues } from './import-row.js';

/** A hash in the form in which it is stored, or why it cannot be. */
export type AcceptedHash = { readonly stored: string } | { readonly refused: string };

export interface RuleOptions extends Omit<ProfileRules, 'allowsReservedLoginId'> {
  /** Whether addresses count as verified where the source does not record it. */
  readonly trustsAddresses: boolean;
  readonly acceptHash: (hash: string) => AcceptedHash;
}

/** An account that is ready to become a member. */
export interface PreparedRow extends Pick<Member, 'id' | 'passwordHash' | 'role' | 'status' | 'mustChangePassword'> {
  /** A part, because copying its values takes a quarter of the time of a row. */
  readonly profile: ImportedProfile;
  /** Whether its address is still to be proven: it becomes a claim, and no member. */
  readonly isClaim: boolean;
  readonly closedAt: string | null;
  readonly totp: string | null;
  readonly own: OwnValues | null;
}

/**
 * Applies the rules of sign-up to an account of another system (IM-12).
 * @returns the reason where the account cannot become a member
 */
export function prepareRow(row: ImportRow, options: RuleOptions): PreparedRow | string {
  const { source, defaultLocale } = options;
  const profile = readProfile(row, { source, defaultLocale, allowsReservedLoginId: row.own?.role === 'admin' });
  if (typeof profile === 'string') return profile;
  // A member has a proven mailbox: otherwise an address of someone else could be brought in (IM-18).
  const isClaim = !(row.emailVerified ?? options.trustsAddresses);
  if (isClaim && row.hash === undefined) return 'the mail address is not verified, and there is no password';
  if (isClaim && row.status !== undefined && row.status !== 'active')
    return `the mail address is not verified, and the account is ${row.status}`;
  const hash = row.hash === undefined ? { stored: null } : options.acceptHash(row.hash);
  if ('refused' in hash) return hash.refused;
  const closedAt = readTime(row.own?.closedAt ?? undefined);
  if (closedAt === false) return 'a time is not valid';
  if (row.totp !== undefined && !/^[A-Z2-7]{16,128}=*$/i.test(row.totp))
    return 'the authenticator secret is not base32';
  if (row.own?.passkeys.some((passkey) => !isPasskey(passkey)) === true) return 'a passkey is not valid';
  if (row.own?.identities.some((identity) => !isIdentity(identity)) === true) return 'an identity is not valid';
  if (row.own?.consents.some((consent) => !isConsent(consent)) === true) return 'a consent is not valid';
  return {
    profile,
    id: row.own?.id ?? randomUUID(),
    isClaim,
    passwordHash: hash.stored,
    role: row.own?.role ?? 'member',
    status: row.status === 'closed' && closedAt === null ? 'disabled' : (row.status ?? 'active'),
    closedAt: row.status === 'closed' ? closedAt : null,
    mustChangePassword: row.own?.mustChangePassword ?? false,
    totp: row.totp?.replace(/=+$/, '').toUpperCase() ?? null,
    own: row.own ?? null,
  };
}

/** 1023 bytes as base64url (WebAuthn level 3, section 6.1). The index of the table holds 2704 bytes. */
const MAX_CREDENTIAL_ID = 1364;

/**
 * Whether the columns of the table can hold it: it comes from a file, which may have been edited. What
 * they cannot hold would end the import, and not only this row (IM-15).
 */
function isPasskey({
  credentialId,
  publicKey,
  signCount,
  transports,
  name,
  aaguid,
  createdAt,
  ...flags
}: OwnPasskey): boolean {
  return (
    [credentialId, publicKey].every((bytes) => typeof bytes === 'string' && /^[\w-]{1,4000}$/.test(bytes)) &&
    credentialId.length <= MAX_CREDENTIAL_ID &&
    Number.isSafeInteger(signCount) &&
    Array.isArray(transports) &&
    transports.every((transport) => typeof transport === 'string' && transport.isWellFormed()) &&
    [flags.backupEligible, flags.backedUp, flags.userVerified].every((flag) => typeof flag === 'boolean') &&
    (name === null || (typeof name === 'string' && name.isWellFormed())) &&
    (aaguid === null || (typeof aaguid === 'string' && isUuid(aaguid))) &&
    isTime(createdAt)
  );
}

function isIdentity({ provider, subject, email, createdAt }: OwnIdentity): boolean {
  return (
    typeof provider === 'string' &&
    /^[a-z0-9-]{1,64}$/.test(provider) &&
    typeof subject === 'string' &&
    isVisibleLine(subject, 255) &&
    (email === null || (typeof email === 'string' && isVisibleLine(email, 320))) &&
    isTime(createdAt)
  );
}

function isConsent({ id, version, language, sha256, action, at, ip }: OwnConsent): boolean {
  return (
    [id, version, language].every((text) => typeof text === 'string' && /^[A-Za-z0-9][\w.-]{0,31}$/.test(text)) &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256) &&
    ['given', 'withdrawn', 'reminded'].includes(action) &&
    isTime(at) &&
    typeof ip === 'string' &&
    // A reminder has none.
    (ip === '' || isVisibleLine(ip, 64))
  );
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && typeof readTime(value) === 'string';
}
