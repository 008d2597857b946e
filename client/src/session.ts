import { fromBase64url } from './base64url.js';
import type { components } from './openapi.js';

type TokenResponse = components['schemas']['TokenResponse'];

/**
 * A call refreshes an access token that expires within this time, or within a tenth of its life if
 * that is shorter, so that it does not expire during the call.
 */
const MARGIN_SECONDS = 30;

/** A session as the client stores it. The field names are part of the stored format. */
export interface Session {
  readonly sessionId: string;
  /**
   * Undefined after a reload with cookie transport, which keeps the access token only in memory.
   */
  readonly accessToken?: string;
  /** Undefined with cookie transport. */
  readonly refreshToken?: string;
  /** The id of the key that the session was opened with; undefined if it is not bound to one. */
  readonly keyId?: string;
  /** Whether calls with the access token need a proof, too. */
  readonly isFullyBound?: boolean;
  /** Lifetime of the access token in seconds. */
  readonly expiresIn: number;
  /**
   * When the tokens were requested, in milliseconds since 1970. Compared only with the clock of the
   * same device, so it does not matter if that clock is wrong.
   */
  readonly askedAt: number;
}

/** @param keyId the id of the key whose proof the request carried, if any */
export function toSession(tokens: TokenResponse, askedAt: number, keyId?: string): Session {
  const { sessionId, accessToken, refreshToken, expiresIn, tokenType } = tokens;
  return {
    ...{ sessionId, accessToken, expiresIn, askedAt },
    ...(refreshToken !== undefined && { refreshToken }),
    ...(keyId !== undefined && { keyId }),
    ...(tokenType === 'DPoP' && { isFullyBound: true }),
  };
}

/**
 * Whether there is an access token that stays valid for the time of a call. False also if the clock
 * was set back, which costs only a refresh.
 */
export function isFresh({ accessToken, expiresIn, askedAt }: Session, now = Date.now()): boolean {
  const margin = Math.min(MARGIN_SECONDS, expiresIn / 10);
  return accessToken !== undefined && now >= askedAt && now < askedAt + (expiresIn - margin) * 1000;
}

export function serialiseSession(session: Session, withTokens: boolean): string {
  const { accessToken: _access, refreshToken: _refresh, ...rest } = session;
  return JSON.stringify(withTokens ? session : rest);
}

export function parseSession(text: string | null): Session | undefined {
  try {
    const value = JSON.parse(text ?? 'null') as Partial<Session> | null;
    return typeof value?.sessionId === 'string' && typeof value.askedAt === 'number' ? (value as Session) : undefined;
  } catch {
    return undefined; // not a session of this client
  }
}

/** Whether both belong to one member. A session without an access token belongs to an unknown one. */
export function isOfSameMember(one: SessionOwner, other: SessionOwner): boolean {
  if (one.sessionId === other.sessionId) return true;
  const member = memberOf(one);
  return member !== undefined && member === memberOf(other);
}

export type SessionOwner = Pick<Session, 'sessionId' | 'accessToken'>;

/** The subject of the access token, a JWT (RFC 7519 section 4.1.2). */
function memberOf({ accessToken }: SessionOwner): string | undefined {
  try {
    const payload = new TextDecoder().decode(fromBase64url(accessToken?.split('.')[1] ?? ''));
    return (JSON.parse(payload) as { sub?: string }).sub;
  } catch {
    return undefined;
  }
}
