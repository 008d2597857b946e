import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { given, type GivenMember } from '../support/factories.js';
import { addPasskey, passkeyLogin } from '../support/passkeys.js';
import { codeAt, enrol } from '../support/second-factor.js';
import { TEST_PUBLIC_URL } from '../support/server-environment.js';
import { TestApp } from '../support/test-app.js';
import { decodeToken } from '../support/token-forge.js';

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.shared();
});
afterAll(() => app.stop());

const claimsOf = (token: string) => decodeToken(token).claims;

/** The claims of the access token that a refresh gives. */
async function refreshedClaims(session: { refreshToken: string }) {
  const { body } = await app.post('/api/auth/refresh', undefined, session.refreshToken).expect(200);
  session.refreshToken = body.refreshToken;
  return claimsOf(body.accessToken);
}

async function authenticatedAt(sessionId: string): Promise<number> {
  const { rows } = await app.sql.query<{ at: number }>(
    `SELECT floor(extract(epoch FROM authenticated_at))::float8 AS at FROM sessions WHERE id = $1`,
    [sessionId],
  );
  return rows[0]!.at;
}

/** As if the member had authenticated that long ago. */
const ageLogin = (sessionId: string, seconds: number) =>
  app.sql.query(
    `UPDATE sessions SET authenticated_at = authenticated_at - make_interval(secs => $2), second_factor_at = second_factor_at - make_interval(secs => $2) WHERE id = $1`,
    [sessionId, seconds],
  );

const reauthenticate = ({ client, password, accessToken }: GivenMember, code?: string) =>
  client.post('/api/auth/reauthenticate', { password, ...(code !== undefined && { code }) }, accessToken).expect(204);

describe('an access token', () => {
  it('RS-06 has the type and the claims of RFC 9068', async () => {
    const ada = await given.member(app);
    const { header, claims } = decodeToken(ada.accessToken);
    expect(header).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: expect.any(String) });
    expect(claims).toEqual({
      iss: TEST_PUBLIC_URL,
      aud: TEST_PUBLIC_URL,
      sub: ada.id,
      sid: ada.sessionId,
      role: 'member',
      client_id: 'munjigi',
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      auth_time: await authenticatedAt(ada.sessionId),
      amr: ['pwd'],
      iat: expect.any(Number),
      exp: claims.iat + 600,
    });
    expect((await refreshedClaims(ada)).jti).not.toBe(claims.jti);
  });

  it('RS-07 keeps the time of the login through refreshes, and takes the time of a new password check', async () => {
    const ada = await given.member(app);
    await ageLogin(ada.sessionId, 3600);
    const loggedInAt = await authenticatedAt(ada.sessionId);
    for (let round = 0; round < 2; round += 1)
      expect(await refreshedClaims(ada)).toMatchObject({ auth_time: loggedInAt, amr: ['pwd'] });
    await ada.client.post('/api/auth/reauthenticate', { password: 'not the right one' }, ada.accessToken).expect(401);
    expect((await refreshedClaims(ada)).auth_time).toBe(loggedInAt);
    await reauthenticate(ada);
    const { auth_time: confirmedAt } = await refreshedClaims(ada);
    expect(confirmedAt).toBe(await authenticatedAt(ada.sessionId));
    expect(confirmedAt).toBeGreaterThan(loggedInAt + 3000);
  });

  it('RS-07 names the second factor of the last authentication, or an earlier one that was still recent then', async () => {
    const ada = await enrol(await given.member(app));
    // Setting a factor up is no authentication.
    expect((await refreshedClaims(ada)).amr).toEqual(['pwd']);

    const { body: step } = await ada.client
      .post('/api/auth/login', { identifier: ada.loginId, password: ada.password })
      .expect(200);
    const { body: session } = await ada.client
      .post('/api/auth/login/mfa', { mfaToken: step.mfaToken, code: ada.recoveryCodes[0] })
      .expect(200);
    expect(claimsOf(session.accessToken).amr).toEqual(['pwd', 'otp', 'mfa']);

    // A password check does not keep a second factor that is no longer recent.
    await ageLogin(session.sessionId, 3600);
    const later = { ...ada, ...session };
    await reauthenticate(later);
    expect((await refreshedClaims(later)).amr).toEqual(['pwd']);
    await reauthenticate(later, codeAt(ada.secret, 1));
    await reauthenticate(later);
    expect((await refreshedClaims(later)).amr).toEqual(['pwd', 'otp', 'mfa']);

    // An old code does not count, even if the password was checked recently.
    await app.sql.query(`UPDATE sessions SET second_factor_at = now() - interval '1 hour' WHERE id = $1`, [
      session.sessionId,
    ]);
    await reauthenticate(later);
    expect((await refreshedClaims(later)).amr).toEqual(['pwd']);
  });

  it('RS-07 of a login by passkey names no password until the member confirms with one', async () => {
    const ada = await addPasskey(await given.member(app));
    const { body: session } = await passkeyLogin(app.client(), ada.authenticator);
    expect(claimsOf(session.accessToken).amr).toEqual(['hwk', 'mfa']);
    await reauthenticate({ ...ada, ...session });
    expect((await refreshedClaims(session)).amr).toEqual(['pwd', 'hwk', 'mfa']);
  });

  it('RS-07 has an auth_time of 0 where a suspicious refresh demands a new login', async () => {
    const ada = await given.member(app);
    await app.sql.query(`UPDATE sessions SET authenticated_at = to_timestamp(0) WHERE id = $1`, [ada.sessionId]);
    expect((await refreshedClaims(ada)).auth_time).toBe(0);
  });

  it('RS-07 of a session that 1.0 opened claims no more than 1.0 recorded', async () => {
    const ada = await given.member(app);
    await app.sql.query(`UPDATE sessions SET first_factor = NULL, second_factor = 'passkey' WHERE id = $1`, [
      ada.sessionId,
    ]);
    expect((await refreshedClaims(ada)).amr).toEqual(['hwk', 'mfa']);
  });
});
