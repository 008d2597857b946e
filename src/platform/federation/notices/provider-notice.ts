/** What happened to an account at a provider. */
export type NoticeKind =
  /** The person took back the permission of this service. */
  | 'permission-revoked'
  | 'account-deleted'
  /** Another person may have used the account. */
  | 'account-compromised'
  /** Mail to the relay address no longer arrives. */
  | 'mail-stopped'
  /** Mail to the relay address arrives again. */
  | 'mail-resumed';

/** What a provider reports, after its signature was checked. */
export interface ProviderNotice {
  readonly provider: string;
  readonly subject: string;
  readonly kind: NoticeKind;
  /** When it happened, or when the provider issued the notice: seconds since 1970. Null at Kakao, which sends no time. */
  readonly occurredAt: number | null;
}

/** The claims of a security event token that this service reads (RFC 8417). */
export interface NoticeClaims {
  readonly iat: number;
  readonly jti: string;
  readonly toe?: unknown;
  readonly events?: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Keyed by the last part of an event's URI. Google and others send such RISC and OAuth events
 * (developers.google.com/identity/protocols/risc).
 */
const RISC_KINDS: Readonly<Record<string, NoticeKind>> = {
  'account-purged': 'account-deleted',
  'sessions-revoked': 'account-compromised',
  'tokens-revoked': 'permission-revoked',
};

/**
 * The events of Apple's "Processing changes for Sign in with Apple accounts". Both names of the
 * deletion are in use.
 */
const APPLE_KINDS: Readonly<Record<string, NoticeKind>> = {
  'consent-revoked': 'permission-revoked',
  'account-delete': 'account-deleted',
  'account-deleted': 'account-deleted',
  'email-disabled': 'mail-stopped',
  'email-enabled': 'mail-resumed',
};

/** Above this, a time is in milliseconds. */
const LATEST_SECONDS = 100_000_000_000;

/**
 * Reads the events of a token whose signature is verified. Events of other kinds are left out.
 * @param issuers those that subjects may belong to
 */
export function noticesOf(provider: string, claims: NoticeClaims, issuers: readonly string[]): ProviderNotice[] {
  const { events, iat } = claims;
  // Apple sends one event as a text, and names it by a field.
  if (typeof events === 'string') return appleNotices(provider, JSON.parse(events) as Fields, iat);
  if (!isFields(events)) return [];
  if (typeof events.type === 'string') return appleNotices(provider, events, iat);
  return Object.entries(events).flatMap(([uri, event]) => {
    if (!isFields(event) || !isFields(event.subject)) return [];
    const { iss, sub } = event.subject;
    const kind = riscKindOf(uri, event);
    if (kind === undefined || typeof sub !== 'string' || !issuers.includes(String(iss))) return [];
    return [{ provider, subject: sub, kind, occurredAt: secondsOf(claims.toe) ?? iat }];
  });
}

function appleNotices(provider: string, event: Fields, iat: number): ProviderNotice[] {
  const kind = APPLE_KINDS[String(event.type)];
  if (kind === undefined || typeof event.sub !== 'string') return [];
  return [{ provider, subject: event.sub, kind, occurredAt: secondsOf(event.event_time) ?? iat }];
}

function riscKindOf(uri: string, { reason }: Fields): NoticeKind | undefined {
  if (!uri.startsWith('https://schemas.openid.net/secevent/')) return undefined;
  const name = uri.slice(uri.lastIndexOf('/') + 1);
  // Without the reason `hijacking`, the provider has only locked the account.
  if (name === 'account-disabled') return reason === 'hijacking' ? 'account-compromised' : undefined;
  return RISC_KINDS[name];
}

function secondsOf(time: unknown): number | undefined {
  if (typeof time !== 'number') return undefined;
  return Math.floor(time > LATEST_SECONDS ? time / 1000 : time);
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
