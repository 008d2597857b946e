import { jest } from '@jest/globals';

/** Skips the pauses of up to a second between retries. Timeouts keep their length. */
export function skipPauses(): void {
  const real = globalThis.setTimeout;
  const quick = (action: () => void, ms = 0): NodeJS.Timeout => real(action, ms <= 1_000 ? 0 : ms);
  jest.spyOn(globalThis, 'setTimeout').mockImplementation(quick);
}

/** An abort signal of React Native, which has neither a reason nor `throwIfAborted`. */
export class OldSignal extends EventTarget {
  aborted = false;

  abort(): void {
    this.aborted = true;
    this.dispatchEvent(new Event('abort'));
  }

  get signal(): AbortSignal {
    return this as unknown as AbortSignal;
  }
}

/** How the fake server answers one operation. */
export type Answer = (request: FakeRequest) => Response | Promise<Response>;

export interface FakeRequest {
  readonly body: any;
  readonly token: string | undefined;
}

export const BASE_URL = 'https://accounts.example.test';

export const json = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });

export const html = (status = 200): Response =>
  new Response('<!doctype html><title>Hotel network</title>', { status, headers: { 'content-type': 'text/html' } });

export const noContent = (): Response => new Response(null, { status: 204 });

export const problem = (status: number, code: string): Response =>
  json(status, { status, code, title: code, detail: code });

/** The tokens of a session, as a login or a refresh answers them. */
export function tokens(sessionId: string, { withRefreshToken = true, accessToken = `access-${sessionId}` } = {}) {
  return {
    status: 'authenticated',
    tokenType: 'Bearer',
    accessToken,
    expiresIn: 600,
    refreshExpiresIn: 1_209_600,
    sessionId,
    outcome: 'rotated',
    ...(withRefreshToken && { refreshToken: `refresh-${sessionId}` }),
  };
}

/** The access token of a session, whose member can be read from it. */
export function accessTokenOf(member: string, sessionId: string): string {
  return ['header', Buffer.from(JSON.stringify({ sub: member })).toString('base64url'), sessionId].join('.');
}

export const PROFILE = {
  ...{ id: 'd7d0', loginId: 'ada.lovelace', email: 'ada@example.test', name: null },
  ...{ locale: 'en', role: 'member', createdAt: '2026-11-01T00:00:00Z', hasPassword: true, loginIdGenerated: false },
};

/** A server without a network: counts requests and gives the answers that a test has set. */
export class FakeServer {
  /** The operations in the order sent, such as `POST /api/auth/refresh`. */
  readonly sent: string[] = [];
  private readonly answers = new Map<string, Answer>();

  /** Sets the answer of an operation. */
  on(operation: string, answer: Answer): this {
    this.answers.set(operation, answer);
    return this;
  }

  count(operation: string): number {
    return this.sent.filter((one) => one === operation).length;
  }

  readonly fetch = async (input: unknown, init: RequestInit = {}): Promise<Response> => {
    const operation = `${init.method ?? 'GET'} ${new URL(String(input)).pathname}`;
    this.sent.push(operation);
    const answer = this.answers.get(operation);
    if (!answer) throw new TypeError(`fetch failed: ${operation}`);
    const token = new Headers(init.headers).get('authorization')?.replace('Bearer ', '');
    return answer({ body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined, token });
  };
}
