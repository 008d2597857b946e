import { RestoreService } from '../maintenance/restore.service.js';
import { withApplication } from './command-application.js';

/** `munjigi after-restore`: once, after a backup was put back and before the servers start. */
export async function afterRestore(): Promise<void> {
  await withApplication(async (app) => {
    const { proofs, sessions } = await app.get(RestoreService).voidWhatMayBeUsed();
    console.log(
      `Voided: ${proofs} codes and links, ${sessions} sessions. Everybody logs in again; passwords are those of the backup.`,
    );
  });
}
