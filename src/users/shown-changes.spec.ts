import { beforeAll, describe, expect, it } from '@jest/globals';
import { MemberAttributes } from '../platform/attributes/member-attributes.js';
import { withoutHiddenAttributes } from './shown-changes.js';

let attributes: MemberAttributes;
beforeAll(async () => {
  const schema = { type: 'string' };
  attributes = await MemberAttributes.load(
    JSON.stringify({ plan: { schema, member: 'read' }, score: { schema, member: 'hidden' } }),
  );
});

const change = (...fields: string[]) => ({ id: fields.join(), type: 'profile.changed', details: { fields } });

describe('the events that a member reads', () => {
  it('AT-01 name no attribute that is hidden or no longer declared', () => {
    const mixed = change('name', 'attributes.score', 'attributes.plan', 'attributes.old');
    expect(withoutHiddenAttributes([mixed], attributes)).toEqual([
      { ...mixed, details: { fields: ['name', 'attributes.plan'] } },
    ]);
    expect(withoutHiddenAttributes([mixed], MemberAttributes.NONE)).toEqual([
      { ...mixed, details: { fields: ['name'] } },
    ]);
  });

  it('AT-01 leave out a change that names only hidden or undeclared attributes', () => {
    const seen = change('attributes.plan');
    expect(withoutHiddenAttributes([change('attributes.score'), seen, change('attributes.old')], attributes)).toEqual([
      seen,
    ]);
  });

  it('are unchanged if they are of another type than profile.changed, or if their details were erased', () => {
    const others = [
      { type: 'profile.changed', details: {} },
      { type: 'member.updated', details: { fields: ['attributes.score'] } },
    ];
    expect(withoutHiddenAttributes(others, attributes)).toEqual(others);
  });
});
