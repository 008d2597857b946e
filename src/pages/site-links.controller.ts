import { Controller, Get, Header, HttpStatus, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AppConfig } from '../platform/config/app-config.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import { Public } from '../platform/http/public.decorator.js';

/** An hour, so that browsers and app stores soon have a changed setting. They read these files seldom. */
const CACHE_CONTROL = 'public, max-age=3600';
const ANDROID_RELATIONS = ['delegate_permission/common.get_login_creds', 'delegate_permission/common.handle_all_urls'];

interface AssetLink {
  readonly relation: readonly string[];
  readonly target: {
    readonly namespace: 'android_app';
    readonly package_name: string;
    readonly sha256_cert_fingerprints: readonly string[];
  };
}

/**
 * What browsers, password managers and app stores read about this site. Answers hold
 * settings only and nothing of the request, and a file without its setting is not found (AC-73).
 */
@Public()
@ApiExcludeController()
@Controller('.well-known')
export class SiteLinksController {
  constructor(private readonly config: AppConfig) {}

  /** Where a member changes a password ("A Well-Known URL for Changing Passwords", W3C). */
  @Get('change-password')
  changePassword(@Res({ passthrough: true }) reply: FastifyReply): void {
    const target = this.config.changePasswordUrl;
    if (target === undefined)
      throw new DomainError('not_found', {
        detail: 'CHANGE_PASSWORD_URL is not set, and there is no account page',
      });
    void reply.redirect(target, HttpStatus.FOUND);
  }

  /** Android apps that may use the passwords and passkeys of this site (Digital Asset Links). */
  @Get('assetlinks.json')
  @Header('cache-control', CACHE_CONTROL)
  assetLinks(): AssetLink[] {
    const apps = this.config.env.ANDROID_APPS;
    checkConfigured(apps, 'ANDROID_APPS');
    return [...new Set(apps.map(({ packageName }) => packageName))].map((name) => ({
      relation: ANDROID_RELATIONS,
      target: {
        namespace: 'android_app',
        package_name: name,
        sha256_cert_fingerprints: apps
          .filter(({ packageName }) => packageName === name)
          .map(({ fingerprint }) => fingerprint),
      },
    }));
  }

  /** The same for apps on Apple devices ("Supporting associated domains"). */
  @Get('apple-app-site-association')
  @Header('cache-control', CACHE_CONTROL)
  appleApps(): { webcredentials: { apps: readonly string[] } } {
    const apps = this.config.env.APPLE_APPS;
    checkConfigured(apps, 'APPLE_APPS');
    return { webcredentials: { apps } };
  }

  /** Sites on other domains that may use the passkeys of this one (WebAuthn level 3, section 5.11). */
  @Get('webauthn')
  @Header('cache-control', CACHE_CONTROL)
  relatedOrigins(): { origins: readonly string[] } {
    const origins = this.config.env.WEBAUTHN_RELATED_ORIGINS;
    checkConfigured(origins, 'WEBAUTHN_RELATED_ORIGINS');
    return { origins };
  }
}

function checkConfigured(values: readonly unknown[], setting: string): void {
  if (values.length === 0) throw new DomainError('not_found', { detail: `${setting} is not set` });
}
