import { describe, expect, it } from '@jest/globals';
import { findVouchedAddress } from './mailbox-trust.js';

const account = (email: string | null, emailVerified = true) => ({
  ...{ provider: 'google', subject: '1', name: null },
  ...{ email, emailVerified },
});
const google = { mailDomains: ['gmail.com'] };

describe('the confirmation of an address by a provider', () => {
  it('SO-14 counts for a verified address at a trusted domain, in canonical form', () => {
    expect(findVouchedAddress(account('Ada@GMAIL.com'), google)).toBe('ada@gmail.com');
  });

  it.each([
    ['not verified', 'ada@gmail.com', false],
    ['of another domain', 'ada@example.com', true],
    ['of a subdomain', 'ada@mail.gmail.com', true],
    ['of a domain that ends alike', 'ada@notgmail.com', true],
    ['of a domain that begins alike', 'ada@gmail.com.evil.test', true],
    ['with two @ signs', 'ada@evil.test@gmail.com', true],
    ['in quotes', '"ada@evil.test"@gmail.com', true],
    ['with a look-alike letter', 'аda@gmail.com', true],
    ['absent', null, true],
  ])('SO-14 does not count for an address that is %s', (_, email, isVerified) => {
    expect(findVouchedAddress(account(email, isVerified), google)).toBeNull();
  });

  it('SO-14 counts for no address where no domain is trusted, and for verified ones where all are', () => {
    expect(findVouchedAddress(account('ada@gmail.com'), { mailDomains: [] })).toBeNull();
    const all = { mailDomains: ['*'] };
    expect(findVouchedAddress(account('ada@acme.example'), all)).toBe('ada@acme.example');
    expect(findVouchedAddress(account('ada@acme.example', false), all)).toBeNull();
  });
});
