import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { givenAdmin, type GivenAdmin } from '../support/admins.js';
import { givenApiKey } from '../support/api-keys.js';
import { SCOPES } from '../../src/platform/http/principal.js';
import { Authenticator } from '../support/authenticator.js';
import { ConsentsFile, NEWS, OPTIONAL_DOCUMENTS } from '../support/consents.js';
import { given, unique, type GivenMember } from '../support/factories.js';
import { mailbox, outboxEmpty } from '../support/mailbox.js';
import { addPasskey, beginPasskey, type WithPasskey } from '../support/passkeys.js';
import { RowChanges, whileLocked } from '../support/row-changes.js';
import { codeAt, confirmCode, enrol } from '../support/second-factor.js';
import { TEST_PUBLIC_URL } from '../support/server-environment.js';
import { NaverPartner } from '../support/social/naver-partner.js';
import { CLIENT, OpenIdPartner, PECULIARITIES } from '../support/social/openid-partner.js';
import { TestApp } from '../support/test-app.js';

const REDIRECT_URI = 'https://app.example.test/social';

/** One request that writes on behalf of a session. */
interface Write {
  /** Replaces the `{id}` of the path. */
  id?: string;
  /** Replaces the second id of the path. */
  partId?: string;
  query?: string;
  body?: Record<string, unknown>;
  /** The member whose session sends the request; `ada` if absent. */
  actor?: GivenMember;
}

/** This file changes no login ID, so the server sends only test events to this webhook. */
const WEBHOOK = { url: 'http://127.0.0.1:9/', types: ['member.login_id_changed'] };

/** Reads of administrators that leave no row in the audit log, because they show no member. */
const UNRECORDED_READS = [
  'GET /api/admin/api-keys',
  'GET /api/admin/imports',
  'GET /api/admin/outbox',
  'GET /api/admin/overview',
  'GET /api/admin/webhooks',
  'GET /api/admin/webhooks/{id}',
  'GET /api/admin/webhooks/{id}/deliveries',
];

const isRecordedRead = (name: string): boolean =>
  name.startsWith('GET /api/admin/') && !UNRECORDED_READS.includes(name);

let app: TestApp;
let naver: NaverPartner;
let kakao: OpenIdPartner;
const kakaoSubject = unique.loginId();
let consentsFile: ConsentsFile;
let rows: RowChanges;
let ada: GivenMember & { secret: string; codes: string[]; passkeyId: string; identityId: string };
let root: GivenAdmin;
let eve: WithPasskey & { status?: string };
let keyId: string;

beforeAll(async () => {
  naver = await new NaverPartner().start();
  kakao = await OpenIdPartner.start(REDIRECT_URI, PECULIARITIES.kakao);
  consentsFile = await ConsentsFile.write(OPTIONAL_DOCUMENTS);
  app = await TestApp.start({
    env: {
      CONSENTS: consentsFile.path,
      SOCIAL_REDIRECT_URIS: REDIRECT_URI,
      SOCIAL_KAKAO_CLIENT_ID: CLIENT.id,
      SOCIAL_KAKAO_CLIENT_SECRET: CLIENT.secret,
      SOCIAL_KAKAO_ISSUER: kakao.issuer,
      SOCIAL_NAVER_CLIENT_ID: CLIENT.id,
      SOCIAL_NAVER_CLIENT_SECRET: CLIENT.secret,
      SOCIAL_NAVER_ISSUER: naver.issuer,
      SOCIAL_NAVER_PROFILE_URL: `${naver.issuer}/v1/nid/me`,
    },
  });
  rows = await RowChanges.of(app.sql);
  ada = { ...(await given.member(app)), secret: '', codes: [], passkeyId: '', identityId: '' };
  await app.sql.query(
    `INSERT INTO identities (id, member_id, provider, subject) VALUES (gen_random_uuid(), $1, 'kakao', $2)`,
    [ada.id, kakaoSubject],
  );
  root = await givenAdmin(app);
  const enrolled = await enrol(await given.member(app));
  await confirmCode(enrolled, enrolled.recoveryCodes[0]!);
  eve = await addPasskey(enrolled);
});
afterAll(async () => {
  await app?.stop();
  await naver?.stop();
  await kakao?.stop();
  await consentsFile?.remove();
});

async function anotherSession(member: GivenMember): Promise<GivenMember> {
  const { body } = await member.client
    .post('/api/auth/login', { identifier: member.loginId, password: member.password })
    .expect(200);
  return { ...member, accessToken: body.accessToken, sessionId: body.sessionId };
}

async function newAddress(): Promise<{ requestId: string; code: string | undefined }> {
  const newEmail = unique.email();
  const { body } = await ada.client
    .post('/api/members/me/email/send-code', { newEmail, password: ada.password }, ada.accessToken)
    .expect(202);
  return { requestId: body.requestId, code: (await mailbox.to(newEmail).next()).code };
}

/** Deletes the earlier webhooks first, because their number is limited. */
async function givenWebhook(): Promise<string> {
  await app.sql.query('DELETE FROM webhooks');
  const { body } = await root.client.post('/api/admin/webhooks', WEBHOOK, root.accessToken).expect(201);
  return body.id;
}

/** Inserted by SQL, because a request would start the mail cooldown of the address. */
async function givenInvitation(): Promise<string> {
  const { rows: invitations } = await app.sql.query(
    `INSERT INTO invitations (id, email, email_key, role, locale, invited_by, expires_at)
     VALUES (gen_random_uuid(), $1, $1, 'member', 'en', $2, now() + interval '1 day') RETURNING id`,
    [unique.email(), root.id],
  );
  return invitations[0].id;
}

async function sentDelivery(webhookId: string): Promise<string> {
  const { rows: deliveries } = await app.sql.query(
    `WITH event AS (INSERT INTO events (type, data) VALUES ('webhook.test', '{}') RETURNING id)
     INSERT INTO event_deliveries (id, event_id, webhook_id, status) SELECT gen_random_uuid(), id, $1, 'sent' FROM event RETURNING id`,
    [webhookId],
  );
  return deliveries[0].id;
}

/** A session of `eve`: a copy of the administrator's session. */
const givenSession = (): Promise<string> => givenCopy('sessions', root.sessionId, {});
const givenPasskey = (): Promise<string> =>
  givenCopy('passkeys', eve.passkeyId, { credential_id: `\\x${randomBytes(16).toString('hex')}` });

async function givenCopy(table: string, id: string, changes: object): Promise<string> {
  const row = JSON.stringify({ ...changes, id: randomUUID(), member_id: eve.id });
  const { rows: copies } = await app.sql.query(
    `INSERT INTO ${table} SELECT (jsonb_populate_record(t, $2)).* FROM ${table} t WHERE id = $1 RETURNING id`,
    [id, row],
  );
  return copies[0].id;
}

async function givenIdentity(): Promise<string> {
  const { rows: identities } = await app.sql.query(
    `INSERT INTO identities (id, member_id, provider, subject) VALUES (gen_random_uuid(), $1, 'kakao', $2) RETURNING id`,
    [eve.id, unique.loginId()],
  );
  return identities[0].id;
}

const disabledOr = (status = 'active'): string => (status === 'active' ? 'disabled' : 'active');

async function undeliverableMail(): Promise<string> {
  await outboxEmpty(app);
  const { rows: mails } = await app.sql.query(
    `UPDATE outbox_messages SET status = 'dead', payload = 'unreadable' WHERE id = (
       SELECT id FROM outbox_messages WHERE member_id = $1 ORDER BY created_at DESC LIMIT 1) RETURNING id`,
    [eve.id],
  );
  return mails[0].id;
}

/**
 * Every operation that an access token opens and that writes, in an order in which each leaves what
 * the next one needs. A new operation has to be added here.
 */
const WRITES: Record<string, { prepare: () => Promise<Write>; after?: (body: any, write: Write) => unknown }> = {
  'PATCH /api/members/me': { prepare: async () => ({ body: { name: unique.loginId() } }) },
  'POST /api/auth/reauthenticate': { prepare: async () => ({ body: { password: ada.password } }) },
  'POST /api/auth/reauthenticate/social': {
    prepare: async () => {
      const { body } = await ada.client.post('/api/auth/social/kakao/start', { reauthenticate: true }).expect(200);
      const sent = await kakao.logIn(body.authorizationUrl, kakaoSubject);
      return { body: { provider: 'kakao', requestId: body.requestId, ...Object.fromEntries(sent) } };
    },
  },
  'POST /api/members/me/password': {
    prepare: async () => ({ body: { currentPassword: ada.password, newPassword: unique.password() } }),
    after: (_, { body }) => (ada.password = body!.newPassword as string),
  },
  'POST /api/members/me/email/send-code': {
    prepare: async () => ({ body: { newEmail: unique.email(), password: ada.password } }),
  },
  'POST /api/members/me/email/confirm-code': { prepare: async () => ({ body: await newAddress() }) },
  'DELETE /api/auth/sessions/{id}': { prepare: async () => ({ id: (await anotherSession(ada)).sessionId }) },
  'DELETE /api/auth/sessions': {
    prepare: async () => {
      await anotherSession(ada);
      return {};
    },
  },
  'POST /api/auth/logout': { prepare: async () => ({ actor: await anotherSession(ada) }) },
  'POST /api/members/me/totp': {
    prepare: async () => ({ body: { password: ada.password } }),
    after: ({ secret }) => (ada.secret = secret),
  },
  'POST /api/members/me/totp/confirm': {
    prepare: async () => ({ body: { code: codeAt(ada.secret) } }),
    after: ({ recoveryCodes }) => (ada.codes = recoveryCodes),
  },
  'POST /api/members/me/recovery-codes': {
    prepare: async () => {
      await confirmCode(ada, ada.codes.pop()!); // the following operations need a confirmed session too
      return { body: { password: ada.password } };
    },
    after: ({ recoveryCodes }) => (ada.codes = recoveryCodes),
  },
  'POST /api/members/me/passkeys/options': { prepare: async () => ({ body: { password: ada.password } }) },
  'POST /api/members/me/passkeys': {
    prepare: async () => {
      const { body } = await beginPasskey(ada);
      return { body: { credential: new Authenticator(TEST_PUBLIC_URL).create(body.publicKey) } };
    },
    after: ({ passkey }) => (ada.passkeyId = passkey.id),
  },
  'POST /api/auth/reauthenticate/passkey/options': { prepare: async () => ({}) },
  'PATCH /api/members/me/passkeys/{id}': {
    prepare: async () => ({ id: ada.passkeyId, body: { name: unique.loginId() } }),
  },
  'DELETE /api/members/me/passkeys/{id}': {
    prepare: async () => ({ id: ada.passkeyId, body: { password: ada.password } }),
  },
  'POST /api/members/me/consents': { prepare: async () => ({ body: { consents: [NEWS] } }) },
  'DELETE /api/members/me/consents/{id}': { prepare: async () => ({ id: NEWS.id }) },
  'POST /api/members/me/identities': {
    prepare: async () => {
      const { body } = await ada.client.post('/api/auth/social/naver/start', {}).expect(200);
      const sent = await naver.logIn(body.authorizationUrl, unique.loginId());
      return { body: { provider: 'naver', requestId: body.requestId, ...Object.fromEntries(sent) } };
    },
    after: ({ id }) => (ada.identityId = id),
  },
  'DELETE /api/members/me/identities/{id}': { prepare: async () => ({ id: ada.identityId }) },
  'DELETE /api/members/me/totp': { prepare: async () => ({ body: { password: ada.password } }) },
  'DELETE /api/members/me': { prepare: async () => ({ body: { password: ada.password } }) },
  ...Object.fromEntries(
    ['', '/sessions', '/challenges', '/mails', '/deliveries', '/export'].map((part) => [
      `GET /api/admin/members/{id}${part}`,
      { prepare: async () => ({ id: eve.id, actor: root }) },
    ]),
  ),
  'GET /api/admin/invitations': { prepare: async () => ({ actor: root }) },
  'GET /api/admin/members': { prepare: async () => ({ actor: root }) },
  'GET /api/admin/login-diagnosis': { prepare: async () => ({ query: `?identifier=${eve.loginId}`, actor: root }) },
  'GET /api/admin/security-events': { prepare: async () => ({ query: `?memberId=${eve.id}`, actor: root }) },
  'POST /api/admin/members/{id}/password-reset': { prepare: async () => ({ id: eve.id, actor: root }) },
  'DELETE /api/admin/members/{id}/sessions': { prepare: async () => ({ id: eve.id, actor: root }) },
  'DELETE /api/admin/members/{id}/sessions/{sessionId}': {
    prepare: async () => ({ id: eve.id, partId: await givenSession(), actor: root }),
  },
  'DELETE /api/admin/members/{id}/passkeys/{passkeyId}': {
    prepare: async () => ({ id: eve.id, partId: await givenPasskey(), actor: root }),
  },
  'DELETE /api/admin/members/{id}/identities/{identityId}': {
    prepare: async () => ({ id: eve.id, partId: await givenIdentity(), actor: root }),
  },
  'DELETE /api/admin/members/{id}/totp': { prepare: async () => ({ id: eve.id, actor: root }) },
  'DELETE /api/admin/members/{id}/passkeys': { prepare: async () => ({ id: eve.id, actor: root }) },
  'POST /api/admin/members/{id}/unlock': { prepare: async () => ({ id: eve.id, actor: root }) },
  'POST /api/admin/outbox/{id}/retry': {
    prepare: async () => ({ id: await undeliverableMail(), actor: root }),
    after: (_, { id }) => app.sql.query('DELETE FROM outbox_messages WHERE id = $1', [id]),
  },
  'POST /api/admin/members/{id}/email': {
    prepare: async () => ({ id: eve.id, actor: root, body: { email: unique.email() } }),
  },
  'DELETE /api/admin/members/{id}': {
    prepare: async () => ({ id: (await given.member(app)).id, actor: root }),
  },
  'POST /api/admin/invitations': { prepare: async () => ({ actor: root, body: { email: unique.email() } }) },
  'POST /api/admin/invitations/{id}/resend': {
    prepare: async () => ({ id: await givenInvitation(), actor: root }),
  },
  'DELETE /api/admin/invitations/{id}': { prepare: async () => ({ id: await givenInvitation(), actor: root }) },
  'POST /api/admin/api-keys': {
    prepare: async () => ({ actor: root, body: { name: 'Backend', scopes: ['members:read'] } }),
    after: ({ id }) => (keyId = id),
  },
  'POST /api/admin/api-keys/{id}/rotate': { prepare: async () => ({ id: keyId, actor: root }) },
  'DELETE /api/admin/api-keys/{id}': { prepare: async () => ({ id: keyId, actor: root }) },
  'POST /api/admin/webhooks': {
    prepare: async () => ({ actor: root, body: WEBHOOK }),
    after: () => app.sql.query('DELETE FROM webhooks'),
  },
  'PATCH /api/admin/webhooks/{id}': {
    prepare: async () => ({ id: await givenWebhook(), actor: root, body: { description: unique.loginId() } }),
  },
  'POST /api/admin/webhooks/{id}/rotate-secret': {
    prepare: async () => ({ id: await givenWebhook(), actor: root }),
  },
  'POST /api/admin/webhooks/{id}/test': {
    prepare: async () => ({ id: await givenWebhook(), actor: root }),
  },
  'POST /api/admin/webhooks/{id}/deliveries/{deliveryId}/retry': {
    prepare: async () => {
      const id = await givenWebhook();
      return { id, partId: await sentDelivery(id), actor: root };
    },
  },
  'DELETE /api/admin/webhooks/{id}': { prepare: async () => ({ id: await givenWebhook(), actor: root }) },
  'PATCH /api/admin/members/{id}': {
    prepare: async () => ({ id: eve.id, actor: root, body: { status: disabledOr(eve.status) } }),
    after: (_, { body }) => (eve.status = body!.status as string),
  },
};

/** What may happen between the guard and the commit, how to undo it, and how the request is refused. */
const REVOCATIONS = {
  'the session ended': {
    take: 'UPDATE sessions SET ended_at = now() WHERE id = $2 AND member_id = $1',
    giveBack: 'UPDATE sessions SET ended_at = NULL WHERE id = $2 AND member_id = $1',
    refusal: [401, 'session_ended'],
    concerns: () => true,
  },
  'the member was disabled': {
    take: `UPDATE members SET status = 'disabled' WHERE id = $1 AND $2::uuid IS NOT NULL`,
    giveBack: `UPDATE members SET status = 'active' WHERE id = $1 AND $2::uuid IS NOT NULL`,
    refusal: [401, 'session_ended'],
    concerns: (_: Write, name: string) => name !== 'POST /api/auth/logout', // a disabled member may still log out
  },
  'the password was replaced': {
    take: 'UPDATE members SET password_version = password_version + 1 WHERE id = $1 AND $2::uuid IS NOT NULL',
    giveBack: 'UPDATE members SET password_version = password_version - 1 WHERE id = $1 AND $2::uuid IS NOT NULL',
    refusal: [401, 'invalid_credentials'],
    concerns: ({ body }: Write) => body !== undefined && ('password' in body || 'currentPassword' in body),
  },
  'the administrator was demoted': {
    take: `UPDATE members SET role = 'member' WHERE id = $1 AND $2::uuid IS NOT NULL`,
    giveBack: `UPDATE members SET role = 'admin' WHERE id = $1 AND $2::uuid IS NOT NULL`,
    refusal: [403, 'forbidden'],
    concerns: (_: Write, name: string) => name.includes('/api/admin/'),
  },
};

const pathOf = (template: string, id: string, partId: string): string =>
  template.replace('{id}', id).replace(/\{\w+\}/, partId);

/** The operations that this kind of token opens and that write. */
async function writesOf(scheme: 'access' | 'apiKey'): Promise<string[]> {
  const { body } = await app.get('/docs-json').expect(200);
  return Object.entries<Record<string, any>>(body.paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { security = [] }]) => ({
        name: `${method.toUpperCase()} ${path}`,
        isOpened: security.some((schemes: object) => scheme in schemes),
      })),
    )
    .filter(({ name, isOpened }) => isOpened && (!name.startsWith('GET ') || isRecordedRead(name)))
    .filter(({ name }) => name !== 'POST /api/auth/introspect') // it writes nothing
    .map(({ name }) => name);
}

describe('a write whose session lost its rights after the guard admitted it', () => {
  it('CC-09 is listed here for every operation that an access token opens', async () => {
    expect(Object.keys(WRITES).sort()).toEqual((await writesOf('access')).sort());
  });

  it('CC-09 is refused and changes no row, on every operation; without the loss it succeeds', async () => {
    for (const [name, { prepare, after }] of Object.entries(WRITES)) {
      const [method = '', path = ''] = name.split(' ');
      const send = ({ id = '', partId = '', query = '', body, actor = ada }: Write) =>
        actor.client.request(method, pathOf(path, id, partId) + query, { body, token: actor.accessToken });
      for (const [event, { take, giveBack, refusal, concerns }] of Object.entries(REVOCATIONS)) {
        const write = await prepare();
        if (!concerns(write, name)) continue;
        const { id, sessionId } = write.actor ?? ada;
        const before = await rows.read([ada.id, eve.id, root.id]);
        const answer = await whileLocked(app.sql, id, { text: take, values: [id, sessionId] }, () => send(write));
        await app.sql.query(giveBack, [id, sessionId]);
        const written = rows.difference(before, await rows.read([ada.id, eve.id, root.id]));
        // A logout has nothing left to end, and is answered as any second logout.
        const expected = name === 'POST /api/auth/logout' ? [204, undefined] : refusal;
        expect([name, event, answer.status, answer.body?.code, written]).toEqual([name, event, ...expected, []]);
      }
      const write = await prepare();
      const before = await rows.read([ada.id, eve.id, root.id]);
      const { status, body } = await send(write);
      const written = rows.difference(before, await rows.read([ada.id, eve.id, root.id]));
      expect([name, status < 300, written.length > 0]).toEqual([name, true, true]);
      await after?.(body, write);
    }
  });
});

describe('a write whose API key was revoked after the guard admitted it', () => {
  it('CC-09 AK-01 is refused and changes no row, on every operation; with the key it succeeds', async () => {
    const names = await writesOf('apiKey');
    expect(names.length).toBeGreaterThan(5);
    for (const name of names) {
      const [method = '', path = ''] = name.split(' ');
      const { id: key, key: token } = await givenApiKey(app, SCOPES);
      const { id = '', partId = '', query = '', body } = await WRITES[name]!.prepare();
      const where = pathOf(path, id, partId) + query;
      const send = () => app.client().request(method, where, { body, token });
      const revocation = { text: 'UPDATE api_keys SET revoked_at = now() WHERE id = $1', values: [key] };
      const before = await rows.read([eve.id, key]);
      const answer = await whileLocked(app.sql, eve.id, revocation, send);
      const changes = rows.difference(before, await rows.read([eve.id, key]));
      expect([name, answer.status, answer.body?.code, changes]).toEqual([name, 401, 'api_key_invalid', []]);
      await app.sql.query('UPDATE api_keys SET revoked_at = NULL WHERE id = $1', [key]);
      const { status } = await send();
      const written = rows.difference(before, await rows.read([eve.id, key]));
      expect([name, status < 300, written.length > 0]).toEqual([name, true, true]);
      await WRITES[name]!.after?.(undefined, { id, body });
    }
  });
});
