import { str } from 'envalid';
import { pageUrl } from './setting-types.js';

/** The settings of the token hook. It is on as soon as its URL is set. */
export const TOKEN_HOOK_ENVIRONMENT = {
  TOKEN_HOOK_URL: pageUrl({
    default: undefined,
    desc: 'asked before each login and refresh for claims, or a refusal (docs/attributes.md)',
    example: 'https://api.example.com/token-hook',
  }),
  TOKEN_HOOK_SECRET: str({
    default: undefined,
    desc: 'signs these questions: whsec_ and 24 to 64 bytes in base64',
  }),
  TOKEN_HOOK_ON_FAILURE: str({
    choices: ['open', 'closed'],
    default: 'open',
    desc: 'without an answer, tokens are issued without its claims (open), or not at all (closed)',
  }),
};
