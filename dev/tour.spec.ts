import { describe, expect, it } from '@jest/globals';
import { tour } from './tour.js';

describe('tour printed by npm start', () => {
  const text = tour({ publicUrl: 'http://localhost:3000', databaseUrl: 'postgres://db', inboxUrl: 'http://inbox' });

  it('it names every address of the stack', () => {
    for (const address of [
      'http://localhost:3000/api',
      'http://localhost:3000/docs',
      'http://localhost:3000/pages/login',
      'http://localhost:3000/dev/mails',
      'postgres://db',
      'http://inbox',
      'http://inbox/api/email',
    ]) {
      expect(text).toContain(address);
    }
  });

  it('it holds three requests with valid JSON bodies', () => {
    const bodies = [...text.matchAll(/-d '([^']*)'/g)].map(([, body]) => Object.keys(JSON.parse(body ?? '') as object));
    expect(bodies).toEqual([
      ['loginId', 'email', 'password'],
      ['signUpId', 'code'],
      ['identifier', 'password'],
    ]);
  });
});
