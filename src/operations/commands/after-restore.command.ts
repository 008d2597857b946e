import { AppConfig } from '../../platform/config/app-config.js';
import { longestAccessTokenSeconds } from '../../platform/config/configuration-checks.js';
import { RestoreService } from '../maintenance/restore.service.js';
import type { WithApplication } from './with-application.js';

/** `munjigi after-restore`: run once, after restoring a backup and before the servers start. */
export async function afterRestore(withApplication: WithApplication): Promise<void> {
  await withApplication(async (app) => {
    const { challenges, sessions, emailChanges } = await app.get(RestoreService).voidCredentials();
    console.log(
      `Voided: ${challenges} codes and links, ${sessions} sessions, ${emailChanges} undo links for e-mail changes. ` +
        'All members must log in again, with the passwords of the backup.',
    );
    // No access token is revoked: a session that began after the backup has no row to find it by.
    // While the servers are stopped no tokens are issued, and all earlier ones expire.
    const seconds = longestAccessTokenSeconds(app.get(AppConfig).env.ACCESS_TOKEN_TTL_SECONDS);
    const latest = new Date(Math.ceil(Date.now() / 1000 + seconds) * 1000).toISOString().slice(0, 19);
    console.log(
      `Access tokens are valid for up to ${seconds} seconds. Start the servers only when they have been stopped for that long. If you do not know when they stopped, start them at ${latest}Z or later.`,
    );
  });
}
