import { describe, expect, it } from '@jest/globals';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { SignUpConfirmationService } from './sign-up-confirmation.service.js';

const CONTEXT = { ip: '198.18.3.7', userAgent: '' } as ClientContext;

/** A confirmation by link and password, and the guesses that it cost. */
async function confirm(verify: () => Promise<boolean>, activate: () => Promise<unknown>) {
  let guesses = 0;
  const signUp = { id: 'sign-up', emailKey: 'ada@example.com', passwordHash: 'hash' };
  const parts = [
    { find: async () => signUp },
    { getSignUp: async () => signUp },
    { refundGuess: async () => void (guesses -= 1) },
    { get: async () => ({ id: 'challenge' }), countPasswordGuess: async () => void (guesses += 1) },
    { verify },
    { take: async () => undefined },
    { activate },
  ] as unknown as ConstructorParameters<typeof SignUpConfirmationService>;
  const code = await new SignUpConfirmationService(...parts)
    .confirmByLink('token', { password: 'giraffe' }, {}, CONTEXT)
    .then(
      () => 'confirmed',
      ({ code }: DomainError) => code,
    );
  return { code, guesses };
}

const refuse = (code: 'overloaded' | 'too_many_requests') => () => Promise.reject(new DomainError(code));

describe('a sign-up password at the mailed link', () => {
  it('BF-07 costs a guess where it is wrong', async () =>
    expect(
      await confirm(
        async () => false,
        async () => ({}),
      ),
    ).toEqual({ code: 'invalid_credentials', guesses: 1 }));

  it('BF-07 costs none where the server is too busy to compare it', async () =>
    expect(await confirm(refuse('overloaded'), async () => ({}))).toEqual({ code: 'overloaded', guesses: 0 }));

  it('BF-07 costs none where it is right and a limit refuses the sign-up', async () =>
    expect(await confirm(async () => true, refuse('too_many_requests'))).toEqual({
      code: 'too_many_requests',
      guesses: 0,
    }));
});
