import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { canonicalRange, parseAddressRange } from '../../platform/addresses/address-range.js';
import { SCOPES, type ApiKeyScope } from '../../platform/http/principal.js';
import { IsMoment, IsVisibleText } from '../../platform/http/validation/field-decorators.js';
import { PageResponse } from '../../platform/http/validation/page.dto.js';
import { IsPresent, MayBeAbsent, Rule } from '../../platform/http/validation/rule.js';
import type { ListedApiKey } from '../../security/api-keys/api-keys.repository.js';
import type { ApiKeyRequest } from '../../security/api-keys/api-key-issuing.service.js';

const MAX_NAME = 64;
const MAX_RANGES = 50;
const isScope = (value: unknown): boolean => SCOPES.includes(value as ApiKeyScope);
const isRange = (value: unknown): boolean => typeof value === 'string' && parseAddressRange(value) !== null;

/** One or more scopes, each once. */
function AreScopes(): PropertyDecorator {
  const areScopes = (value: unknown): boolean =>
    Array.isArray(value) && value.length > 0 && new Set(value).size === value.length && value.every(isScope);
  return applyDecorators(
    IsPresent(),
    Rule('invalid_value', areScopes, { allowed: SCOPES.join(', ') }),
    ApiProperty({
      enum: SCOPES,
      isArray: true,
      minItems: 1,
      maxItems: SCOPES.length,
      uniqueItems: true,
      example: ['members:read'],
    }),
  );
}

/** Addresses and ranges in CIDR notation. */
function AreAddressRanges(): PropertyDecorator {
  const areRanges = (value: unknown): boolean =>
    Array.isArray(value) && value.length > 0 && value.length <= MAX_RANGES && value.every(isRange);
  return applyDecorators(
    Rule('invalid_value', areRanges, { allowed: '203.0.113.7, 203.0.113.0/24, 2001:db8::/48' }),
    ApiProperty({
      type: String,
      isArray: true,
      minItems: 1,
      maxItems: MAX_RANGES,
      pattern: '^[0-9a-fA-F.:]+(/[0-9]{1,3})?$',
      example: ['203.0.113.0/24'],
    }),
  );
}

export class CreateApiKeyRequest {
  /** For people, in lists and the audit log */
  @IsVisibleText({ max: MAX_NAME })
  @ApiProperty({ example: 'Billing service' })
  name: string;

  /** What the key opens */
  @AreScopes()
  scopes: ApiKeyScope[];

  /** After this moment the key is refused; absent: it works until it is revoked */
  @MayBeAbsent()
  @IsMoment()
  expiresAt?: string;

  /** Client addresses that may use the key; absent: all */
  @MayBeAbsent()
  @AreAddressRanges()
  addresses?: string[];
}

/** Takes from the body what the creator of a key decides. */
export const apiKeyRequestOf = ({ name, scopes, expiresAt, addresses = [] }: CreateApiKeyRequest): ApiKeyRequest => ({
  name,
  scopes,
  expiresAt: expiresAt === undefined ? null : new Date(expiresAt),
  addresses: addresses.map(canonicalRange),
});

/** A new secret. No other response contains it. */
export class IssuedApiKeyResponse {
  @ApiProperty({ format: 'uuid' }) id: string;
  /** The key, for `Authorization: Bearer`. Shown this once */
  @ApiProperty({ example: 'mjk_0f8c3f5e6f0d4c559d0a0f4f3a4f2c11_p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE' })
  key: string;
}

export class ApiKeyResponse {
  @ApiProperty({ format: 'uuid' }) id: string;
  /** @example Billing service */
  name: string;
  @ApiProperty({ enum: SCOPES, isArray: true }) scopes: ApiKeyScope[];
  /** Ranges of client addresses that may use it; empty: all */
  @ApiProperty({ type: String, isArray: true, example: ['203.0.113.0/24'] }) addresses: string[];
  /** The administrator who created it; null: the command line */
  @ApiProperty({ format: 'uuid' }) createdBy: string | null;
  createdAt: Date;
  /** When the secret was last rotated; null: never */
  @ApiProperty({ type: String, format: 'date-time' }) rotatedAt: Date | null;
  @ApiProperty({ type: String, format: 'date-time' }) expiresAt: Date | null;
  @ApiProperty({ type: String, format: 'date-time' }) revokedAt: Date | null;
  /** Up to two minutes before the last use */
  @ApiProperty({ type: String, format: 'date-time' }) lastUsedAt: Date | null;
}

export class ApiKeyListResponse extends PageResponse {
  items: ApiKeyResponse[];
}

/** Copies field by field, so that a column that is added later is not published by accident. */
export const apiKeyResponseOf = (key: ListedApiKey): ApiKeyResponse => ({
  id: key.id,
  name: key.name,
  scopes: key.scopes,
  addresses: key.addresses,
  createdBy: key.createdBy,
  createdAt: key.createdAt,
  rotatedAt: key.rotatedAt,
  expiresAt: key.expiresAt,
  revokedAt: key.revokedAt,
  lastUsedAt: key.lastUsedAt,
});
