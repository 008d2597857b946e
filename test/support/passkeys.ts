import { Authenticator, type Signing } from './authenticator.js';
import type { GivenMember } from './factories.js';
import type { HttpAnswer, HttpClient } from './http-client.js';
import { TEST_PUBLIC_URL } from './server-environment.js';

/** A member with a passkey, and the recovery codes that came with the first. */
export interface WithPasskey extends GivenMember {
  passkeyId: string;
  authenticator: Authenticator;
  recoveryCodes: string[];
}

/** Adds a passkey as our own pages do. */
export async function addPasskey(
  member: GivenMember,
  authenticator = new Authenticator(TEST_PUBLIC_URL),
  { name, signing }: { name?: string; signing?: Signing } = {},
): Promise<WithPasskey> {
  const { body: options } = await beginPasskey(member);
  const credential = authenticator.create(options.publicKey, signing);
  const { body } = await member.client
    .post('/api/members/me/passkeys', { credential, ...(name !== undefined && { name }) }, member.accessToken)
    .then((answer) => expectStatus(answer, 201));
  return { ...member, passkeyId: body.passkey.id, authenticator, recoveryCodes: body.recoveryCodes ?? [] };
}

export async function beginPasskey({ client, password, accessToken }: GivenMember): Promise<HttpAnswer> {
  return expectStatus(await client.post('/api/members/me/passkeys/options', { password }, accessToken), 200);
}

/** Confirms password and passkey in the member's session, as a change of second factors needs it. */
export async function confirmPasskey(
  { client, password, accessToken }: GivenMember,
  authenticator: Authenticator,
): Promise<void> {
  const { body } = expectStatus(
    await client.post('/api/auth/reauthenticate/passkey/options', undefined, accessToken),
    200,
  );
  const credential = authenticator.get(body.publicKey, { userVerified: false });
  expectStatus(await client.post('/api/auth/reauthenticate', { password, credential }, accessToken), 204);
}

/** Logs in with the passkey alone. */
export async function passkeyLogin(
  client: HttpClient,
  authenticator: Authenticator,
  signing: Signing = {},
  more: object = {},
): Promise<HttpAnswer> {
  const { body } = expectStatus(await client.post('/api/auth/login/passkey/options'), 200);
  return client.post('/api/auth/login/passkey', { credential: authenticator.get(body.publicKey, signing), ...more });
}

/**
 * The first step of a login, by password.
 * @returns the MFA token
 */
export async function passwordStep({ client, loginId, password }: GivenMember): Promise<string> {
  const { body } = expectStatus(await client.post('/api/auth/login', { identifier: loginId, password }), 200);
  return body.mfaToken;
}

/** The second step of a login, by passkey. */
export async function passkeyStep(
  { client }: GivenMember,
  mfaToken: string,
  authenticator: Authenticator,
  signing: Signing = {},
): Promise<HttpAnswer> {
  const { body } = expectStatus(await client.post('/api/auth/login/mfa/passkey/options', { mfaToken }), 200);
  const credential = authenticator.get(body.publicKey, signing);
  return client.post('/api/auth/login/mfa/passkey', { mfaToken, credential });
}

function expectStatus(answer: HttpAnswer, status: number): HttpAnswer {
  if (answer.status !== status) throw new Error(`expected ${status}, got ${answer.status} ${answer.text}`);
  return answer;
}
