import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { promote } from '../support/admins.js';
import { givenApiKey } from '../support/api-keys.js';
import { given, unique, type GivenMember } from '../support/factories.js';
import { mailbox } from '../support/mailbox.js';
import { enrol } from '../support/second-factor.js';
import { TestApp } from '../support/test-app.js';
import { decodeToken } from '../support/token-forge.js';

const DECLARATIONS = {
  plan: { schema: { type: 'string', enum: ['free', 'pro'] }, member: 'read', inToken: true },
  phone: {
    schema: { type: 'string', pattern: '^[0-9+]{3,20}$', examples: ['+821012345678'] },
    ...{ member: 'write', atSignUp: 'required' },
  },
  news: { schema: { type: 'boolean' }, member: 'write', atSignUp: 'optional' },
  score: { schema: { type: 'number' }, member: 'hidden' },
  roles: { schema: { type: 'array', items: { type: 'string' } }, member: 'read', inToken: true },
};

let app: TestApp;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'attributes-'));
  const file = join(directory, 'attributes.json');
  await writeFile(file, JSON.stringify(DECLARATIONS));
  app = await TestApp.start({ env: { MEMBER_ATTRIBUTES: file } });
});
afterAll(async () => {
  await app?.stop();
  await rm(directory, { recursive: true });
});

const member = (attributes: object = { phone: '+821012345678' }): Promise<GivenMember> =>
  given.member(app, { attributes } as object);
const problemsOf = (body: { errors: { field: string; code: string }[] }) =>
  body.errors.map(({ field, code }) => [field, code]);

describe('declared attributes', () => {
  it('come from the sign-up, and the profile shows and changes them', async () => {
    const ada = await member({ phone: '0101234', news: true });
    const { body } = await app.get('/api/members/me', ada.accessToken).expect(200);
    expect(body.attributes).toEqual({ phone: '0101234', news: true });
    const { body: changed } = await app
      .patch('/api/members/me', { name: 'Ada', attributes: { news: null, phone: '+82' } }, ada.accessToken)
      .expect(200);
    expect(changed).toMatchObject({ name: 'Ada', attributes: { phone: '+82' } });
    expect((await app.get('/api/members/me', ada.accessToken)).body.attributes).toEqual({ phone: '+82' });
  });

  it.each([
    [{}, [['attributes.phone', 'required']]],
    [{ phone: 'x' }, [['attributes.phone', 'attribute_invalid']]],
    [{ phone: '123', plan: 'pro' }, [['attributes.plan', 'unknown_field']]],
    [{ phone: '123', other: 1 }, [['attributes.other', 'unknown_field']]],
    ['text', [['attributes', 'not_an_object']]],
    [{ phone: '123', toString: 1 }, [['attributes.toString', 'unknown_field']]],
    [{ phone: '123', constructor: 1 }, [['attributes', 'unknown_field']]],
  ])('AT-01 a sign-up with %j is refused, and the response names each field', async (attributes, problems) => {
    const { body } = await app.post('/api/auth/sign-up', { ...unique.signUp(), attributes }).expect(422);
    expect(problemsOf(body)).toEqual(problems);
  });

  it('a sign-up without the required ones is refused, and an address that has an account gets the same answers', async () => {
    const ada = await member();
    expect(problemsOf((await app.post('/api/auth/sign-up', unique.signUp()).expect(422)).body)).toEqual([
      ['attributes.phone', 'required'],
    ]);
    const again = { ...unique.signUp(), email: ada.email };
    await app.post('/api/auth/sign-up', again).expect(422);
    await app.post('/api/auth/sign-up', { ...again, attributes: { phone: '123' } }).expect(202);
  });

  it('a sign-up that continues an earlier one replaces its values', async () => {
    const values = unique.signUp();
    const client = app.client();
    await client.post('/api/auth/sign-up', { ...values, attributes: { phone: '111', news: true } }).expect(202);
    const { code } = await mailbox.to(values.email).next();
    const { body } = await client.post('/api/auth/sign-up', { ...values, attributes: { phone: '222' } }).expect(202);
    const { body: tokens } = await client
      .post('/api/auth/sign-up/confirm-code', { signUpId: body.signUpId, code })
      .expect(200);
    expect((await app.get('/api/members/me', tokens.accessToken)).body.attributes).toEqual({ phone: '222' });
  });

  it('AT-01 a member cannot write read-only or hidden ones, and never sees hidden ones', async () => {
    const ada = await member();
    const { key } = await givenApiKey(app, ['members:write', 'members:read']);
    await app.patch(`/api/admin/members/${ada.id}`, { attributes: { score: 4, plan: 'pro' } }, key).expect(200);
    for (const name of ['plan', 'score', 'other'])
      expect(
        problemsOf(
          (await app.patch('/api/members/me', { attributes: { [name]: 1 } }, ada.accessToken).expect(422)).body,
        ),
      ).toEqual([[`attributes.${name}`, 'unknown_field']]);
    const { body } = await app.get('/api/members/me', ada.accessToken).expect(200);
    expect(body.attributes).toEqual({ phone: '+821012345678', plan: 'pro' });
    const { body: seen } = await app.get(`/api/admin/members/${ada.id}`, key).expect(200);
    expect(seen.attributes).toEqual({ phone: '+821012345678', plan: 'pro', score: 4 });
  });

  it('AT-01 a member does not see that hidden ones changed, and administrators see every change', async () => {
    const ada = await member();
    const admin = await adminToken();
    const { key } = await givenApiKey(app, ['members:write']);
    const change = (attributes: object) => app.patch(`/api/admin/members/${ada.id}`, { attributes }, key).expect(200);
    await change({ plan: 'pro' });
    await change({ score: 4, plan: 'free' });
    await change({ score: 5 });
    const fieldsIn = (events: { type: string; details: { fields: string[] } }[]) =>
      events.flatMap(({ type, details }) => (type === 'profile.changed' ? [details.fields] : []));
    const list = async (query: string) =>
      (await app.get(`/api/members/me/security-events?${query}`, ada.accessToken).expect(200)).body;
    const all = await list('limit=100');
    expect(fieldsIn(all.items)).toEqual([['attributes.plan'], ['attributes.plan']]);
    const pages: unknown[] = [];
    for (let query = 'limit=1'; query !== '';) {
      const { items, nextCursor } = await list(query);
      pages.push(...items);
      query = nextCursor === null ? '' : `limit=1&cursor=${nextCursor}`;
    }
    expect(pages).toEqual(all.items);
    for (const path of ['/api/members/me/export', `/api/admin/members/${ada.id}/export`]) {
      const token = path.includes('admin') ? admin : ada.accessToken;
      const { body } = await app.get(path, token).expect(200);
      expect(fieldsIn(body.securityEvents)).toEqual([['attributes.plan'], ['attributes.plan']]);
    }
    const { body: audit } = await app.get(`/api/admin/security-events?memberId=${ada.id}`, admin).expect(200);
    expect(fieldsIn(audit.items)).toEqual([
      ['attributes.score'],
      ['attributes.score', 'attributes.plan'],
      ['attributes.plan'],
    ]);
  });

  it('AT-01 administrators write all of them, and keys only with their scope', async () => {
    const ada = await member();
    const admin = await adminToken();
    const path = `/api/admin/members/${ada.id}`;
    const { body } = await app.patch(path, { attributes: { score: 1 } }, admin).expect(200);
    expect(body.attributes).toMatchObject({ score: 1 });
    const { key } = await givenApiKey(app, ['members:read']);
    await app.patch(path, { attributes: { score: 2 } }, key).expect(403);
    await app.patch(path, { attributes: { score: 2 } }, ada.accessToken).expect(403);
    expect(problemsOf((await app.patch(path, { attributes: { plan: 'gold' } }, admin).expect(422)).body)).toEqual([
      ['attributes.plan', 'attribute_invalid'],
    ]);
  });

  it('AT-04 a changed value is in the next access token, which works', async () => {
    const ada = await member();
    expect(decodeToken(ada.accessToken).claims.attributes).toBeUndefined();
    const { key } = await givenApiKey(app, ['members:write']);
    const attributes = { plan: 'pro', roles: ['editor', '편집자'], score: 3 };
    await app.patch(`/api/admin/members/${ada.id}`, { attributes }, key).expect(200);
    const { body } = await ada.client.post('/api/auth/refresh', undefined, ada.refreshToken).expect(200);
    expect(decodeToken(body.accessToken).claims.attributes).toEqual({ plan: 'pro', roles: ['editor', '편집자'] });
    await app.get('/api/members/me', body.accessToken).expect(200);
    const login = { identifier: ada.loginId, password: ada.password };
    const { body: later } = await ada.client.post('/api/auth/login', login).expect(200);
    expect(decodeToken(later.accessToken).claims.attributes).toMatchObject({ plan: 'pro' });
  });

  it('AT-03 values in tokens are at most 1 KiB', async () => {
    const ada = await member();
    const { key } = await givenApiKey(app, ['members:write']);
    const change = (roles: string[]) => app.patch(`/api/admin/members/${ada.id}`, { attributes: { roles } }, key);
    expect(problemsOf((await change(['a'.repeat(1020)]).expect(422)).body)).toEqual([
      ['attributes', 'attributes_too_large'],
    ]);
    await change(['a'.repeat(1000)]).expect(200);
    const { body } = await ada.client.post('/api/auth/refresh', undefined, ada.refreshToken).expect(200);
    await app.get('/api/members/me', body.accessToken).expect(200);
  });

  it('are in events with every value', async () => {
    const { key, id } = await givenApiKey(app, ['events:read', 'members:write']);
    const { body: before } = await app.get('/api/integrations/events?after=latest', key).expect(200);
    await app.sql.query(`INSERT INTO event_consumers (kind, id) VALUES ('api-key', $1)`, [id]);
    const ada = await member();
    await app.patch(`/api/admin/members/${ada.id}`, { attributes: { score: 7 } }, key).expect(200);
    const { body } = await app
      .get(`/api/integrations/events?types=member.updated&after=${before.nextCursor}`, key)
      .expect(200);
    expect(body.items.at(-1).data).toMatchObject({
      fields: ['attributes.score'],
      member: { attributes: { phone: '+821012345678', score: 7 } },
    });
  });

  it('are in the document of this server, with their schemas', async () => {
    const { schemas } = (await app.get('/docs-json').expect(200)).body.components;
    const namesOf = (name: string) => Object.keys(schemas[name].properties.attributes.properties);
    for (const name of ['SignUpRequest', 'SocialSignUpRequest', 'AcceptInvitationRequest'])
      expect([name, namesOf(name)]).toEqual([name, ['phone', 'news']]);
    for (const name of ['SignUpRequest', 'SocialSignUpRequest']) expect(schemas[name].required).toContain('attributes');
    // The inviter may have set the phone.
    expect(schemas.AcceptInvitationRequest.required).not.toContain('attributes');
    expect(schemas.AcceptInvitationRequest.properties.attributes.required).toBeUndefined();
    for (const name of ['ProfileResponse', 'InspectedInvitationResponse'])
      expect([name, namesOf(name)]).toEqual([name, ['plan', 'phone', 'news', 'roles']]);
    for (const name of ['InviteRequest', 'InvitationResponse', 'MemberDetailsResponse', 'EventMember'])
      expect([name, namesOf(name)]).toEqual([name, Object.keys(DECLARATIONS)]);
    expect(schemas.InvitationResponse.properties.attributes.nullable).toBe(true);
    expect(schemas.InviteRequest.properties.attributes.properties.plan).toEqual(DECLARATIONS.plan.schema);
    expect(namesOf('IntrospectionResponse')).toEqual(['plan', 'roles']);
  });

  it('may be null in the document where null removes them: not where a member must keep them', async () => {
    const { schemas } = (await app.get('/docs-json').expect(200)).body.components;
    const orNull = (schema: object) => ({ anyOf: [schema, { enum: [null] }] });
    const { phone, news, plan } = DECLARATIONS;
    const ofMember = schemas.UpdateProfileRequest.properties.attributes;
    expect(ofMember.properties).toEqual({ phone: phone.schema, news: orNull(news.schema) });
    expect(ofMember.description).toMatch(/null removes a value/);
    const ofAdmin = schemas.ChangeMemberRequest.properties.attributes.properties;
    expect([ofAdmin.phone, ofAdmin.plan]).toEqual([orNull(phone.schema), orNull(plan.schema)]);
  });

  it('are in the example of a sign-up where they are required, so that it succeeds as it stands', async () => {
    const { paths } = (await app.get('/docs-json').expect(200)).body;
    const { example } = paths['/api/auth/sign-up'].post.requestBody.content['application/json'];
    expect(example.attributes).toEqual({ phone: '+821012345678' });
    await app.post('/api/auth/sign-up', { ...example, email: unique.email() }).expect(202);
  });

  it('are fields of the built-in pages', async () => {
    expect((await app.get('/pages/sign-up')).text).toContain('name="attributes.phone"');
    expect((await app.get('/pages/account')).text).not.toContain('attribute-score');
  });

  it('of a confirmed sign-up are kept with the member alone', async () => {
    await member();
    const { rows } = await app.sql.query(
      `SELECT FROM sign_ups WHERE confirmed_at IS NOT NULL AND attributes IS NOT NULL`,
    );
    expect(rows).toEqual([]);
  });
});

/** The access token of an administrator. */
async function adminToken(): Promise<string> {
  return (await promote(app, await enrol(await member()))).accessToken;
}
