import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { APPLE_KEY, CLIENT } from './openid-partner.js';

/** The settings of a server whose Apple is a stand-in. */
export interface AppleSettings {
  readonly variables: Record<string, string>;
  /** Deletes the file with the key. */
  remove(): Promise<void>;
}

/** Writes the key of the team, as Apple lets operators download it. */
export async function writeAppleSettings({ issuer }: { readonly issuer: string }): Promise<AppleSettings> {
  const directory = await mkdtemp(path.join(tmpdir(), 'munjigi-apple-'));
  const keyFile = path.join(directory, 'key.p8');
  await writeFile(keyFile, APPLE_KEY.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  return {
    variables: {
      SOCIAL_APPLE_CLIENT_ID: CLIENT.id,
      SOCIAL_APPLE_TEAM_ID: APPLE_KEY.teamId,
      SOCIAL_APPLE_KEY_ID: APPLE_KEY.keyId,
      SOCIAL_APPLE_KEY_FILE: keyFile,
      SOCIAL_APPLE_ISSUER: issuer,
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
