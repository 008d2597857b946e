import { describe, expect, it } from '@jest/globals';
import type { MemberToCreate } from './new-members.service.js';
import { SignUpActivationService, type AnsweredChallenge } from './sign-up-activation.service.js';
import type { SignUp } from './sign-up.entity.js';

const CHECKED: SignUp = {
  ...{ id: 'row', signUpIdDigest: Buffer.from('first'), loginId: 'ada', name: 'Ada', locale: 'en' },
  ...{ email: 'ada@example.test', emailKey: 'ada@example.test', passwordHash: 'first hash', identity: null },
  ...{ attributes: null, consents: null, importedClaimId: null },
  ...{ createdAt: new Date(0), mailedAt: new Date(0), expiresAt: new Date(1), confirmedAt: null },
};
const CONTEXT = { ip: '203.0.113.7' } as never;

/** Confirms a sign-up that was read as `checked`, while the lock shows `current`. */
async function confirm(
  checked: SignUp,
  current: SignUp | null,
  method: AnsweredChallenge['method'] = 'code',
): Promise<{ code?: string; members: MemberToCreate[]; accounts: unknown[]; spent: unknown[] }> {
  const members: MemberToCreate[] = [];
  const accounts: unknown[] = [];
  const spent: unknown[] = [];
  const fakes = {
    openings: { run: (work: (opening: object) => unknown) => work({ tx: {}, newMemberId: 'member' }) },
    signUps: { lock: async () => current, markConfirmed: async () => {}, takeImported: async () => null },
    challenges: { lockAddress: async () => undefined, spend: async (_: unknown, id: string) => void spent.push(id) },
    claimedIdentities: { decrypt: ({ identity }: SignUp) => identity?.toString() ?? null },
    newMembers: {
      create: async (_: unknown, member: MemberToCreate, account: unknown) => {
        members.push(member);
        accounts.push(account);
      },
    },
    mailBudget: { refundClaim: async () => {} },
    policy: { check: () => {} },
  };
  const { openings, signUps, challenges, claimedIdentities, newMembers, mailBudget, policy } =
    fakes as unknown as Record<keyof typeof fakes, never>;
  const service = new SignUpActivationService(
    ...([openings, signUps, challenges, claimedIdentities, newMembers, mailBudget, policy] as const),
  );
  const activating = service.activate(checked, { id: 'challenge', method }, {}, CONTEXT);
  const code = await activating.then(
    () => undefined,
    (error: { code?: string }) => error.code,
  );
  return { code, members, accounts, spent };
}

describe('a sign-up that changes between its check and its confirmation', () => {
  const GONE = [
    ['was replaced', { ...CHECKED, signUpIdDigest: Buffer.from('next'), passwordHash: 'next hash', loginId: 'grace' }],
    ['has another sign-up id', { ...CHECKED, signUpIdDigest: Buffer.from('next') }],
    ['has another password', { ...CHECKED, passwordHash: 'next hash' }],
    ['became void', { ...CHECKED, passwordHash: '' }],
    ['was confirmed', { ...CHECKED, passwordHash: '', confirmedAt: new Date(1) }],
    ['was deleted', null],
  ] as const;

  it.each(GONE)(
    'SS-08 is refused as by a wrong code or link when it %s, and its challenge stays',
    async (_, current) => {
      for (const [method, code] of [
        ['code', 'code_invalid'],
        ['link', 'link_invalid'],
      ] as const)
        expect(await confirm(CHECKED, current, method)).toEqual({ code, members: [], accounts: [], spent: [] });
    },
  );

  it('SS-08 becomes a member with its latest values when the same client sent it again', async () => {
    const current = { ...CHECKED, name: 'Grace', locale: 'ko', importedClaimId: 'claim' } as const;
    const { code, members, spent } = await confirm(CHECKED, current);
    expect([code, spent]).toEqual([undefined, ['challenge']]);
    expect(members).toEqual([expect.objectContaining({ name: 'Grace', locale: 'ko', passwordHash: 'first hash' })]);
  });

  it('SS-08 becomes a member with its latest login ID and social account, where that account replaces a password', async () => {
    const checked = { ...CHECKED, passwordHash: '', identity: Buffer.from('account') };
    const current = { ...checked, identity: Buffer.from('account, sealed again'), loginId: 'grace' };
    const { code, members, accounts } = await confirm(checked, current);
    expect([code, accounts]).toEqual([undefined, ['account, sealed again']]);
    expect(members).toEqual([expect.objectContaining({ loginId: 'grace' })]);
  });

  it('is refused when it became void, where a social account replaces a password', async () => {
    const checked = { ...CHECKED, passwordHash: '', identity: Buffer.from('account') };
    expect((await confirm(checked, { ...checked, identity: null })).code).toBe('code_invalid');
  });
});
