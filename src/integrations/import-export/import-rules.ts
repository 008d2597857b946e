import { createHash, randomUUID } from 'node:crypto';
import { isStorable, type AttributeValues } from '../../platform/attributes/member-attributes.js';
import { parseEmailAddress } from '../../platform/addresses/email-address.js';
import { LOCALES, type Locale } from '../../platform/i18n/locale.js';
import { isUuid } from '../../platform/http/validation/field-decorators.js';
import { isVisibleLine } from '../../platform/http/validation/text-checks.js';
import type { Member } from '../../users/member.entity.js';
import { isReservedLoginId, LOGIN_ID_PATTERN, normaliseLoginId } from '../../users/login-id.js';
import type { ImportRow, OwnIdentity, OwnPasskey, OwnValues } from './import-row.js';

/** A hash in the form in which it is stored, or why it cannot be. */
export type AcceptedHash = { readonly stored: string } | { readonly refused: string };

export interface RuleOptions {
  /** Names the source, so that equal ids of two sources are two accounts. */
  readonly source: string;
  readonly defaultLocale: Locale;
  /** Whether addresses count as verified where the source does not record it. */
  readonly trustsAddresses: boolean;
  readonly acceptHash: (hash: string) => AcceptedHash;
  /** Makes a hash that no password opens. */
  readonly makeUnknownHash: () => string;
}

type MemberColumns = Pick<
  Member,
  | 'id'
  | 'loginId'
  | 'email'
  | 'emailKey'
  | 'passwordHash'
  | 'name'
  | 'locale'
  | 'role'
  | 'status'
  | 'mustChangePassword'
>;

/** An account that is ready to become a member. */
export interface PreparedRow extends MemberColumns {
  /** Digest of source and source id. */
  readonly rowKey: Buffer;
  /** ISO 8601; null for the time of the import. */
  readonly createdAt: string | null;
  readonly closedAt: string | null;
  readonly totp: string | null;
  readonly own: OwnValues | null;
  readonly attributes: AttributeValues | null;
}

/**
 * Applies the rules of sign-up to an account of another system (IM-12).
 * @returns the reason where the account cannot become a member
 */
export function prepareRow(row: ImportRow, options: RuleOptions): PreparedRow | string {
  if (row.email === undefined) return 'has no mail address';
  const email = parseEmailAddress(row.email);
  if (email === null) return 'the mail address is not valid';
  // A member has a proven mailbox: otherwise an address of someone else could be brought in.
  if (!(row.emailVerified ?? options.trustsAddresses)) return 'the mail address is not verified';
  const rowKey = keyOf(options.source, row.sourceId ?? row.loginId ?? email.key);
  const loginId = row.loginId === undefined ? loginIdOf(email.key, rowKey) : normaliseLoginId(row.loginId);
  if (!LOGIN_ID_PATTERN.test(loginId)) return 'the login ID is not valid';
  if (isReservedLoginId(loginId) && row.own?.role !== 'admin') return 'the login ID is reserved';
  const hash = row.hash === undefined ? { stored: options.makeUnknownHash() } : options.acceptHash(row.hash);
  if ('refused' in hash) return hash.refused;
  const createdAt = timeOf(row.createdAt);
  const closedAt = timeOf(row.own?.closedAt ?? undefined);
  if (createdAt === false || closedAt === false) return 'a time is not valid';
  if (row.totp !== undefined && !/^[A-Z2-7]{16,128}=*$/i.test(row.totp))
    return 'the authenticator secret is not base32';
  if (row.own?.passkeys.some((passkey) => !isPasskey(passkey)) === true) return 'a passkey is not valid';
  if (row.own?.identities.some((identity) => !isIdentity(identity)) === true) return 'an identity is not valid';
  // Their schemas are not applied: values that do not fit are kept and not shown, as for members.
  if (row.attributes !== undefined && !isStorable(row.attributes)) return 'the attributes are too large or too deep';
  return {
    rowKey,
    id: row.own?.id ?? randomUUID(),
    loginId,
    email: email.address,
    emailKey: email.key,
    passwordHash: hash.stored,
    name: row.name !== undefined && isVisibleLine(row.name, MAX_NAME) ? row.name : null,
    locale: LOCALES.find((locale) => row.locale?.toLowerCase().startsWith(locale)) ?? options.defaultLocale,
    role: row.own?.role ?? 'member',
    status: row.status === 'closed' && closedAt === null ? 'disabled' : (row.status ?? 'active'),
    closedAt: row.status === 'closed' ? closedAt : null,
    createdAt,
    mustChangePassword: row.own?.mustChangePassword ?? false,
    totp: row.totp?.replace(/=+$/, '').toUpperCase() ?? null,
    own: row.own ?? null,
    attributes: row.attributes ?? null,
  };
}

const MAX_NAME = 64;
const DAY_MS = 86_400_000;
/** Older times are faults, and PostgreSQL reads no years before 1 in this form. */
const EARLIEST_MS = Date.UTC(1970, 0, 1) - 1;

/** A digest, because the id of another system may be personal and outlive the member here. */
function keyOf(source: string, id: string): Buffer {
  return createHash('sha256').update(`${source}\n${id}`).digest();
}

/**
 * Makes a login ID from an address. The same row gets the same one, so that a dry run shows what
 * the import will do; the suffix keeps rows apart whose addresses begin alike.
 */
function loginIdOf(emailKey: string, rowKey: Buffer): string {
  const local = emailKey
    .slice(0, emailKey.indexOf('@'))
    .replace(/[^a-z0-9._-]/g, '')
    .replace(/^[^a-z]+/, '');
  return `${local.slice(0, 20) || 'member'}-${rowKey.toString('hex', 0, 4)}`;
}

/** @returns null for an absent time, false for one that is not valid */
function timeOf(text: string | undefined): string | null | false {
  if (text === undefined) return null;
  const time = new Date(text);
  const isUsual = time.getTime() > EARLIEST_MS && time.getTime() < Date.now() + DAY_MS;
  return isUsual ? time.toISOString() : false;
}

/** Whether the columns of the table can hold it: it comes from a file, which may have been edited. */
function isPasskey({ credentialId, publicKey, signCount, transports, name, aaguid, createdAt }: OwnPasskey): boolean {
  return (
    [credentialId, publicKey].every((bytes) => /^[\w-]{1,4000}$/.test(bytes)) &&
    Number.isSafeInteger(signCount) &&
    Array.isArray(transports) &&
    (name === null || typeof name === 'string') &&
    (aaguid === null || isUuid(aaguid)) &&
    typeof timeOf(createdAt) === 'string'
  );
}

function isIdentity({ provider, subject, email, createdAt }: OwnIdentity): boolean {
  return (
    typeof provider === 'string' &&
    /^[a-z0-9-]{1,64}$/.test(provider) &&
    typeof subject === 'string' &&
    isVisibleLine(subject, 255) &&
    (email === null || (typeof email === 'string' && isVisibleLine(email, 320))) &&
    typeof timeOf(createdAt) === 'string'
  );
}
