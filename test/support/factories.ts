import { randomBytes } from 'node:crypto';
import { type HttpClient } from './http-client.js';
import { mailbox } from './mailbox.js';
import { type TestApp } from './test-app.js';

/** A member who has signed up, confirmed the mailed code and is logged in. */
export interface GivenMember {
  id: string;
  loginId: string;
  email: string;
  password: string;
  accessToken: string;
  refreshToken: string;
  sessionId: string;
  deviceToken: string;
  /** The client of the member, with its own client address. */
  client: HttpClient;
}

export interface SignUpValues {
  loginId: string;
  email: string;
  password: string;
  name?: string;
  locale?: string;
}

/** Values that no other test uses, in this run or another. */
export const unique = {
  loginId: (): string => `ada${randomBytes(6).toString('hex')}`,
  email: (): string => `ada.${randomBytes(6).toString('hex')}@example.test`,
  /** Far above the required strength. */
  password: (): string => `${randomBytes(9).toString('base64url')} tall giraffe ${randomBytes(3).toString('hex')}`,
  signUp: (): SignUpValues => ({ loginId: unique.loginId(), email: unique.email(), password: unique.password() }),
};

/** Creates the state that a test begins with, through the API and the mailbox. */
export const given = {
  async member(app: TestApp, overrides: Partial<SignUpValues> = {}): Promise<GivenMember> {
    const values = { ...unique.signUp(), ...overrides };
    const client = app.client();
    const earlier = (await mailbox.to(values.email).all()).at(-1);
    const { body: signUp } = await client.post('/api/auth/sign-up', values).expect(202);
    const { code } = await mailbox.to(values.email).next({ after: earlier });
    const confirmation = { signUpId: signUp.signUpId, code };
    const { body: tokens } = await client.post('/api/auth/sign-up/confirm-code', confirmation).expect(200);
    return {
      id: subjectOf(tokens.accessToken),
      loginId: values.loginId,
      email: values.email,
      password: values.password,
      accessToken: tokens.accessToken,
      refreshToken: tokens.refreshToken,
      sessionId: tokens.sessionId,
      deviceToken: tokens.deviceToken,
      client,
    };
  },
};

/** The member's id, which the access token carries as `sub`. */
function subjectOf(accessToken: string): string {
  const [, payload = ''] = accessToken.split('.');
  return (JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { sub: string }).sub;
}
