import { linesOf } from '../file-text.js';
import type { ImportRow, OwnConsent, OwnIdentity, OwnPasskey, OwnValues, SourceReader } from '../import-row.js';
import { entryOf, type JsonObject } from '../json-entries.js';
import { UnreadableValue } from '../unreadable-value.js';
import { booleanOf, listOf, objectOf, objectsOf, textOf, wordOf } from './values.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The format of `munjigi export`: one member a line. Only `email` is required. */
export const readJsonl: SourceReader = async function* (chunks) {
  for await (const { line, text } of linesOf(chunks)) {
    const entry = entryOf(line, text, jsonlRow);
    if (entry) yield entry;
  }
};

function jsonlRow(member: JsonObject): ImportRow {
  return {
    sourceId: ownIdOf(member) ?? textOf(member['id']),
    loginId: textOf(member['loginId']),
    loginIdGenerated: booleanOf(member, 'loginIdGenerated'),
    email: textOf(member['email']),
    emailVerified: booleanOf(member, 'emailVerified'),
    hash: textOf(member['passwordHash']),
    name: textOf(member['name']),
    locale: textOf(member['locale']),
    status: wordOf(member, 'status', ['active', 'disabled', 'closed']),
    createdAt: textOf(member['createdAt']),
    totp: textOf(member['totpSecret']),
    attributes: member['attributes'] == null ? undefined : objectOf(member['attributes']),
    own: ownValues(member),
  };
}

/** Undefined unless the `id` of the line is a UUID, as in our own export. */
function ownIdOf(member: JsonObject): string | undefined {
  const id = textOf(member['id'])?.toLowerCase(); // as PostgreSQL writes it
  return id !== undefined && UUID.test(id) ? id : undefined;
}

function ownValues(member: JsonObject): OwnValues | undefined {
  const id = ownIdOf(member);
  if (id === undefined) return undefined;
  return {
    id,
    role: wordOf(member, 'role', ['member', 'admin']) ?? 'member',
    closedAt: textOf(member['closedAt']) ?? null,
    mustChangePassword: booleanOf(member, 'mustChangePassword') ?? false,
    recoveryHashes: listOf(member['recoveryCodeHashes']).map(recoveryHashOf),
    passkeys: objectsOf(member['passkeys']) as unknown as OwnPasskey[],
    identities: objectsOf(member['identities']) as unknown as OwnIdentity[],
    consents: objectsOf(member['consents']) as unknown as OwnConsent[],
  };
}

function recoveryHashOf(value: unknown): string {
  if (typeof value !== 'string' || !/^[\w-]+$/.test(value)) throw new UnreadableValue('a recovery code is not valid');
  return value;
}
