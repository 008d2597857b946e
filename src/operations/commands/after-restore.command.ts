import { AppConfig } from '../../platform/config/app-config.js';
import { RestoreService } from '../maintenance/restore.service.js';
import type { WithApplication } from './with-application.js';

/** `munjigi after-restore`: once, after a backup was put back and before the servers start. */
export async function afterRestore(withApplication: WithApplication): Promise<void> {
  await withApplication(async (app) => {
    const { proofs, sessions, emailChanges } = await app.get(RestoreService).voidWhatMayBeUsed();
    console.log(
      `Voided: ${proofs} codes and links, ${sessions} sessions, ${emailChanges} changes of address that could be undone. ` +
        'Everybody logs in again; passwords are those of the backup.',
    );
    // Nobody knows the sessions begun since the backup, so their tokens cannot be revoked; but nobody makes any meanwhile.
    const { ACCESS_TOKEN_TTL_SECONDS: seconds } = app.get(AppConfig).env;
    const latest = new Date(Date.now() + seconds * 1000).toISOString().slice(0, 19);
    console.log(
      `Access tokens live for ${seconds} seconds: start the servers when they have been stopped for that long, at ${latest}Z at the latest.`,
    );
  });
}
