import { Injectable } from '@nestjs/common';
import type {} from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppConfig } from '../../platform/config/app-config.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import type { SessionBinding, SessionKey } from '../../sessions/session.entity.js';
import type { IssuedTokens } from '../../sessions/session-tokens.js';
import type { DeviceInfo } from '../../sessions/devices/known-devices.service.js';
import type { TokenResponse } from './tokens.dto.js';
import { fromBearerHeader } from '../strategies/token-sources.js';

/** Browsers keep a cookie for 400 days at most. */
const DEVICE_COOKIE_SECONDS = 400 * 86_400;

/** What a body states about the device that signs in. */
export type DeviceStatement = Omit<DeviceInfo, 'key'> & { readonly binding?: SessionBinding };

/** What a browser sends by itself, beside the body. */
export interface BrowserContext {
  /** Whether the request comes from a page on the allow-list. */
  readonly isKnownOrigin: boolean;
  /** From the device cookie. */
  readonly deviceToken: string | undefined;
}

/**
 * `__Host-` binds a cookie to this host, path / and TLS (RFC 6265bis). Plain HTTP, as in
 * development, does not allow this prefix.
 */
const cookieName = (config: AppConfig, name: string): string =>
  `${config.isHttps ? '__Host-' : ''}${config.cookiePrefix}-${name}`;

export const refreshCookieName = (config: AppConfig): string => cookieName(config, 'refresh');

/**
 * Reads what the client states about its device. If the session will use cookies, the device token
 * may come from the device cookie. Nothing else of the body is passed on, because it may hold a
 * password.
 * @param keyThumbprint the key that the request proved
 * @throws DomainError `origin_not_allowed`, `proof_required`
 */
export function deviceOf(
  { deviceName, deviceToken, transport, binding }: DeviceStatement,
  browser: BrowserContext,
  keyThumbprint: string | null,
): DeviceInfo {
  const device = { deviceName, deviceToken, transport, key: keyOf(keyThumbprint, binding) };
  if (transport !== 'cookie') return device;
  requireKnownOrigin(browser.isKnownOrigin);
  return { ...device, deviceToken: deviceToken ?? browser.deviceToken };
}

/**
 * The key that the new session is bound to; null where the request proved none.
 * @throws DomainError `proof_required` for a request that wants to be bound and proves no key
 */
export function keyOf(thumbprint: string | null, binding?: SessionBinding): SessionKey | null {
  if (thumbprint !== null) return { thumbprint, binding: binding ?? 'refresh' };
  if (binding !== undefined) throw new DomainError('proof_required', { detail: 'binding without a proof' });
  return null;
}

/**
 * Carries refresh and device tokens of browsers in cookies that scripts cannot read, and accepts
 * them from known pages only.
 */
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

  /**
   * Builds the response to a client that is signed in. With cookie transport the refresh token and
   * the device token are set as cookies instead.
   */
  deliver(reply: FastifyReply, tokens: IssuedTokens): TokenResponse {
    const { transport, refreshToken, deviceToken, ...rest } = tokens;
    const response: TokenResponse = { status: 'authenticated', ...rest };
    if (transport === 'body') return { ...response, refreshToken, ...(deviceToken !== undefined && { deviceToken }) };
    this.set(reply, this.refreshName, refreshToken, tokens.refreshExpiresIn);
    if (deviceToken !== undefined) this.set(reply, this.deviceName, deviceToken, DEVICE_COOKIE_SECONDS);
    return response;
  }

  browserOf(request: FastifyRequest): BrowserContext {
    return { isKnownOrigin: this.isKnownOrigin(request), deviceToken: request.cookies[this.deviceName] };
  }

  /**
   * Browsers attach a cookie to any request, also to one that a foreign page makes, so a request
   * that relies on it must come from a known origin (ASVS 3.5.1).
   * @throws DomainError `origin_not_allowed`
   */
  checkOrigin(request: FastifyRequest): void {
    // Only a bearer token outranks the cookie; a browser may add `Authorization: Basic` by itself.
    if (fromBearerHeader(request) === null && request.cookies[this.refreshName] !== undefined)
      requireKnownOrigin(this.isKnownOrigin(request));
  }

  /** Clears the refresh cookie. The device cookie stays: the device is known, signed in or not. */
  clear(reply: FastifyReply): void {
    this.set(reply, this.refreshName, '', 0);
  }

  private isKnownOrigin({ headers }: FastifyRequest): boolean {
    return headers.origin !== undefined && this.origins.has(headers.origin);
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

function requireKnownOrigin(isKnownOrigin: boolean): void {
  if (!isKnownOrigin) throw new DomainError('origin_not_allowed', { detail: 'origin missing or unknown' });
}
