import { describe, expect, it } from '@jest/globals';
import { AppConfig } from './app-config.js';
import { ConfigurationError } from './configuration-error.js';

const GOOGLE = { SOCIAL_GOOGLE_CLIENT_ID: 'id', SOCIAL_GOOGLE_CLIENT_SECRET: 'secret' };
const ACME = {
  SOCIAL_OIDC_PROVIDERS: 'acme=https://login.acme.example',
  SOCIAL_OIDC_ACME_CLIENT_ID: 'id',
  SOCIAL_OIDC_ACME_CLIENT_SECRET: 'secret',
};

const domains = (mailboxes?: string) =>
  Object.fromEntries(
    AppConfig.load({ ...GOOGLE, ...ACME, SOCIAL_TRUSTED_MAILBOXES: mailboxes }).socialProviders.map(
      ({ id, mailDomains }) => [id, mailDomains],
    ),
  );

describe('SO-14 the mailboxes that a provider is trusted with', () => {
  it('are those that it runs itself, unless the operator names others', () => {
    expect(domains()).toEqual({ google: ['gmail.com', 'googlemail.com'], acme: [] });
    expect(domains('google=example.com,acme=*')).toEqual({ google: ['example.com'], acme: ['*'] });
    expect(domains('none')).toEqual({ google: [], acme: [] });
  });

  it.each(['google=*', 'naver=*', 'gmail.com', 'google=', 'google=Gmail.com', 'google=*.com', 'google=gmail.com,=x.y'])(
    'are refused at start: %s',
    (mailboxes) => {
      expect(() => domains(mailboxes)).toThrow(ConfigurationError);
    },
  );
});
