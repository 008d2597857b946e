import { describe, expect, it } from '@jest/globals';
import { encodeLogin, withoutLogin } from './server-url.js';

/** The parts that the URL parser of any library finds after `encodeLogin`, decoded. */
function partsOf(text: string): unknown[] {
  const { username, password, host, pathname, search } = new URL(encodeLogin(text)!);
  return [decodeURIComponent(username), decodeURIComponent(password), host, pathname + search];
}

describe('the login in the URL of a server', () => {
  it.each([
    ['postgres://munjigi:a#b@db:5432/app', ['munjigi', 'a#b', 'db:5432', '/app']],
    ['postgres://munjigi:a/b?c=d@db:5432/app', ['munjigi', 'a/b?c=d', 'db:5432', '/app']],
    ['postgres://munjigi:12#34@db/app?sslmode=require', ['munjigi', '12#34', 'db', '/app?sslmode=require']],
    ['postgres://munjigi:12/34@db/app', ['munjigi', '12/34', 'db', '/app']],
    ['postgres://munjigi:a@b:c@db/app', ['munjigi', 'a@b:c', 'db', '/app']],
    ['postgres://munjigi:100%sure@db/app', ['munjigi', '100%sure', 'db', '/app']],
    ['postgres://munjigi:a%E0b%23@db/app', ['munjigi', 'a%E0b%23', 'db', '/app']],
    ['postgres://munjigi:100%25sure@db/app', ['munjigi', '100%sure', 'db', '/app']],
    [
      'smtps://me@example.com:a#b c[1]@mail.example.com:465',
      ['me@example.com', 'a#b c[1]', 'mail.example.com:465', ''],
    ],
    ['redis://:비밀/1@redis:6379', ['', '비밀/1', 'redis:6379', '']],
    ['redis://redis:6379/1', ['', '', 'redis:6379', '/1']],
    ['postgres://munjigi@db/app?application_name=a@b', ['munjigi', '', 'db', '/app?application_name=a@b']],
    ['postgres://db:5432/app?application_name=a@b', ['', '', 'db:5432', '/app?application_name=a@b']],
  ])('is read as it was typed: %s', (text, parts) => expect(partsOf(text)).toEqual(parts));

  it.each(['postgres://munjigi:a@b/c@db/app', 'postgres://munjigi:12/ab?c=d@db/app', 'redis://u:12?c=d@redis:6379'])(
    'is not guessed where two readings are possible: %s',
    (text) => expect(encodeLogin(text)).toBeNull(),
  );

  it.each(['postgres://munjigi:a#b@db/app', 'postgres://db/app?password=a', 'postgres://m:a@b/c@db', 'smtp://u:a:b/c'])(
    'is never shown: %s',
    (text) => expect(withoutLogin(text)).toMatch(/not shown/),
  );

  it.each(['postgres://munjigi:12/ab?c=d@db/app', 'postgres://munjigi:12/ab?c=d@db'])(
    'is not shown in part where the password looks like a port: %s',
    (text) => expect(withoutLogin(text)).toBe('(not shown)'),
  );

  it.each(['https://app.example.com/reset#{token}', 'redis://redis:6379'])(
    'is absent from a URL that is shown unchanged: %s',
    (text) => expect(withoutLogin(text)).toBe(text),
  );
});
