import { foldTypedText } from '../platform/text/typed-text.js';

/**
 * A login ID: 4 to 32 of the characters a–z, 0–9, dot, underscore and hyphen, beginning with a
 * letter. Only ASCII, because other scripts have letters that look the same.
 */
export const LOGIN_ID_PATTERN = /^[a-z][a-z0-9._-]{3,31}$/;

/**
 * Names by which a member could impersonate the service, and names of routes and of mailboxes (RFC
 * 2142).
 */
const RESERVED = [
  ...['admin', 'administrator', 'root', 'system', 'superuser', 'sysadmin', 'operator', 'moderator', 'staff', 'owner'],
  ...['support', 'help', 'helpdesk', 'contact', 'info', 'security', 'abuse', 'noreply', 'no-reply', 'mailer-daemon'],
  ...['postmaster', 'hostmaster', 'webmaster', 'usenet', 'official', 'service', 'account', 'accounts', 'billing'],
  ...['login', 'logout', 'signup', 'sign-up', 'sign-in', 'signin', 'register', 'auth', 'oauth', 'token', 'password'],
  ...['null', 'undefined', 'anonymous', 'guest', 'nobody', 'everyone', 'munjigi', 'test-admin', 'api', 'docs'],
];

/**
 * The canonical form of a login ID. Lower-cases only A–Z: `toLowerCase` would also turn the Kelvin
 * sign into `k`.
 */
export function normaliseLoginId(input: string): string {
  return foldTypedText(input).replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/**
 * Maps look-alike login IDs to the same text, as the skeleton of Unicode TS 39 does, for the few
 * allowed characters.
 */
function skeletonOf(loginId: string): string {
  return loginId
    .replace(/[._-]/g, '')
    .replace(/rn/g, 'm')
    .replace(/vv/g, 'w')
    .replace(/0/g, 'o')
    .replace(/5/g, 's')
    .replace(/[1i]/g, 'l');
}

const RESERVED_SKELETONS = new Set(RESERVED.map(skeletonOf));

/**
 * Whether a normalised login ID is reserved or looks like a reserved one: `ad.min`, `adm1n`
 * (IV-06).
 */
export function isReservedLoginId(loginId: string): boolean {
  return RESERVED_SKELETONS.has(skeletonOf(loginId));
}

/** Masks a login ID so that its owner recognises it and another person cannot complete it. */
export function maskLoginId(loginId: string): string {
  if (loginId.length <= 2) return '***';
  if (loginId.length <= 4) return `${loginId[0]}***`;
  if (loginId.length <= 7) return `${loginId.slice(0, 2)}***`;
  return `${loginId.slice(0, 2)}***${loginId.at(-1)}`;
}
