import { beforeAll, describe, expect, it } from '@jest/globals';
import { MemberAttributes } from './member-attributes.js';

const PLAN = { schema: { type: 'string', enum: ['free', 'pro'] }, member: 'read', inToken: true };
const DECLARATIONS = {
  plan: PLAN,
  phone: { schema: { type: 'string', maxLength: 6000, 'x-title-ko': '전화' }, member: 'write', atSignUp: 'required' },
  score: { schema: { type: 'number' }, member: 'hidden' },
  roles: { schema: { type: 'array', items: { type: 'string' } }, member: 'read', inToken: true },
  extra: { schema: {}, member: 'write', atSignUp: 'optional' },
};

describe('MemberAttributes', () => {
  let attributes: MemberAttributes;
  beforeAll(async () => {
    attributes = await MemberAttributes.load(JSON.stringify(DECLARATIONS));
  });

  it('AT-01 accepts what each writer may write', () => {
    expect(attributes.check({ phone: '1', extra: [1] }, 'sign-up')).toEqual([]);
    expect(attributes.check({ phone: '1' }, 'member')).toEqual([]);
    expect(attributes.check({ plan: 'pro', score: 1 }, 'admin')).toEqual([]);
  });

  it('AT-01 reports an attribute that its writer may not write as an unknown field', () => {
    const unknown = (name: string) => [{ field: `attributes.${name}`, code: 'unknown_field' }];
    expect(attributes.check({ other: 1 }, 'admin')).toEqual(unknown('other'));
    expect(attributes.check({ toString: 1 }, 'admin')).toEqual(unknown('toString'));
    expect(attributes.check({ plan: 'pro' }, 'member')).toEqual(unknown('plan'));
    expect(attributes.check({ score: 1 }, 'member')).toEqual(unknown('score'));
    expect(attributes.check({ phone: '1', plan: 'pro' }, 'sign-up')).toEqual(unknown('plan'));
  });

  it('names the field of a value that is missing or does not fit', () => {
    expect(attributes.check({}, 'sign-up')).toEqual([{ field: 'attributes.phone', code: 'required' }]);
    expect(attributes.check({ plan: 'gold' }, 'admin')).toEqual([
      { field: 'attributes.plan', code: 'attribute_invalid' },
    ]);
    expect(attributes.check({ roles: ['a', 1] }, 'admin')).toEqual([
      { field: 'attributes.roles.1', code: 'attribute_invalid' },
    ]);
    expect(attributes.check(['pro'], 'admin')).toEqual([{ field: 'attributes', code: 'not_an_object' }]);
  });

  it.each([
    ['prototype keys', '{"extra":{"a":{"__proto__":{"isAdmin":true}}}}'],
    ['deep values', `{"extra":${'['.repeat(6)}${']'.repeat(6)}}`],
    ['text that the database cannot hold', '{"extra":"a\\u0000"}'],
    ['half a character', '{"extra":"\\ud800"}'],
  ])('AT-03 refuses %s', (_kind, json) => {
    expect(attributes.check(JSON.parse(json), 'member')).toEqual([
      { field: 'attributes.extra', code: 'attribute_invalid' },
    ]);
  });

  it('AT-03 limits the values of a member, and those in tokens', () => {
    const tooLarge = [{ field: 'attributes', code: 'attributes_too_large', params: { max: 8192, tokenMax: 1024 } }];
    const stored = { extra: 'a'.repeat(3000) };
    expect(attributes.check({ phone: '1'.repeat(5000) }, 'member')).toEqual([]);
    expect(attributes.check({ phone: '1'.repeat(5500) }, 'member', stored)).toEqual(tooLarge);
    expect(attributes.check({ roles: ['a'.repeat(1000)] }, 'admin')).toEqual([]);
    expect(attributes.check({ roles: ['a'.repeat(1000)] }, 'admin', { plan: 'free' })).toEqual(tooLarge);
  });

  it('AT-03 lets values shrink that were stored before a limit applied to them', () => {
    const stored = { roles: ['a'.repeat(1500)], extra: 'a'.repeat(9000) };
    expect(attributes.check({ phone: '1' }, 'member', stored)).not.toEqual([]);
    expect(attributes.check({ extra: null }, 'member', stored)).toEqual([]);
    expect(attributes.check({ roles: ['a'.repeat(1400)] }, 'admin', stored)).toEqual([]);
    expect(attributes.check({ roles: ['a'.repeat(1600)] }, 'admin', stored)).not.toEqual([]);
  });

  it('AT-03 counts the values of the inviter, which replace those that an invited person sends', () => {
    const given = { extra: 'a'.repeat(3000) };
    expect(attributes.readInvited({ phone: '1'.repeat(5000), extra: '' }, given)).toMatchObject(given);
    expect(() => attributes.readInvited({ phone: '1'.repeat(5500), extra: '' }, given)).toThrow(
      expect.objectContaining({ code: 'validation_failed' }),
    );
  });

  it('removes a value with null, except a required one', () => {
    expect(attributes.merge({ extra: null }, 'member', { extra: 1, plan: 'pro' })).toEqual({ plan: 'pro' });
    expect(attributes.check({ phone: null }, 'member')).toEqual([{ field: 'attributes.phone', code: 'required' }]);
    expect(attributes.merge({ phone: null, plan: null }, 'admin', { phone: '1', plan: 'pro' })).toEqual({});
  });

  it('AT-03 leaves attributes out of a token when the stored values have become too large', () => {
    expect(attributes.findForToken({ roles: ['a'.repeat(2000)] })).toBeUndefined();
    expect(attributes.findForToken({ score: 1 })).toBeUndefined();
  });

  it('refuses the whole field where nothing is declared', () => {
    expect(MemberAttributes.NONE.check({ a: 1 }, 'admin')).toEqual([{ field: 'attributes', code: 'unknown_field' }]);
    expect(MemberAttributes.NONE.readSignUp(undefined)).toBeNull();
    expect(MemberAttributes.NONE.check({}, 'member')).toEqual([]);
  });

  it('repeats a field name of the client only if it looks like a name', () => {
    expect(attributes.check({ 'my secret!': 1 }, 'admin')).toEqual([{ field: 'attributes.?', code: 'unknown_field' }]);
  });

  it('shows stored values by reader, without those that no longer fit', () => {
    const stored = { plan: 'gone', score: 1, roles: ['a'], removed: true };
    expect(attributes.selectForMember(stored)).toEqual({ roles: ['a'] });
    expect(attributes.selectForAdmin(stored)).toEqual({ score: 1, roles: ['a'] });
    expect(attributes.findForToken({ ...stored, plan: 'pro' })).toEqual({ plan: 'pro', roles: ['a'] });
  });

  it.each([
    ['{', 'needs JSON'],
    ['[]', 'needs a JSON object of attributes'],
    ['{"constructor":{"schema":{},"member":"write"}}', 'constructor is a reserved name'],
    ['{"prototype":{"schema":{},"member":"write"}}', 'prototype is a reserved name'],
    ['{"__proto__":{}}', 'needs names of'],
    ['{"plan":1}', 'plan needs an object'],
    [JSON.stringify({ plan: { ...PLAN, member: 'all' } }), 'plan.member needs'],
    [JSON.stringify({ plan: { ...PLAN, inToken: 1 } }), 'plan.inToken needs'],
    [JSON.stringify({ plan: { ...PLAN, atSignUp: true } }), 'plan.atSignUp needs'],
    [JSON.stringify({ plan: { ...PLAN, hidden: true } }), 'plan has the unknown property hidden'],
    [JSON.stringify({ plan: { ...PLAN, schema: { $async: true } } }), 'plan.schema must not use $async'],
    [JSON.stringify({ plan: { ...PLAN, schema: { type: 'text' } } }), 'plan.schema is not a JSON Schema'],
    [
      JSON.stringify({ plan: { ...PLAN, schema: { $ref: 'https://a.example/b' } } }),
      'plan.schema is not a JSON Schema',
    ],
  ])('refuses the declarations %s', async (text, rule) => {
    await expect(MemberAttributes.load(text)).rejects.toThrow(rule);
  });
});
