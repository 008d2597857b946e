import { describe, expect, it } from '@jest/globals';
import { getAnswerBody, parseAnswer } from './hook-answer-body.js';

const answer = { status: 200, headers: {}, body: '{"id":7}', isTruncated: false };

describe('the body of a hook’s answer', () => {
  it('is the body of a 200', () => {
    expect(getAnswerBody(answer, 100)).toBe('{"id":7}');
  });

  it.each([201, 204, 302, 307, 500])('is refused with the status %i', (status) => {
    expect(() => getAnswerBody({ ...answer, status }, 100)).toThrow(`answered ${status}`);
  });

  it('is refused where it is longer than the limit', () => {
    expect(() => getAnswerBody({ ...answer, isTruncated: true }, 100)).toThrow('answered with more than 100 bytes');
  });

  it('is read as a JSON object', () => {
    expect(parseAnswer('{"id":7}')).toEqual({ id: 7 });
  });

  it.each(['', 'hunter2', 'null', '"hunter2"', '["hunter2"]', '7', '{"password":"hunter2"'])(
    'is refused where it is no JSON object, without a quote of it: %s',
    (text) => {
      expect(() => parseAnswer(text)).toThrow(/^answered with no JSON object$/);
    },
  );
});
