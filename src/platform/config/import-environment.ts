import { str } from 'envalid';
import { pageUrl, wholeNumberBetween } from './setting-types.js';

/** The settings of lazy import. It is on as soon as its URL is set. */
export const IMPORT_ENVIRONMENT = {
  IMPORT_HOOK_URL: pageUrl({
    default: undefined,
    desc: 'asks your old system about logins of unknown accounts (docs/import.md)',
    example: 'https://old.example.com/check-login',
  }),
  IMPORT_HOOK_SECRET: str({
    default: undefined,
    desc: 'signs these requests: whsec_ and 24 to 64 bytes in base64',
  }),
  IMPORT_HOOK_TIMEOUT_MS: wholeNumberBetween(
    100,
    10_000,
  )({
    default: 2000,
    desc: 'longest wait for the old system; with IMPORT_HOOK_URL every failed login takes this long',
  }),
};
