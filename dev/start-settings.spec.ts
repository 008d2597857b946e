import { describe, expect, it } from '@jest/globals';
import { checkStartSettings } from './start-settings.js';

const SECRET = 'development-only-secret-of-munjigi-1';

describe('the settings of npm start', () => {
  it('may all be missing', () =>
    expect(() => checkStartSettings({ SECRET, DATABASE_URL: '' }, new Map())).not.toThrow());

  it('give PUBLIC_URL in the form that the server uses', () => {
    const publicUrlOf = (PUBLIC_URL?: string) => checkStartSettings({ SECRET, PUBLIC_URL }, new Map());
    expect([publicUrlOf('http://LOCALHOST:3000/'), publicUrlOf()]).toEqual(['http://localhost:3000', undefined]);
  });

  it('are refused with the line of .env, or without one when they come from the shell', () => {
    const variables = { SECRET, PORT: 'abc', LOG_LEVEL: 'loud' };
    expect(() => checkStartSettings(variables, new Map([['PORT', 3]]))).toThrow(
      /^ {2}PORT \(\.env line 3\): needs a whole number from 0 to 65535$[^]*^ {2}LOG_LEVEL: needs one of/m,
    );
  });
});
