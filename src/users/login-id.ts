/** The rule of a login ID: 4–32 of a–z 0–9 . _ -, starting with a letter. ASCII only, so no two IDs look alike. */
export const LOGIN_ID_PATTERN = /^[a-z][a-z0-9._-]{3,31}$/;

/** Names that would let a member pass for the service itself, or that collide with routes and mailboxes (RFC 2142). */
const RESERVED = [
  ...['admin', 'administrator', 'root', 'system', 'superuser', 'sysadmin', 'operator', 'moderator', 'staff', 'owner'],
  ...['support', 'help', 'helpdesk', 'contact', 'info', 'security', 'abuse', 'noreply', 'no-reply', 'mailer-daemon'],
  ...['postmaster', 'hostmaster', 'webmaster', 'usenet', 'official', 'service', 'account', 'accounts', 'billing'],
  ...['login', 'logout', 'signup', 'sign-up', 'sign-in', 'signin', 'register', 'auth', 'oauth', 'token', 'password'],
  ...['null', 'undefined', 'anonymous', 'guest', 'nobody', 'everyone', 'munjigi', 'test-admin', 'api', 'docs'],
];

/** The form a login ID is stored and compared in. Folds A–Z only: `toLowerCase` would turn a Kelvin sign into a plain k. */
export function normaliseLoginId(input: string): string {
  return input.trim().replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** What a reader makes of a login ID at a glance, so that two which look alike are one text (after Unicode TS 39, for our few characters). */
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

/** Whether a normalised login ID is kept for the service, or reads as one that is: `ad.min`, `adm1n` (IV-06). */
export function isReservedLoginId(loginId: string): boolean {
  return RESERVED_SKELETONS.has(skeletonOf(loginId));
}

/** Shows enough of a login ID to jog its owner's memory and too little for anyone else: the rule depends on the length. */
export function maskLoginId(loginId: string): string {
  if (loginId.length <= 2) return '***';
  if (loginId.length <= 4) return `${loginId[0]}***`;
  if (loginId.length <= 7) return `${loginId.slice(0, 2)}***`;
  return `${loginId.slice(0, 2)}***${loginId.at(-1)}`;
}
