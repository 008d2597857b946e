import { describe, expect, it, jest } from '@jest/globals';
import type { FastifyReply } from 'fastify';
import { AppConfig } from '../platform/config/app-config.js';
import { ConfigurationError } from '../platform/config/configuration-error.js';
import { SiteLinksController } from './site-links.controller.js';

const PRINT = Array.from({ length: 32 }, (_, at) => (at + 200).toString(16).slice(-2).padStart(2, '0')).join(':');
const OTHER = PRINT.split(':').reverse().join(':');
const BASE = { SECRET: 'any-thirty-two-bytes-will-do-here-9', PUBLIC_URL: 'https://accounts.example.com' };

const linksWith = (env: Record<string, string> = {}): SiteLinksController =>
  new SiteLinksController(AppConfig.load({ ...BASE, ...env }));

function targetWith(env: Record<string, string> = {}): unknown {
  const redirect = jest.fn();
  linksWith(env).changePassword({ redirect } as unknown as FastifyReply);
  return redirect.mock.calls[0]![0];
}

describe('what browsers and app stores read about the site', () => {
  it('AC-73 leads password managers to the page that changes passwords', () => {
    expect(targetWith()).toBe('https://accounts.example.com/pages/account?panel=password');
    const CHANGE_PASSWORD_URL = 'https://app.example.com/settings/password';
    expect(targetWith({ CHANGE_PASSWORD_URL })).toBe(CHANGE_PASSWORD_URL);
    const mailed = 'confirm-sign-up,reset-password,confirm-email,undo-email,not-me';
    expect(() => targetWith({ PAGES: mailed })).toThrow('not_found');
  });

  it('AC-73 names Android apps with all their certificates', () => {
    const ANDROID_APPS = `com.example.app=${PRINT}, com.example.app=${OTHER},com.example.tv=${PRINT.toLowerCase()}`;
    const app = (name: string, ...prints: string[]) => ({
      relation: ['delegate_permission/common.get_login_creds', 'delegate_permission/common.handle_all_urls'],
      target: {
        namespace: 'android_app',
        package_name: name,
        sha256_cert_fingerprints: prints.map((print) => print.toUpperCase()),
      },
    });
    expect(linksWith({ ANDROID_APPS }).assetLinks()).toEqual([
      app('com.example.app', PRINT, OTHER),
      app('com.example.tv', PRINT),
    ]);
  });

  it('AC-73 names Apple apps and related sites', () => {
    const apps = ['ABCDE12345.com.example.app', 'ABCDE12345.com.example.app.clip'];
    expect(linksWith({ APPLE_APPS: apps.join(', ') }).appleApps()).toEqual({ webcredentials: { apps } });
    const WEBAUTHN_RELATED_ORIGINS = 'https://Example.co.kr/,https://example.jp';
    expect(linksWith({ WEBAUTHN_RELATED_ORIGINS }).relatedOrigins()).toEqual({
      origins: ['https://example.co.kr', 'https://example.jp'],
    });
  });

  it('AC-73 nothing is found that is not configured', () => {
    const links = linksWith();
    for (const read of [() => links.assetLinks(), () => links.appleApps(), () => links.relatedOrigins()])
      expect(read).toThrow('not_found');
  });

  it.each([
    ['ANDROID_APPS', 'com.example.app'],
    ['ANDROID_APPS', `app=${PRINT}`],
    ['ANDROID_APPS', `com.example.app=${PRINT.slice(3)}`],
    ['ANDROID_APPS', `com.example.app=${PRINT.replaceAll(':', '')}`],
    ['APPLE_APPS', 'com.example.app'],
    ['APPLE_APPS', 'abcde12345.com.example.app'],
    ['WEBAUTHN_RELATED_ORIGINS', 'example.co.kr'],
    ['WEBAUTHN_RELATED_ORIGINS', 'https://*.example.co.kr'],
    ['WEBAUTHN_RELATED_ORIGINS', 'http://example.co.kr'],
    ['CHANGE_PASSWORD_URL', 'javascript:alert(1)'],
  ])('AC-73 a mistyped setting stops the start: %s=%s', (name, value) => {
    expect(() => linksWith({ [name]: value })).toThrow(ConfigurationError);
  });

  it('AC-72 the apps and related sites may use passkeys, beside the pages', () => {
    const origin = `android:apk-key-hash:${Buffer.from(PRINT.replaceAll(':', ''), 'hex').toString('base64url')}`;
    const env = {
      ANDROID_APPS: `com.example.app=${PRINT}`,
      WEBAUTHN_RELATED_ORIGINS: 'https://example.co.kr',
      PASSKEY_ORIGINS: 'https://accounts.example.com',
      PASSKEY_RP_ID: 'example.com',
    };
    expect(AppConfig.load({ ...BASE, ...env }).relyingParty.origins).toEqual([
      'https://accounts.example.com',
      'https://example.co.kr',
      origin,
    ]);
  });
});
