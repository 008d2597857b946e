import { Injectable } from '@nestjs/common';
import type {} from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppConfig } from '../../platform/config/app-config.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import type { IssuedTokens } from '../../sessions/session-tokens.js';
import type { DeviceInfo } from '../../sessions/devices/known-devices.service.js';
import type { TokenResponse } from './tokens.dto.js';
import { fromBearerHeader } from '../strategies/token-sources.js';

/** Browsers keep a cookie 400 days at the most. */
const DEVICE_COOKIE_SECONDS = 400 * 86_400;

/** `__Host-` binds a cookie to this very host, path / and TLS (RFC 6265bis); plain-HTTP development cannot have it. */
const cookieName = (config: AppConfig, name: string): string =>
  config.isHttps ? `__Host-munjigi-${name}` : `munjigi-${name}`;

export const refreshCookieName = (config: AppConfig): string => cookieName(config, 'refresh');

/** Carries refresh and device tokens of browsers in cookies that scripts cannot read, and takes them from known pages only. */
@Injectable()
export class TokenCookies {
  private readonly refreshName: string;
  private readonly deviceName: string;
  private readonly origins: ReadonlySet<string>;

  constructor(private readonly config: AppConfig) {
    this.refreshName = refreshCookieName(config);
    this.deviceName = cookieName(config, 'device');
    this.origins = new Set(config.allowedOrigins);
  }

  /** The answer to whoever has been signed in; with cookie transport the long-lived secrets leave the body. */
  deliver(reply: FastifyReply, tokens: IssuedTokens): TokenResponse {
    const { transport, refreshToken, deviceToken, ...rest } = tokens;
    const answer: TokenResponse = { status: 'authenticated', tokenType: 'Bearer', ...rest };
    if (transport === 'body') return { ...answer, refreshToken, ...(deviceToken !== undefined && { deviceToken }) };
    this.set(reply, this.refreshName, refreshToken, tokens.refreshExpiresIn);
    if (deviceToken !== undefined) this.set(reply, this.deviceName, deviceToken, DEVICE_COOKIE_SECONDS);
    return answer;
  }

  /**
   * What the client says of its device, with the device cookie where it uses cookies; and nothing else of the body that it
   * stands in, which may hold a password. @throws DomainError `origin_not_allowed`
   */
  deviceOf(request: FastifyRequest, { deviceName, deviceToken, transport }: DeviceInfo): DeviceInfo {
    if (transport !== 'cookie') return { deviceName, deviceToken, transport };
    this.requireKnownOrigin(request);
    return { deviceName, deviceToken: deviceToken ?? request.cookies[this.deviceName], transport };
  }

  /** A cookie goes along with any request, also one that a foreign page makes; so whoever relies on it must say where from (ASVS 3.5.1). @throws DomainError `origin_not_allowed` */
  checkOrigin(request: FastifyRequest): void {
    // Only a bearer token goes before the cookie; `Authorization: Basic` a browser may add by itself.
    if (fromBearerHeader(request) === null && request.cookies[this.refreshName] !== undefined)
      this.requireKnownOrigin(request);
  }

  /** The device cookie stays: the device is known, signed in or not. */
  clear(reply: FastifyReply): void {
    this.set(reply, this.refreshName, '', 0);
  }

  isKnownOrigin({ headers }: FastifyRequest): boolean {
    return headers.origin !== undefined && this.origins.has(headers.origin);
  }

  private requireKnownOrigin(request: FastifyRequest): void {
    if (!this.isKnownOrigin(request))
      throw new DomainError('origin_not_allowed', { detail: 'origin missing or unknown' });
  }

  private set(reply: FastifyReply, name: string, value: string, maxAge: number): void {
    void reply.setCookie(name, value, {
      path: '/',
      httpOnly: true,
      sameSite: 'strict',
      secure: this.config.isHttps,
      maxAge,
    });
  }
}
