import { describe, expect, it } from '@jest/globals';
import { MemberAttributes } from '../../platform/attributes/member-attributes.js';
import { SecurityActivityService } from './security-activity.service.js';

type Dependencies = ConstructorParameters<typeof SecurityActivityService>;

/** Events of a member with the ids 4 to 1. The member does not see those with the ids 3 and 1. */
const EVENTS = [4, 3, 2, 1].map((id) => ({
  ...{ id: String(id), type: 'profile.changed', at: new Date(), ip: '198.18.0.1', userAgent: '', sessionId: null },
  ...{ actorId: null, apiKeyId: null, details: { fields: [id % 2 === 1 ? 'attributes.score' : 'name'] } },
}));

const events = {
  listOfMember: async (_: string, limit: number, before: string | null) =>
    EVENTS.filter(({ id }) => before === null || Number(id) < Number(before)).slice(0, limit),
};

describe('the security activity', () => {
  it('AT-01 leaves changes of hidden attributes out, and the next page begins after them', async () => {
    const attributes = await MemberAttributes.load(JSON.stringify({ score: { schema: {}, member: 'hidden' } }));
    const activity = new SecurityActivityService(
      events as unknown as Dependencies[0],
      { of: () => null } as unknown as Dependencies[1],
      attributes,
    );
    const first = await activity.list('ada', 2, undefined);
    expect(first.items.map(({ id }) => id)).toEqual(['4']);
    const second = await activity.list('ada', 2, first.nextCursor!);
    expect(second.items.map(({ id }) => id)).toEqual(['2']);
    expect(second.nextCursor).toBeNull();
    // A page of hidden changes alone does not end the list.
    const { nextCursor } = await activity.list('ada', 1, undefined);
    const empty = await activity.list('ada', 1, nextCursor!);
    expect(empty.items).toEqual([]);
    const last = await activity.list('ada', 1, empty.nextCursor!);
    expect(last.items.map(({ id }) => id)).toEqual(['2']);
  });
});
