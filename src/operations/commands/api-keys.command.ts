import { randomUUID } from 'node:crypto';
import type { INestApplicationContext } from '@nestjs/common';
import { canonicalRange, parseAddressRange } from '../../platform/addresses/address-range.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { Database } from '../../platform/database/database.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { SCOPES, type ApiKeyScope } from '../../platform/http/principal.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { isMoment, isUuid } from '../../platform/http/validation/field-decorators.js';
import { isVisibleLine } from '../../platform/http/validation/text-checks.js';
import { ApiKeyIssuingService, type ApiKeyRequest } from '../../security/api-keys/api-key-issuing.service.js';
import { ApiKeysRepository, type ListedApiKey } from '../../security/api-keys/api-keys.repository.js';
import { CommandError } from '../../platform/config/command-error.js';
import type { WithApplication } from './with-application.js';

const MAX_LISTED = 1000;

/** The options of `munjigi keys create-api-key`, as typed. */
export interface CreateApiKeyOptions {
  readonly name: string;
  readonly scopes: string;
  readonly expiresAt?: string;
  readonly addresses?: string;
}

/**
 * `munjigi keys create-api-key`: prints the key alone to stdout, so that a script can store it
 * without showing it.
 */
export async function createApiKey(options: CreateApiKeyOptions, withApplication: WithApplication): Promise<void> {
  const request = requestOf(options);
  await withApplication(async (app) => {
    const issuing = app.get(ApiKeyIssuingService);
    const { id, key } = await app
      .get(Database)
      .transaction((tx) => issuing.create(tx, request, contextOf(app, 'create-api-key')));
    console.error(`API key ${id} of "${request.name}". It is not shown again:`);
    console.log(key);
  });
}

/** `munjigi keys list-api-keys`: newest first, without secrets. */
export async function listApiKeys(withApplication: WithApplication): Promise<void> {
  await withApplication(async (app) => {
    const keys = await app.get(ApiKeysRepository).list(MAX_LISTED, null);
    console.log(keys.length === 0 ? 'There are no API keys.' : keys.map(describe).join('\n'));
  });
}

/** `munjigi keys revoke-api-key`: ends a key on every running server. */
export async function revokeApiKey(id: string, withApplication: WithApplication): Promise<void> {
  if (!isUuid(id)) throw new CommandError('This is not the id of an API key: see "munjigi keys list-api-keys".', true);
  await withApplication(async (app) => {
    const issuing = app.get(ApiKeyIssuingService);
    try {
      await app.get(Database).transaction((tx) => issuing.revoke(tx, id, contextOf(app, 'revoke-api-key')));
    } catch (error) {
      if (error instanceof DomainError && error.code === 'not_found')
        throw new CommandError('There is no such API key, or it is revoked.');
      throw error;
    }
    console.log('The API key is revoked.');
  });
}

function requestOf({ name, scopes, expiresAt, addresses = '' }: CreateApiKeyOptions): ApiKeyRequest {
  if (!isVisibleLine(name, 64)) throw new CommandError('--name: must be one line of 1 to 64 visible characters.', true);
  const wanted = listOf(scopes);
  const unknown = wanted.find((scope) => !SCOPES.includes(scope as ApiKeyScope));
  if (wanted.length === 0 || unknown !== undefined)
    throw new CommandError(`--scopes: must be one or more of ${SCOPES.join(',')}.`, true);
  const end = expiresAt === undefined ? null : new Date(expiresAt);
  if (end !== null && !(isMoment(expiresAt) && end.getTime() > Date.now()))
    throw new CommandError(
      '--expires-at: must be in the future, such as 2027-12-31 or 2027-12-31T09:00:00+09:00.',
      true,
    );
  const ranges = listOf(addresses);
  const wrong = ranges.find((range) => parseAddressRange(range) === null);
  if (wrong !== undefined)
    throw new CommandError(`--addresses: "${wrong}" is no address and no range such as 203.0.113.0/24.`, true);
  return {
    name,
    scopes: [...new Set(wanted)] as ApiKeyScope[],
    expiresAt: end,
    addresses: ranges.map(canonicalRange),
  };
}

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

/** What the audit log records for a command: an operator at a terminal has no address. */
function contextOf(app: INestApplicationContext, command: string): ClientContext {
  const locale = app.get(AppConfig).defaultLocale;
  return { ip: '', userAgent: `munjigi keys ${command}`, locale, requestId: randomUUID() };
}

function describe({ id, name, scopes, addresses, expiresAt, revokedAt, lastUsedAt }: ListedApiKey): string {
  const facts = [
    ...(revokedAt ? [`revoked ${revokedAt.toISOString()}`] : []),
    ...(expiresAt ? [`${expiresAt.getTime() <= Date.now() ? 'expired' : 'expires'} ${expiresAt.toISOString()}`] : []),
    ...(addresses.length > 0 ? [`from ${addresses.join(',')}`] : []),
    lastUsedAt ? `last used ${lastUsedAt.toISOString()}` : 'never used',
  ];
  return `${id}  ${name}  ${scopes.join(',')}  (${facts.join('; ')})`;
}
