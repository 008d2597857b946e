import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { given, unique, type GivenMember } from '../support/factories.js';
import type { HttpAnswer, PendingAnswer, RequestOptions } from '../support/http-client.js';
import { Authenticator } from '../support/authenticator.js';
import { about } from '../support/lifetimes.js';
import { mailbox } from '../support/mailbox.js';
import { addPasskey, passwordStep } from '../support/passkeys.js';
import { ProofMaker } from '../support/proof-maker.js';
import { resetTokenFor } from '../support/recovery.js';
import { expectRefusal } from '../support/refusals.js';
import { codeAt, enrol } from '../support/second-factor.js';
import { ageSession } from '../support/session-age.js';
import { decodeToken } from '../support/token-forge.js';
import { TEST_PUBLIC_URL } from '../support/server-environment.js';
import { TestApp } from '../support/test-app.js';

const LOGIN = '/api/auth/login';
const REFRESH = '/api/auth/refresh';
const ME = '/api/members/me';

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.shared();
});
afterAll(() => app.stop());

/** A session that is bound to the key of `maker`. */
interface BoundSession {
  member: GivenMember;
  maker: ProofMaker;
  tokens: { accessToken: string; refreshToken: string; sessionId: string; tokenType: string };
}

async function boundSession(binding?: 'refresh' | 'full', maker = new ProofMaker()): Promise<BoundSession> {
  const member = await given.member(app);
  const body = { identifier: member.loginId, password: member.password, ...(binding && { binding }) };
  const { body: tokens } = await send(LOGIN, maker, { body }).expect(200);
  return { member, maker, tokens };
}

/** A request with a proof by this key, or with none. */
function send(path: string, maker: ProofMaker | null, options: RequestOptions = {}): PendingAnswer {
  const headers = { ...(maker && maker.header({ path })), ...options.headers };
  return app.request('POST', path, { ...options, headers });
}

const refresh = (token: string, maker: ProofMaker | null): PendingAnswer => send(REFRESH, maker, { token });

/** A call with an access token that is bound to a key. */
function call(token: string, maker: ProofMaker | null, scheme = 'DPoP'): PendingAnswer {
  const headers = {
    authorization: `${scheme} ${token}`,
    ...(maker && maker.header({ method: 'GET', path: ME, accessToken: token })),
  };
  return app.request('GET', ME, { headers });
}

const age = (sessionId: string, seconds: number) => ageSession(app.sql, sessionId, seconds);

async function rowOf(sessionId: string): Promise<Record<string, any>> {
  const { rows } = await app.sql.query('SELECT * FROM sessions WHERE id = $1', [sessionId]);
  return rows[0];
}

describe('a session that is bound to a key', () => {
  it.each(['ES256', 'EdDSA'] as const)('RB-03 is refreshed with a proof by its key (%s)', async (algorithm) => {
    const { member, maker, tokens } = await boundSession(undefined, new ProofMaker(algorithm));
    expect(tokens.tokenType).toBe('Bearer');
    expect(decodeToken(tokens.accessToken).claims.cnf).toBeUndefined();
    await app.get(ME, tokens.accessToken).expect(200);
    expect(await rowOf(tokens.sessionId)).toMatchObject({ key_thumbprint: maker.thumbprint, binding: 'refresh' });

    const { body: next } = await refresh(tokens.refreshToken, maker).expect(200);
    expect(next).toMatchObject({ outcome: 'rotated', tokenType: 'Bearer' });
    const { body: inBody } = await send(REFRESH, maker, { body: { refreshToken: next.refreshToken } }).expect(200);
    expect(inBody.outcome).toBe('rotated');
    const { body: list } = await app.get('/api/auth/sessions', inBody.accessToken).expect(200);
    expect(list.items.map(({ id, bound }: any) => [id, bound])).toEqual([
      [tokens.sessionId, true],
      [member.sessionId, false],
    ]);
  });

  it('RB-03 gives a thief nothing for any of its tokens, with or without a proof; it stays open and no mail is sent', async () => {
    const { member, maker, tokens } = await boundSession();
    const thief = new ProofMaker();
    const { body: second } = await refresh(tokens.refreshToken, maker).expect(200);
    const { body: third } = await refresh(second.refreshToken, maker).expect(200);
    const before = await rowOf(tokens.sessionId);
    const mails = await mailbox.count(member.email, app);
    for (const { refreshToken } of [tokens, second, third]) {
      expectRefusal(await refresh(refreshToken, null), 'proof_required');
      expectRefusal(await refresh(refreshToken, thief), 'proof_invalid');
      expectRefusal(await send('/api/auth/logout', null, { token: refreshToken }), 'proof_required');
      expectRefusal(await send('/api/auth/logout', thief, { token: refreshToken }), 'proof_invalid');
    }
    await age(tokens.sessionId, 60);
    expectRefusal(await refresh(second.refreshToken, null), 'proof_required');
    expect(await rowOf(tokens.sessionId)).toMatchObject({ generation: before.generation, ended_at: null });
    expect((await refresh(third.refreshToken, maker).expect(200)).body.outcome).toBe('rotated');
    await mailbox.expectNone(member.email, app, mails);
  });

  it('RB-03 returns the same successor to its previous token, however late, with fresh access tokens', async () => {
    const { maker, tokens } = await boundSession();
    const { body: lost } = await refresh(tokens.refreshToken, maker).expect(200);
    for (let round = 1; round <= 4; round += 1) {
      await age(tokens.sessionId, 86_400);
      const { body } = await refresh(tokens.refreshToken, maker).expect(200);
      expect(body.outcome).toBe('replayed');
      // Only the ids can be equal: `age` also moved the times in the row, which the tokens contain.
      expect(decodeToken(body.refreshToken).claims.jti).toBe(decodeToken(lost.refreshToken).claims.jti);
      expect(body.expiresIn).toEqual(about(600));
      await app.get(ME, body.accessToken).expect(200);
    }
    expect((await refresh(lost.refreshToken, maker).expect(200)).body.outcome).toBe('rotated');
  });

  it('RB-03 ends when an older token comes back with its key', async () => {
    const { maker, tokens } = await boundSession();
    const { body: second } = await refresh(tokens.refreshToken, maker).expect(200);
    const { body: third } = await refresh(second.refreshToken, maker).expect(200);
    expectRefusal(await refresh(tokens.refreshToken, maker), 'token_reused');
    expectRefusal(await refresh(third.refreshToken, maker), 'session_ended');
  });

  it('RB-03 fifty simultaneous refreshes have one successor', async () => {
    const { maker, tokens } = await boundSession();
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(tokens.refreshToken, maker)));
    expect(answers.filter(({ body }) => body.outcome === 'rotated')).toHaveLength(1);
    expect(answers.filter(({ body }) => body.outcome === 'replayed')).toHaveLength(49);
    expect(new Set(answers.map(({ body }) => body.refreshToken)).size).toBe(1);
  });

  it('RB-04 a proof is refused the second time, for another path or method, and its session lives on', async () => {
    const { maker, tokens } = await boundSession();
    const headers = maker.header({ path: REFRESH });
    const { body: next } = await app.request('POST', REFRESH, { token: tokens.refreshToken, headers }).expect(200);
    const wrong = [headers, maker.header({ path: LOGIN }), maker.header({ path: REFRESH, method: 'GET' })];
    for (const again of wrong)
      expectRefusal(await app.request('POST', REFRESH, { token: next.refreshToken, headers: again }), 'proof_invalid');
    const twice = [maker.proof({ path: REFRESH }), maker.proof({ path: REFRESH })];
    const answer = await app.request('POST', REFRESH, { token: next.refreshToken, headers: { dpop: twice } });
    expectRefusal(answer, 'proof_invalid');
    expect(answer.headers['www-authenticate']).toBe(
      'DPoP error="invalid_dpop_proof", error_description="proof_invalid", algs="ES256 EdDSA"',
    );
    expect((await refresh(next.refreshToken, maker).expect(200)).body.outcome).toBe('rotated');
  });

  it('RB-05 a client with a wrong clock repeats its proof with the nonce, and loses nothing', async () => {
    const { maker, tokens } = await boundSession();
    const claims = { iat: 86_400 };
    const late = (nonce?: string) => ({
      token: tokens.refreshToken,
      headers: maker.header({ path: REFRESH, claims, nonce }),
    });
    const refusal = await app.request('POST', REFRESH, late());
    expectRefusal(refusal, 'proof_stale');
    expect(refusal.headers['www-authenticate']).toContain('error="use_dpop_nonce"');
    const nonce = refusal.headers['dpop-nonce'] as string;
    expect((await app.request('POST', REFRESH, late(nonce)).expect(200)).body.outcome).toBe('rotated');
  });

  it('RB-03 an unbound session needs no proof, and a proof does not hurt it', async () => {
    const ada = await given.member(app);
    const { body } = await refresh(ada.refreshToken, new ProofMaker()).expect(200);
    expect(body.outcome).toBe('rotated');
    expect((await refresh(body.refreshToken, null).expect(200)).body.outcome).toBe('rotated');
  });
});

describe('every request that opens a session binds it', () => {
  const expectBound = async ({ status, body }: HttpAnswer, maker: ProofMaker, binding = 'refresh'): Promise<void> => {
    expect([status, body.status]).toEqual([200, 'authenticated']);
    expect(await rowOf(body.sessionId)).toMatchObject({ key_thumbprint: maker.thumbprint, binding });
    expectRefusal(await refresh(body.refreshToken, null), 'proof_required');
    await refresh(body.refreshToken, maker).expect(200);
  };

  it.each(['code', 'link'] as const)('RB-06 the confirmation of a sign-up by %s', async (method) => {
    const maker = new ProofMaker();
    const values = unique.signUp();
    const { signUpId } = (await app.post('/api/auth/sign-up', values).expect(202)).body;
    const { code, linkToken: token } = await mailbox.to(values.email).next();
    const body = { signUpId, binding: 'full', ...(method === 'code' ? { code } : { token }) };
    await expectBound(await send(`/api/auth/sign-up/confirm-${method}`, maker, { body }), maker, 'full');
  });

  it('RB-06 the second factor, by the key of that request and not of the first', async () => {
    const ada = await enrol(await given.member(app));
    const [first, second] = [new ProofMaker(), new ProofMaker()];
    const credentials = { identifier: ada.loginId, password: ada.password };
    const { body } = await send(LOGIN, first, { body: credentials }).expect(200);
    const step = { mfaToken: body.mfaToken, code: codeAt(ada.secret, 1) };
    expectRefusal(await send('/api/auth/login/mfa', null, { body: { ...step, binding: 'full' } }), 'proof_required');
    await expectBound(
      await send('/api/auth/login/mfa', second, { body: { ...step, binding: 'full' } }),
      second,
      'full',
    );
  });

  it('RB-06 a passkey, alone and as the second factor', async () => {
    const maker = new ProofMaker();
    const ada = await addPasskey(await given.member(app), new Authenticator(TEST_PUBLIC_URL));
    const { body: options } = await app.post('/api/auth/login/passkey/options').expect(200);
    const credential = ada.authenticator.get(options.publicKey);
    await expectBound(await send('/api/auth/login/passkey', maker, { body: { credential } }), maker);

    const mfaToken = await passwordStep(ada);
    const { body: again } = await app.post('/api/auth/login/mfa/passkey/options', { mfaToken }).expect(200);
    const step = { mfaToken, credential: ada.authenticator.get(again.publicKey) };
    await expectBound(await send('/api/auth/login/mfa/passkey', maker, { body: step }), maker);
  });

  it('RB-06 a login with cookie transport, and its refresh', async () => {
    const ada = await given.member(app);
    const maker = new ProofMaker();
    const body = { identifier: ada.loginId, password: ada.password, transport: 'cookie' };
    const headers = { origin: TEST_PUBLIC_URL };
    const login = await send(LOGIN, maker, { body, headers }).expect(200);
    const cookie = (login.headers['set-cookie'] as string[]).map((line) => line.split(';', 1)[0]).join('; ');
    expectRefusal(await send(REFRESH, null, { headers: { ...headers, cookie } }), 'proof_required');
    const { body: next } = await send(REFRESH, maker, { headers: { ...headers, cookie } }).expect(200);
    expect(next).toMatchObject({ outcome: 'rotated', sessionId: login.body.sessionId });
  });

  it('RB-06 an invalid proof, or a binding without one, opens no session and counts as no failure', async () => {
    const ada = await given.member(app);
    const body = { identifier: ada.loginId, password: ada.password };
    expectRefusal(await send(LOGIN, null, { body: { ...body, binding: 'refresh' } }), 'proof_required');
    expectRefusal(await send(LOGIN, null, { body, headers: { dpop: 'x' } }), 'proof_invalid');
    await send(LOGIN, new ProofMaker(), { body: { ...body, binding: 'none' } }).expect(422);
    const { rows } = await app.sql.query('SELECT FROM sessions WHERE member_id = $1', [ada.id]);
    expect(rows).toHaveLength(1);
    const failures = await app.sql.query(`SELECT FROM security_events WHERE member_id = $1 AND type = 'login.failed'`, [
      ada.id,
    ]);
    expect(failures.rowCount).toBe(0);
  });
});

describe('a session that is bound in full', () => {
  it('RB-07 its access token needs a proof that names it, on every call', async () => {
    const { maker, tokens } = await boundSession('full');
    const { accessToken } = tokens;
    expect(tokens.tokenType).toBe('DPoP');
    expect(decodeToken(accessToken).claims.cnf).toEqual({ jkt: maker.thumbprint });
    for (let times = 1; times <= 3; times += 1) await call(accessToken, maker).expect(200);
    expectRefusal(await call(accessToken, maker, 'Bearer'), 'proof_required');
    expectRefusal(await call(accessToken, null, 'Bearer'), 'proof_required');
    expectRefusal(await call(accessToken, null), 'proof_required');
    expectRefusal(await call(accessToken, new ProofMaker()), 'proof_invalid');
    const withoutToken = { authorization: `DPoP ${accessToken}`, ...maker.header({ method: 'GET', path: ME }) };
    expectRefusal(await app.request('GET', ME, { headers: withoutToken }), 'proof_invalid');
    const { body } = await app.post('/api/auth/verify', { token: accessToken }).expect(200);
    expect(body).toMatchObject({ active: true, cnf: { jkt: maker.thumbprint } });

    const { body: next } = await refresh(tokens.refreshToken, maker).expect(200);
    expect(next.tokenType).toBe('DPoP');
    await call(next.accessToken, maker).expect(200);
  });

  it('RB-07 a first call without a proof is refused, before the token was ever verified', async () => {
    const { maker, tokens } = await boundSession('full');
    expectRefusal(await call(tokens.accessToken, null, 'Bearer'), 'proof_required');
    await call(tokens.accessToken, maker).expect(200);
  });

  it('RB-07 a plain token is not accepted with the scheme DPoP', async () => {
    const { maker, tokens } = await boundSession('refresh');
    expectRefusal(await call(tokens.accessToken, maker), 'token_invalid');
    await app.get(ME, tokens.accessToken).expect(200);
  });

  it('RB-07 it is logged out with its access token and one proof', async () => {
    const { maker, tokens } = await boundSession('full');
    const path = '/api/auth/logout';
    const authorization = `DPoP ${tokens.accessToken}`;
    expectRefusal(await app.request('POST', path, { token: tokens.accessToken }), 'proof_required');
    expectRefusal(await app.request('POST', path, { headers: { authorization } }), 'proof_required');
    const proof = maker.header({ path, accessToken: tokens.accessToken });
    await app.request('POST', path, { headers: { authorization, ...proof } }).expect(204);
    expectRefusal(await refresh(tokens.refreshToken, maker), 'session_ended');
  });
});

describe('the end of a bound session', () => {
  it('RB-08 a password reset ends it, with or without a proof', async () => {
    const { member, maker, tokens } = await boundSession('full');
    const newPassword = unique.password();
    const resetToken = await resetTokenFor(app, member);
    await app.post('/api/auth/password-reset', { newPassword }, resetToken).expect(204);
    expectRefusal(await refresh(tokens.refreshToken, maker), 'session_ended');
    expectRefusal(await refresh(tokens.refreshToken, null), 'session_ended');
    expectRefusal(await call(tokens.accessToken, maker), 'session_ended');
  });

  it('RB-08 “it was not me” ends it', async () => {
    const member = await given.member(app);
    const [welcome] = await mailbox.to(member.email).all();
    const maker = new ProofMaker();
    const body = { identifier: member.loginId, password: member.password };
    const { body: tokens } = await send(LOGIN, maker, { body }).expect(200);
    const { linkToken } = await mailbox.to(member.email).next({ after: welcome });
    await app.post('/api/auth/not-me', { token: linkToken }).expect(204);
    expectRefusal(await refresh(tokens.refreshToken, maker), 'session_ended');
  });

  it('RB-08 its member ends it from another device', async () => {
    const { member, maker, tokens } = await boundSession();
    await app.delete('/api/auth/sessions', undefined, member.accessToken).expect(204);
    expectRefusal(await refresh(tokens.refreshToken, maker), 'session_ended');
  });

  it('RB-08 a logout with its refresh token and a proof ends it, also when repeated', async () => {
    const { maker, tokens } = await boundSession();
    await send('/api/auth/logout', maker, { token: tokens.refreshToken }).expect(204);
    await send('/api/auth/logout', null, { token: tokens.refreshToken }).expect(204);
    expectRefusal(await refresh(tokens.refreshToken, maker), 'session_ended');
  });
});
