import { createHash } from 'node:crypto';
import { parseEmailAddress } from '../../platform/addresses/email-address.js';
import { isStorable, type AttributeValues } from '../../platform/attributes/member-attributes.js';
import { isVisibleLine } from '../../platform/http/validation/text-checks.js';
import type { Locale } from '../../platform/i18n/locale.js';
import { findMailLocale, type MailLocale } from '../../platform/i18n/mail-locale.js';
import { isReservedLoginId, LOGIN_ID_PATTERN, normaliseLoginId } from '../login-id.js';

/** The profile of an account as another system describes it. */
export interface ForeignProfile {
  /** The id of the account at its system. It keeps a second import from adding the account again. */
  readonly sourceId?: string | undefined;
  readonly loginId?: string | undefined;
  /** True for a login ID that an earlier import made. Only our own export has this field. */
  readonly loginIdGenerated?: boolean | undefined;
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  readonly locale?: string | undefined;
  /** ISO 8601, or another form that `Date` reads. */
  readonly createdAt?: string | undefined;
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
}

export interface ProfileRules {
  /** Names the source, so that equal ids of two sources are two accounts. */
  readonly source: string;
  readonly defaultLocale: Locale;
  /** Whether the login ID may be one that is reserved for the operator. */
  readonly allowsReservedLoginId?: boolean;
}

/** A profile in the form of the table of members. */
export interface ImportedProfile {
  /** Digest of the source and the source id. Without a source id, of its login ID, or else of its address. */
  readonly rowKey: Buffer;
  readonly loginId: string;
  /** Whether the login ID was made from the address. */
  readonly loginIdGenerated: boolean;
  readonly email: string;
  readonly emailKey: string;
  readonly name: string | null;
  readonly locale: MailLocale;
  /** ISO 8601; null for the time of the import. */
  readonly createdAt: string | null;
  readonly attributes: AttributeValues | null;
}

const MAX_NAME = 64;
const DAY_MS = 86_400_000;
/** Older times are faults, and PostgreSQL reads no years before 1 in this form. */
const EARLIEST_MS = Date.UTC(1970, 0, 1) - 1;
/**
 * `Date` also finds a time in "never 2020" and in "5", and takes the year 0001, which some programs
 * write for an absent time, as 2001. A time has a year of four digits since 1970, and before its first
 * digit only names of days and months.
 */
const TIME =
  /^(?:(?:sun|mon|tue|wed|thu|fri|sat|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[\s,.-]+){0,2}(?=\d).*(?<![\d.])(?:19[7-9]|[2-9]\d\d)\d(?!\d)/i;

/**
 * Applies the rules of sign-up to the profile of an account of another system (IM-12).
 * @returns the reason where the account cannot become a member
 */
export function readProfile(profile: ForeignProfile, rules: ProfileRules): ImportedProfile | string {
  if (profile.email === undefined) return 'has no mail address';
  const email = parseEmailAddress(profile.email);
  if (email === null) return 'the mail address is not valid';
  const rowKey = importKeyOf(rules.source, profile.sourceId ?? profile.loginId ?? email.key);
  const loginId = profile.loginId === undefined ? makeLoginId(email.key, rowKey) : normaliseLoginId(profile.loginId);
  if (!LOGIN_ID_PATTERN.test(loginId)) return 'the login ID is not valid';
  if (isReservedLoginId(loginId) && rules.allowsReservedLoginId !== true) return 'the login ID is reserved';
  const createdAt = readTime(profile.createdAt);
  if (createdAt === false) return 'a time is not valid';
  const { name, locale, attributes } = profile;
  // The declared schemas are not applied: values that do not fit are kept but not shown, as for members.
  if (attributes !== undefined && !isStorable(attributes))
    return 'the attributes are too large, too deep or have text that cannot be stored';
  return {
    rowKey,
    loginId,
    loginIdGenerated: profile.loginIdGenerated ?? profile.loginId === undefined,
    email: email.address,
    emailKey: email.key,
    name: name !== undefined && isVisibleLine(name, MAX_NAME) ? name : null,
    locale: (locale === undefined ? undefined : findMailLocale(locale)) ?? rules.defaultLocale,
    createdAt,
    attributes: attributes ?? null,
  };
}

/** A digest, because it outlives the member here, and the id of another system may be personal. */
export function importKeyOf(source: string, id: string): Buffer {
  return createHash('sha256').update(`${source}\n${id}`).digest();
}

/**
 * Makes a login ID from an address. The same account gets the same one, so that a dry run shows
 * what the import will do; the suffix keeps accounts apart whose addresses begin alike.
 */
export function makeLoginId(emailKey: string, rowKey: Buffer): string {
  const local = emailKey
    .slice(0, emailKey.indexOf('@'))
    .replace(/[^a-z0-9._-]/g, '')
    .replace(/^[^a-z]+/, '');
  return `${local.slice(0, 20) || 'member'}-${rowKey.toString('hex', 0, 4)}`;
}

/** @returns null for an absent time, false for one that is not valid */
export function readTime(text: string | undefined): string | null | false {
  if (text === undefined) return null;
  const time = parseTime(text);
  return time < Date.now() + DAY_MS ? new Date(time).toISOString() : false;
}

/** @returns milliseconds since 1970; NaN for text that is no time, and for a time before 1970 */
export function parseTime(text: string): number {
  const time = TIME.test(text) ? Date.parse(text) : NaN;
  return time > EARLIEST_MS ? time : NaN;
}
