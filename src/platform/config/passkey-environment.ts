import { androidApps, appleApps } from './app-links.js';
import { count, domain, origins, pageUrl, passkeyOrigins, positiveSeconds } from './setting-types.js';

/** The settings of passkeys, and of what browsers and password managers read about this site. */
export const PASSKEY_ENVIRONMENT = {
  PASSKEY_RP_ID: domain({
    default: undefined,
    desc: 'domain of all passkeys: that of the pages or a parent; a change makes them useless; default the host of PUBLIC_URL',
    example: 'example.com',
  }),
  PASSKEY_ORIGINS: passkeyOrigins({
    default: [],
    desc: 'origins and Android apps that may use passkeys; default PUBLIC_URL and CORS_ORIGINS',
    example: 'https://app.example.com,android:apk-key-hash:HASH',
  }),
  WEBAUTHN_RELATED_ORIGINS: origins({
    default: [],
    desc: 'origins on other domains that may use the same passkeys (/.well-known/webauthn)',
    example: 'https://example.co.kr',
  }),
  ANDROID_APPS: androidApps({
    default: [],
    desc: 'package=SHA-256 of the certificate: apps that share passkeys and passwords (/.well-known/assetlinks.json)',
    example: 'com.example.app=14:6D:E9:…',
  }),
  APPLE_APPS: appleApps({
    default: [],
    desc: 'ids of apps that share passkeys and passwords on Apple devices (/.well-known/apple-app-site-association)',
    example: 'ABCDE12345.com.example.app',
  }),
  CHANGE_PASSWORD_URL: pageUrl({
    default: undefined,
    desc: 'where password managers send members to change a password; default the account page',
  }),
  PASSKEY_CHALLENGE_TTL_SECONDS: positiveSeconds({ default: 300, desc: 'time to answer a passkey challenge' }),
  PASSKEYS_PER_MEMBER: count({ default: 20, desc: 'most passkeys per member' }),
} as const;
