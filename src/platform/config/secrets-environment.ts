import { str } from 'envalid';
import { list } from './setting-types.js';

/** Secrets, signing keys, and the issuer and audience of tokens. */
export const SECRETS_ENVIRONMENT = {
  SECRET: str({
    default: undefined,
    desc: 'master secret of at least 32 bytes. Required in production, otherwise created once under .data/',
    example: 'openssl rand -base64 48',
  }),
  PREVIOUS_SECRETS: list({
    default: [],
    desc: 'older master secrets, accepted during a key rotation',
  }),
  JWT_ALGORITHM: str({
    choices: ['ES256', 'HS512'],
    default: 'ES256',
    desc: 'signature of access tokens; only ES256 has public keys (JWKS)',
  }),
  JWT_KEYS: str({
    default: undefined,
    desc: 'ES256 keys as PEM blocks, \\n for line breaks; the first is private and signs, all verify; default derived from SECRET',
  }),
  JWT_ISSUER: str({ default: undefined, desc: 'iss claim of every token; default PUBLIC_URL' }),
  ACCESS_TOKEN_AUDIENCE: list({
    default: [],
    desc: 'aud claim of access tokens: your APIs; default the issuer',
    example: 'https://api.example.com',
  }),
};
