import { describe, expect, it } from '@jest/globals';
import type { AppConfig } from '../../platform/config/app-config.js';
import { Clock } from '../../platform/database/clock.js';
import type { RotatedSession, UnrotatedSession } from '../../sessions/rotations.repository.js';
import type { SessionState } from '../../sessions/sessions.repository.js';
import { RefreshRiskService } from './refresh-risk.service.js';
import { RefreshService } from './refresh.service.js';
import { SessionRotationService, type RefreshAttempt } from './session-rotation.service.js';

const clock = new Clock();
const LOGGED_IN_AT = clock.nowSeconds() - 60;
const ATTEMPT = {
  token: { sub: 'ada', sid: 'laptop', gen: 4, exp: clock.nowSeconds() + 3600 },
  keyThumbprint: null,
} as RefreshAttempt;
const CONTEXT = { ip: '203.0.113.7' } as never;

/** Stands in for services without a part in the test: every method does nothing. */
const idle = <T>(methods: object = {}): T =>
  new Proxy(methods, { get: (own, name) => Reflect.get(own, name) ?? (async () => undefined) }) as T;

const session = { id: 'laptop', memberId: 'ada', keyThumbprint: null, authenticatedAt: LOGGED_IN_AT };
const rotated = { ...session, isRotated: true, generation: 5 } as RotatedSession;
const unrotated = (generation: number, isWithinGrace = true) =>
  ({ ...session, isRotated: false, isOver: false, isExpired: false, generation, isWithinGrace }) as UnrotatedSession;

interface World {
  /** The session after each attempt to rotate it. Later attempts find the last one again. */
  readonly sessions: readonly (RotatedSession | UnrotatedSession)[];
  /** Whether the session could be rotated once the other server released its row. */
  readonly isRotatedAlone?: boolean;
  /** Null where the refresh is not unusual. */
  readonly risk?: 'allow' | 'notify' | 'ask' | null;
  readonly graceSeconds?: number;
  /** Whether another refresh has made the session need a new login since this refresh read it. */
  readonly wasAsked?: boolean;
}

/** A refresh with the token of generation 4, the state that its tokens were made from, and what was written. */
function refreshWith({ sessions, isRotatedAlone = false, risk = null, graceSeconds = 10, wasAsked = false }: World) {
  const statements: string[] = [];
  const minted: SessionState[] = [];
  const [last] = sessions.slice(-1);
  const remaining = [...sessions];
  const config = { env: { DATABASE_TIMEOUT_SECONDS: 5, REFRESH_GRACE_SECONDS: graceSeconds } } as AppConfig;
  const rotations = {
    rotate: async () => remaining.shift() ?? last,
    rotateAlone: async () => (isRotatedAlone ? rotated : null),
  };
  const sessionsRepository = { markUnauthenticated: async () => statements.push('mark unauthenticated') };
  const service = new RefreshService(
    clock,
    new SessionRotationService(config, clock, idle(rotations), idle({ isConfigured: false })),
    idle({ admit: async (state: SessionState) => ({ state, accessIssuedAt: LOGGED_IN_AT }) }),
    idle(),
    new RefreshRiskService(
      idle({ transaction: async (work: (tx: object) => unknown) => work({}) }),
      idle({ asMember: async () => ({ session: { mustAuthenticate: wasAsked } }) }),
      idle(),
      idle(),
      idle(sessionsRepository),
      idle({ needsAssessment: () => risk !== null, assessRefresh: async () => ({ outcome: risk }) }),
    ),
    idle({ mint: (state: SessionState) => (minted.push(state), {}) }),
    idle(),
  );
  const outcome = service.refresh(ATTEMPT, CONTEXT).catch((error: unknown) => error);
  return { outcome, minted, statements };
}

describe('the tokens of an unusual refresh', () => {
  it.each([
    ['a rotation', 'rotated', [rotated]],
    ['a replay within the grace period', 'replayed', [unrotated(5)]],
    ['a late replay', 'replayed', [unrotated(5, false)]],
  ])('RS-07 say at once that the member has to authenticate again: %s', async (_, outcome, sessions) => {
    const asked = refreshWith({ sessions, risk: 'ask' });
    expect(await asked.outcome).toEqual({ outcome });
    expect(asked.minted).toEqual([{ ...sessions[0], authenticatedAt: 0 }]);
    expect(asked.statements).toEqual(['mark unauthenticated']);
  });

  it('RS-07 say so too if another refresh with the same token led to that a moment before', async () => {
    const { outcome, minted, statements } = refreshWith({ sessions: [unrotated(5)], risk: 'notify', wasAsked: true });
    expect(await outcome).toEqual({ outcome: 'replayed' });
    expect([minted, statements]).toEqual([[{ ...unrotated(5), authenticatedAt: 0 }], []]);
  });

  it.each(['allow', 'notify', null] as const)('RS-07 keep the time of the login where risk is %s', async (risk) => {
    for (const current of [rotated, unrotated(5)]) {
      const { outcome, minted, statements } = refreshWith({ sessions: [current], risk });
      expect(await outcome).toMatchObject({ outcome: expect.any(String) });
      expect([minted, statements]).toEqual([[current], []]);
    }
  });
});

describe('a refresh that waits for the row of its session', () => {
  it('rotates once the row is free', async () => {
    const { outcome, minted } = refreshWith({ sessions: [unrotated(4)], isRotatedAlone: true });
    expect(await outcome).toEqual({ outcome: 'rotated' });
    expect(minted).toEqual([rotated]);
  });

  it.each([5, 6])('CC-03 gets the newest token where others have rotated to generation %d', async (generation) => {
    // Also when the wait took longer than the grace period.
    const newest = unrotated(generation, false);
    const { outcome, minted } = refreshWith({ sessions: [unrotated(4), newest] });
    expect(await outcome).toEqual({ outcome: 'replayed' });
    expect(minted).toEqual([newest]);
  });

  it.each([10, 0])(
    'has to try again, and gets no replay, where its deadline passed and no request rotated: grace %d',
    async (graceSeconds) => {
      const { outcome, minted } = refreshWith({ sessions: [unrotated(4)], graceSeconds });
      expect(await outcome).toMatchObject({ code: 'service_unavailable', retryAfter: 1 });
      expect(minted).toEqual([]);
    },
  );

  it('gets nothing where the session ended during the wait', async () => {
    const { outcome, minted } = refreshWith({ sessions: [unrotated(4), { ...unrotated(4), isOver: true }] });
    expect(await outcome).toMatchObject({ code: 'session_ended' });
    expect(minted).toEqual([]);
  });
});
