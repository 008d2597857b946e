import { describe, expect, it } from '@jest/globals';
import { mailLines } from './mail-lines.js';

describe('a mail in the terminal of npm start', () => {
  it('shows its code and its links', () => {
    const text =
      'Your code:\n\n482913\n\nOr open:\nhttp://localhost:3000/pages/confirm-sign-up#token=abc\n\nhttp://localhost:3000\n';
    expect(mailLines({ to: 'grace@example.test', subject: '[Munjigi] Your code', text })).toBe(
      'Mail to grace@example.test: [Munjigi] Your code\n  code 482913\n  http://localhost:3000/pages/confirm-sign-up#token=abc',
    );
  });

  it('shows only recipient and subject of a notification', () => {
    expect(mailLines({ to: 'a@b.test', subject: 'Password\u001b[2J changed', text: 'It was changed.' })).toBe(
      'Mail to a@b.test: Password [2J changed',
    );
  });
});
