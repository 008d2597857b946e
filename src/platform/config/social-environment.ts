import { str } from 'envalid';
import { list, redirectUris, trustedMailboxes, webUrl } from './setting-types.js';

/**
 * The settings of social login. Google, Kakao, Naver and Apple are on as soon as their client id is set, other
 * providers as soon as SOCIAL_OIDC_PROVIDERS names them.
 */
export const SOCIAL_ENVIRONMENT = {
  SOCIAL_REDIRECT_URIS: redirectUris({
    default: [],
    desc: 'pages and apps that providers may send members back to; default PUBLIC_URL/pages/social-login',
    example: 'https://app.example.com/social,com.example.app:/social',
  }),
  SOCIAL_TRUSTED_MAILBOXES: trustedMailboxes({
    default: [
      ...['google=gmail.com', 'google=googlemail.com', 'kakao=kakao.com'],
      ...['apple=privaterelay.appleid.com', 'apple=icloud.com', 'apple=me.com', 'apple=mac.com'],
    ],
    desc: 'provider=domain: where a verified address of the provider needs no mailed code; none, or * with your own provider',
    example: 'google=gmail.com,acme=*',
  }),
  SOCIAL_GOOGLE_CLIENT_ID: str({ default: undefined, desc: 'switches on login with Google' }),
  SOCIAL_GOOGLE_CLIENT_SECRET: str({ default: undefined, desc: 'secret of that client' }),
  SOCIAL_GOOGLE_NATIVE_AUDIENCES: list({ default: [], desc: 'client ids of your apps with the SDK of Google' }),
  SOCIAL_GOOGLE_ISSUER: webUrl({
    default: 'https://accounts.google.com',
    desc: 'for tests',
  }),
  SOCIAL_KAKAO_CLIENT_ID: str({ default: undefined, desc: 'switches on login with Kakao: its REST API key' }),
  SOCIAL_KAKAO_CLIENT_SECRET: str({ default: undefined, desc: 'secret of that client' }),
  SOCIAL_KAKAO_NATIVE_AUDIENCES: list({ default: [], desc: 'client ids of your apps with the SDK of Kakao' }),
  SOCIAL_KAKAO_ISSUER: webUrl({
    default: 'https://kauth.kakao.com',
    desc: 'for tests',
  }),
  SOCIAL_KAKAO_ADMIN_KEY: str({ default: undefined, desc: 'unlinks at Kakao too, and proves notices of Kakao' }),
  SOCIAL_KAKAO_API_URL: webUrl({ default: 'https://kapi.kakao.com', desc: 'for tests' }),
  SOCIAL_NAVER_CLIENT_ID: str({ default: undefined, desc: 'switches on login with Naver' }),
  SOCIAL_NAVER_CLIENT_SECRET: str({ default: undefined, desc: 'secret of that client' }),
  SOCIAL_NAVER_ISSUER: webUrl({
    default: 'https://nid.naver.com',
    desc: 'for tests',
  }),
  SOCIAL_NAVER_PROFILE_URL: webUrl({
    default: 'https://openapi.naver.com/v1/nid/me',
    desc: 'for tests',
  }),
  SOCIAL_APPLE_CLIENT_ID: str({ default: undefined, desc: 'switches on login with Apple: its Services ID' }),
  SOCIAL_APPLE_TEAM_ID: str({ default: undefined, desc: 'team at Apple that owns the key' }),
  SOCIAL_APPLE_KEY_ID: str({ default: undefined, desc: 'id of the key' }),
  SOCIAL_APPLE_KEY_FILE: str({ default: undefined, desc: 'the key as downloaded', example: '/run/secrets/apple.p8' }),
  SOCIAL_APPLE_NATIVE_AUDIENCES: list({ default: [], desc: 'bundle ids of your apps with Sign in with Apple' }),
  SOCIAL_APPLE_ISSUER: webUrl({
    default: 'https://appleid.apple.com',
    desc: 'for tests',
  }),
  SOCIAL_OIDC_PROVIDERS: list({
    default: [],
    desc: 'further OpenID providers as name=issuer; SOCIAL_OIDC_<NAME>_CLIENT_ID and _CLIENT_SECRET belong to each',
    example: 'acme=https://login.acme.example',
  }),
};
