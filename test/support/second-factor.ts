import { generateSync } from 'otplib';
import type { GivenMember } from './factories.js';

/** A member with an authenticator app. */
export interface EnrolledMember extends GivenMember {
  secret: string;
  recoveryCodes: string[];
  /** The code that confirmed the app, and so is used up. */
  usedCode: string;
}

/**
 * The code `stepsAway` time steps from the current one. Tests confirm with the current code and log
 * in with the next, never with the previous one, because the time step may change in between.
 */
export function codeAt(secret: string, stepsAway = 0): string {
  return generateSync({ secret, epoch: Math.floor(Date.now() / 1000) + stepsAway * 30 });
}

export async function enrol(member: GivenMember): Promise<EnrolledMember> {
  const { body: totp } = await member.client
    .post('/api/members/me/totp', { password: member.password }, member.accessToken)
    .expect(200);
  const usedCode = codeAt(totp.secret);
  const { body } = await member.client
    .post('/api/members/me/totp/confirm', { code: usedCode }, member.accessToken)
    .expect(200);
  return { ...member, secret: totp.secret, recoveryCodes: body.recoveryCodes, usedCode };
}

/** Confirms password and code in the member's session, as a change of second factors needs it. */
export async function confirmCode({ client, password, accessToken }: GivenMember, code: string): Promise<void> {
  await client.post('/api/auth/reauthenticate', { password, code }, accessToken).expect(204);
}
