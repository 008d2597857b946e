import { given, type GivenMember } from './factories.js';
import { enrol, type EnrolledMember } from './second-factor.js';
import type { TestApp } from './test-app.js';

/** An administrator with a recent login and an authenticator app. */
export type GivenAdmin = EnrolledMember;

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
