import { generateSync } from 'otplib';
import { given, type GivenMember } from './factories.js';
import type { TestApp } from './test-app.js';

/** An administrator with a recent login. */
export interface GivenAdmin extends GivenMember {
  /** The secret of the authenticator app. */
  secret: string;
  recoveryCodes: string[];
}

/** The code of an authenticator app at a distance of `stepsAway` steps of 30 seconds from now. */
export const totpCode = (secret: string, stepsAway = 0): string =>
  generateSync({ secret, epoch: Math.floor(Date.now() / 1000) + stepsAway * 30 });

/** Sets up an authenticator app. */
export async function enrol(member: GivenMember): Promise<GivenAdmin> {
  const { client, password, accessToken } = member;
  const { body: totp } = await client.post('/api/members/me/totp', { password }, accessToken).expect(200);
  const { body } = await client
    .post('/api/members/me/totp/confirm', { code: totpCode(totp.secret) }, accessToken)
    .expect(200);
  return { ...member, secret: totp.secret, recoveryCodes: body.recoveryCodes };
}

/**
 * Makes a member an administrator directly in the database and refreshes the tokens to carry the
 * role.
 */
export async function promote<Member extends GivenMember>(app: TestApp, member: Member): Promise<Member> {
  await app.sql.query(`UPDATE members SET role = 'admin' WHERE id = $1`, [member.id]);
  const { body } = await member.client.post('/api/auth/refresh', undefined, member.refreshToken).expect(200);
  return { ...member, accessToken: body.accessToken, refreshToken: body.refreshToken };
}

/** An administrator with a second factor. */
export async function givenAdmin(app: TestApp): Promise<GivenAdmin> {
  return promote(app, await enrol(await given.member(app)));
}
