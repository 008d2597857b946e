import { generateSync } from 'otplib';
import type { GivenMember } from './factories.js';

/** A member with an authenticator app. */
export interface EnrolledMember extends GivenMember {
  secret: string;
  recoveryCodes: string[];
}

/**
 * The code of a step so many away from the current one. Tests confirm with the current one and log in with the next,
 * never with the one before: time may move on by a step meanwhile.
 */
export function codeAt(secret: string, stepsAway = 0): string {
  return generateSync({ secret, epoch: Math.floor(Date.now() / 1000) + stepsAway * 30 });
}

export async function enrol(member: GivenMember): Promise<EnrolledMember> {
  const { body: totp } = await member.client
    .post('/api/members/me/totp', { password: member.password }, member.accessToken)
    .expect(200);
  const { body } = await member.client
    .post('/api/members/me/totp/confirm', { code: codeAt(totp.secret) }, member.accessToken)
    .expect(200);
  return { ...member, secret: totp.secret, recoveryCodes: body.recoveryCodes };
}
