import { str } from 'envalid';
import { pageUrl } from './setting-types.js';

/** The settings of the token hook. It is on as soon as its URL is set. */
export const TOKEN_HOOK_ENVIRONMENT = {
  TOKEN_HOOK_URL: pageUrl({
    default: undefined,
    desc: 'asks your backend before tokens are issued (docs/attributes.md)',
    example: 'https://api.example.com/token-hook',
  }),
  TOKEN_HOOK_SECRET: str({
    default: undefined,
    desc: 'signs these requests: whsec_ and 24 to 64 bytes in base64',
  }),
  TOKEN_HOOK_ON_FAILURE: str({
    choices: ['open', 'closed'],
    default: 'open',
    desc: 'where the hook fails: issue tokens without its claims, or refuse with 503',
  }),
};
