import { open, rm } from 'node:fs/promises';
import { AppConfig } from '../../platform/config/app-config.js';
import { CommandError } from '../../platform/config/command-error.js';
import { requireSecretOfServers } from '../../platform/config/secrets.js';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import { withConnection } from './connection.js';
import { MemberExportRepository, type ExportedMember } from './member-export.repository.js';
import { Progress } from './progress.js';
import { SecretValues } from './secret-values.js';

/** The options of `munjigi export`, as typed. */
export interface ExportOptions {
  readonly file: string;
  readonly withSecrets?: boolean;
}

/**
 * `munjigi export`: writes all members and claims as they are at one moment, one JSON object a line,
 * in the format that `munjigi import --from jsonl` reads. It never overwrites a file.
 */
export async function exportMembers({ file, withSecrets = false }: ExportOptions): Promise<void> {
  if (withSecrets) requireSecretOfServers();
  const config = AppConfig.loadForCommand();
  const secrets = new SecretValues(new KeyRing(config.secrets));
  if (withSecrets)
    console.error(
      `Warning: ${file} will contain password hashes and readable secrets of second factors. Encrypt it, and delete it after use.`,
    );
  const output = await open(file, 'wx', 0o600).catch((error: Error) => {
    throw new CommandError(`${file}: cannot be created: ${error.message}`);
  });
  try {
    const { members, claims } = await withConnection(config, async (client) => {
      const repository = new MemberExportRepository(client);
      return repository.inSnapshot(async () => {
        const progress = new Progress(process.stderr, 'exporting', await repository.count(), 'members');
        const written = { members: 0, claims: 0 };
        for await (const batch of repository.batches()) {
          // Not `write`, which may write only a part.
          await output.appendFile(
            batch.map((row) => `${JSON.stringify(lineOf(row, secrets, withSecrets))}\n`).join(''),
          );
          written.members += batch.filter(({ emailVerified }) => emailVerified).length;
          written.claims += batch.filter(({ emailVerified }) => !emailVerified).length;
          progress.show(written.members + written.claims);
        }
        progress.end();
        return written;
      });
    });
    console.log(`${members} members exported.`);
    if (claims > 0) console.log(`${claims} accounts exported whose owners have to prove the address.`);
  } catch (error) {
    await rm(file, { force: true }); // half a file would stop the next attempt
    throw error;
  } finally {
    await output.close();
  }
}

function lineOf(member: ExportedMember, secrets: SecretValues, withSecrets: boolean): Record<string, unknown> {
  const { passwordHash, app, codes, passkeys, identities, consents, attributes, loginIdGenerated, ...profile } = member;
  const line = {
    ...profile,
    ...(loginIdGenerated && { loginIdGenerated }),
    ...(attributes && { attributes }),
    ...(identities.length > 0 && { identities }),
    ...(consents && { consents }),
  };
  if (!withSecrets) return line;
  return {
    ...line,
    ...(passwordHash !== null && { passwordHash }),
    ...(app && { totpSecret: secrets.appSecret(member.id, app) }),
    ...(codes.length > 0 && {
      recoveryCodeHashes: codes.map((code) => secrets.recoveryHash(member.id, Buffer.from(code, 'hex'))),
    }),
    ...(passkeys.length > 0 && { passkeys: passkeys.map(withBase64url) }),
  };
}

function withBase64url(passkey: ExportedMember['passkeys'][number]): Record<string, unknown> {
  return {
    ...passkey,
    credentialId: Buffer.from(passkey.credentialId, 'hex').toString('base64url'),
    publicKey: Buffer.from(passkey.publicKey, 'hex').toString('base64url'),
  };
}
