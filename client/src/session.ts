import type { components } from './openapi.js';

type TokenResponse = components['schemas']['TokenResponse'];

/** Refresh this long before the end, so that a token does not expire on its way. */
const MARGIN_SECONDS = 30;

/** A signed-in device, as the client knows it. */
export interface Session {
  readonly sessionId: string;
  /** Undefined after a reload where cookies carry the refresh token: the access token was in memory only. */
  readonly accessToken?: string;
  /** Undefined with cookie transport. */
  readonly refreshToken?: string;
  /** Seconds the access token lives. */
  readonly expiresIn: number;
  /** When the tokens were asked for, by this device's clock (ms). Only ever compared with that same clock, so it may be wrong. */
  readonly askedAt: number;
}

export function sessionOf(answer: TokenResponse, askedAt: number): Session {
  const { sessionId, accessToken, refreshToken, expiresIn } = answer;
  return { sessionId, accessToken, expiresIn, askedAt, ...(refreshToken !== undefined && { refreshToken }) };
}

/** Whether the access token can be expected to be accepted. A clock that was set back makes it doubtful, which costs a refresh. */
export function isFresh({ accessToken, expiresIn, askedAt }: Session, now = Date.now()): boolean {
  const margin = Math.min(MARGIN_SECONDS, expiresIn / 10);
  return accessToken !== undefined && now >= askedAt && now < askedAt + (expiresIn - margin) * 1000;
}

export function serialised(session: Session, withTokens: boolean): string {
  const { accessToken: _access, refreshToken: _refresh, ...rest } = session;
  return JSON.stringify(withTokens ? session : rest);
}

export function parsedSession(text: string | null): Session | undefined {
  try {
    const value = JSON.parse(text ?? 'null') as Partial<Session> | null;
    return typeof value?.sessionId === 'string' && typeof value.askedAt === 'number' ? (value as Session) : undefined;
  } catch {
    return undefined; // not ours
  }
}
