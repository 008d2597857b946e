import { ReEncryptionService, type EncryptedTally } from '../key-rotation/re-encryption.service.js';
import type { WithApplication } from './with-application.js';
import { CommandError } from '../../platform/config/command-error.js';

/**
 * `munjigi keys reseal`: re-encrypts all stored secrets, such as those of webhooks, with SECRET and reports
 * which secrets are still needed. Fails if a secret other than SECRET is needed. With `check` it
 * changes nothing.
 */
export async function reencryptKeys({ check }: { check: boolean }, withApplication: WithApplication): Promise<void> {
  await withApplication(async (app) => {
    const reEncryption = app.get(ReEncryptionService);
    if (!check) {
      const count = await reEncryption.reencrypt();
      if (count === null) throw new CommandError('Another "munjigi keys reseal" is running.');
      console.log(`Re-encrypted: ${count}.`);
    }
    const tallies = await reEncryption.tally();
    console.log(tallies.map(describeTally).join('\n'));
    const legacyCount = await reEncryption.countLegacyRecoveryCodes();
    if (legacyCount > 0)
      console.log(`In addition, ${legacyCount} recovery codes are from before 1.0.0 and cannot be re-encrypted. They stop working with the
secret they were made with; their owners can create new ones at any time.`);
    if (tallies.some(needsOtherSecrets)) throw new CommandError(check ? CHECK_FAILED : INCOMPLETE);
    console.log(DONE);
  });
}

const CHECK_FAILED =
  'Some values still need a secret other than SECRET. Run "munjigi keys reseal" before you remove a secret.';
const INCOMPLETE = `Some values could not be re-encrypted. Run the command again for values that were in use, or that a process with
another SECRET wrote during this run. Undecryptable values need the secret that is missing from PREVIOUS_SECRETS.`;
const DONE = `All values need only SECRET. A secret can be removed from PREVIOUS_SECRETS as soon as no session needs it
(docs/operations.md, Keys).`;

function needsOtherSecrets({ previous, unmarked, undecryptable }: EncryptedTally): boolean {
  return unmarked > 0 || undecryptable > 0 || previous.some((count) => count > 0);
}

function describeTally({ kind, current, previous, unmarked, undecryptable }: EncryptedTally): string {
  const parts = [
    `${current} with SECRET`,
    ...previous.map((count, index) => `${count} with PREVIOUS_SECRETS no. ${index + 1}`),
    ...(unmarked > 0 ? [`${unmarked} from before 1.0.0`] : []),
    ...(undecryptable > 0 ? [`${undecryptable} with a secret that is not set`] : []),
  ];
  return `${kind}: ${parts.join(', ')}`;
}
