import { describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';

// A script of the pages, which has no types here.
const script: string = fileURLToPath(new URL('./assets/return-address.js', import.meta.url));
const { allowedReturn } = (await import(script)) as {
  allowedReturn: (requested: unknown, origins: readonly string[]) => string;
};

const ORIGINS = ['https://app.example.com', 'http://localhost:5173'];

describe('the address that a visitor is sent back to', () => {
  it.each([
    ['https://app.example.com', 'https://app.example.com/'],
    ['https://app.example.com/orders?id=1#/items', 'https://app.example.com/orders?id=1#/items'],
    ['https://APP.example.com:443/', 'https://app.example.com/'],
    ['http://localhost:5173/#/home', 'http://localhost:5173/#/home'],
    ['https://app.example.com/주문', 'https://app.example.com/%EC%A3%BC%EB%AC%B8'],
    // Another host in the path, the query or the fragment does not change where a browser goes.
    ['https://app.example.com//evil.test', 'https://app.example.com//evil.test'],
    ['https:app.example.com/a', 'https://app.example.com/a'],
    ['https:\\\\app.example.com\\a', 'https://app.example.com/a'],
    ['\t https://app.exa\nmple.com/a', 'https://app.example.com/a'],
  ])('is read from %j, because its origin is allowed', (requested, address) => {
    expect(allowedReturn(requested, ORIGINS)).toBe(address);
  });

  it.each([
    'https://evil.test/',
    'https://app.example.com.evil.test/',
    'https://evil.test/https://app.example.com',
    'https://evil.test?https://app.example.com',
    'https://evil.test#https://app.example.com',
    'https://evil.test\\@app.example.com/',
    'https://app.example.com@evil.test/',
    'https://app.example.com%2f@evil.test/',
    'https://app.example.com:pass@evil.test:443/',
    'https://user@app.example.com/',
    'https://user:pass@app.example.com/',
    'https://app.example.com:8443/',
    'http://app.example.com/',
    'https://localhost:5173/',
    'https://xapp.example.com/',
    'https://example.com/',
    'https://app.example.com./',
    'https://аpp.example.com/', // a Cyrillic letter
    '//evil.test/',
    '//app.example.com/',
    '/\\evil.test/',
    '\\\\evil.test',
    '/account',
    'account',
    '',
    'javascript:alert(1)//https://app.example.com',
    'java\nscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'blob:https://app.example.com/5f7c',
    'filesystem:https://app.example.com/temporary/x',
    'view-source:https://app.example.com/',
    'capacitor://localhost/',
    'https://',
    'https:///',
    `https://app.example.com/${'a'.repeat(2_000)}`,
    'https://app.example.com, https://evil.test',
    null,
    undefined,
    ['https://app.example.com/'],
  ])('is none for %j', (requested) => {
    expect(allowedReturn(requested, ORIGINS)).toBe('');
    expect(allowedReturn(requested, [''])).toBe('');
  });

  it('is none where no origin is allowed', () => {
    expect(allowedReturn('https://app.example.com/', [''])).toBe('');
  });
});
