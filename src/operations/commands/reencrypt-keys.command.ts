import { ReEncryptionService, type EncryptedTally } from '../key-rotation/re-encryption.service.js';
import type { WithApplication } from './with-application.js';
import { CommandError } from './command-error.js';

/** `munjigi keys reseal`: has authenticator apps and recovery codes need SECRET alone, and says whether they do. */
export async function reencryptKeys({ check }: { check: boolean }, withApplication: WithApplication): Promise<void> {
  await withApplication(async (app) => {
    const resealing = app.get(ReEncryptionService);
    if (!check) {
      const count = await resealing.reencrypt();
      if (count === null) throw new CommandError('Another "munjigi keys reseal" is running.');
      console.log(`Sealed anew: ${count}.`);
    }
    const tallies = await resealing.tally();
    console.log(tallies.map(described).join('\n'));
    const immovable = await resealing.countImmovable();
    if (immovable > 0)
      console.log(`Besides, ${immovable} recovery codes are from before 1.0.0. They end with the secret they were made with;
their owners can make new ones at any time.`);
    if (tallies.some(needsMore)) throw new CommandError(check ? NOT_YET : STILL);
    console.log(DONE);
  });
}

const NOT_YET = 'Not all of this needs SECRET alone: run "munjigi keys reseal" before a secret is taken out.';
const STILL = `Not all of this could be moved: what is in use at the moment, or written by a process with another SECRET, is moved by
another run; what no secret opens needs the one that is missing in PREVIOUS_SECRETS.`;
const DONE =
  'All of this needs SECRET alone. What is in PREVIOUS_SECRETS can go as soon as no session needs it (docs/operations.md, Keys).';

function needsMore({ previous, unmarked, lost }: EncryptedTally): boolean {
  return unmarked > 0 || lost > 0 || previous.some((count) => count > 0);
}

function described({ kind, current, previous, unmarked, lost }: EncryptedTally): string {
  const parts = [
    `${current} with SECRET`,
    ...previous.map((count, index) => `${count} with PREVIOUS_SECRETS no. ${index + 1}`),
    ...(unmarked > 0 ? [`${unmarked} from before 1.0.0`] : []),
    ...(lost > 0 ? [`${lost} with a secret that is not set`] : []),
  ];
  return `${kind}: ${parts.join(', ')}`;
}
