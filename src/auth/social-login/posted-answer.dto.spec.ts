import { describe, expect, it } from '@jest/globals';
import { StrictValidationPipe } from '../../platform/http/validation/strict-validation.pipe.js';
import { postedNameOf, PostedAnswerRequest } from './posted-answer.dto.js';

/** What the route makes of the name in a form that Apple posts. */
async function read(user: string): Promise<string | null> {
  const pipe = new StrictValidationPipe();
  const form = await pipe.transform({ state: 'abc', user }, { type: 'body', metatype: PostedAnswerRequest });
  return postedNameOf((form as PostedAnswerRequest).user);
}
const named = (firstName: string): string => JSON.stringify({ name: { firstName, lastName: 'Rezaei' } });

describe('the name that Apple posts', () => {
  it.each([
    ['with a character that is not shown', named('Ali\u200creza'), 'Ali reza Rezaei'],
    ['that is empty', '', null],
    ['that is too long to be shown', named('a'.repeat(5000)), null],
    ['that is no JSON', '{', null],
  ])('SO-51 refuses no login: one %s', async (_, user, name) => {
    expect(await read(user)).toBe(name);
  });

  it('SO-51 is refused where it is far longer than any name', async () => {
    await expect(read('a'.repeat(8193))).rejects.toMatchObject({ code: 'validation_failed' });
  });
});
