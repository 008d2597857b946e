import { readFile } from 'node:fs/promises';
import type { Download, Locator } from 'playwright-core';
import type { Visitor } from './browser-app.js';

/** A panel of the account page. */
export const panel = (visitor: Visitor, name: string): Locator => visitor.page.locator(`[data-panel="${name}"]`);

/** Opens a part of a panel by its button. */
export const open = async (visitor: Visitor, name: string, part: string): Promise<void> => {
  await panel(visitor, name).locator(`[data-opens="${part}"]:visible`).first().click();
  await panel(visitor, name).locator(`[data-part="${part}"]`).waitFor();
};

/** Waits for the message in a panel that confirms an action. */
export const waitUntilDone = (visitor: Visitor, name: string): Promise<void> =>
  panel(visitor, name).locator('[data-done]:not(:empty)').waitFor();

/** Presses the button for the member's own data. @returns the content of the file */
export async function downloadData(visitor: Visitor): Promise<Exported> {
  const download = visitor.page.waitForEvent('download');
  await visitor.send('export');
  return readDownload(await download);
}

/** What a test reads of an export. */
interface Exported {
  readonly profile: { readonly loginId: string; readonly email: string };
}

export async function readDownload(download: Download): Promise<Exported> {
  const name = download.suggestedFilename();
  if (name !== 'my-data.json') throw new Error(`the file has the name ${name}`);
  return JSON.parse(await readFile(await download.path(), 'utf8')) as Exported;
}

/** Logs in with the password on the login page. */
export async function logIn(
  visitor: Visitor,
  { loginId, password }: { loginId: string; password: string },
): Promise<void> {
  await visitor.open('login');
  await visitor.type('#identifier', loginId);
  await visitor.type('#password', password);
  await visitor.send('login');
}

/** Waits until the account page shows the security activity, the sessions and the state of two-factor login. */
export async function waitUntilLoggedIn(visitor: Visitor): Promise<void> {
  await visitor.page.waitForURL(/\/pages\/account/);
  await panel(visitor, 'security-activity').locator('li').first().waitFor();
  await panel(visitor, 'sessions').locator('li').first().waitFor();
  await panel(visitor, 'two-factor').locator('[data-badge]:visible').waitFor();
}
