import { describe, expect, it } from '@jest/globals';
import { caught } from '../../../../test/support/caught.js';
import { auditReasonOf } from './audit-reason.js';

describe('the reason of an administrative action', () => {
  it.each([
    [undefined, undefined],
    ['', undefined],
    ['%20 ', undefined],
    ['lost phone', 'lost phone'],
    ['Lost%20phone%2C+ticket%20#4711', 'Lost phone,+ticket #4711'],
    [encodeURIComponent('본인 확인 후 해제 🙂'), '본인 확인 후 해제 🙂'],
    [encodeURIComponent('가'.repeat(500)), '가'.repeat(500)],
  ])('AC-01 reads %j', (header, reason) => {
    expect(auditReasonOf(header)).toBe(reason);
  });

  it.each([
    ['a lone percent sign', '100%', 'invalid_characters'],
    ['bytes that are not UTF-8', '%ff', 'invalid_characters'],
    ['a raw letter outside of ASCII', 'müde', 'invalid_characters'],
    ['a line break', 'a%0D%0Ab', 'invalid_characters'],
    ['a text that reads backwards', 'a%E2%80%AEb', 'invalid_characters'],
    ['two headers', ['a', 'b'], 'invalid_characters'],
    ['501 characters', encodeURIComponent('가'.repeat(501)), 'too_long'],
  ])('AC-01 refuses %s', async (_, header, code) => {
    const error = await caught(Promise.resolve(header).then(auditReasonOf));
    expect([error.code, error.fields]).toEqual(['validation_failed', [expect.objectContaining({ code })]]);
  });
});
