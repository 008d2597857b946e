import type { Locator } from 'playwright-core';
import type { GivenAdmin } from './admins.js';
import type { Visitor } from './browser-app.js';
import { codeAt } from './second-factor.js';

/* Steps of an administrator in the admin console, the page /pages/admin. */

export const REASON = 'Called support, ticket 4711 – 본인 확인';

export const card = ({ page }: Visitor, name: string): Locator => page.locator(`[data-card="${name}"]`);

export const waitUntilLoaded = ({ page }: Visitor, name: string): Promise<void> =>
  page.locator(`[data-card="${name}"][data-loaded]`).waitFor();

export const waitUntilDone = (visitor: Visitor, name: string): Promise<void> =>
  card(visitor, name).locator('.done:not(:empty)').waitFor();

export async function goTo(visitor: Visitor, view: string): Promise<void> {
  await visitor.page.locator(`[data-nav="${view}"]`).click();
  await waitUntilLoaded(visitor, view);
}

/** Opens the view of a member and waits for its timeline. Other cards may still be loading. */
export async function openMember(visitor: Visitor, id: string): Promise<void> {
  await visitor.open(`admin?view=member&id=${id}`);
  await waitUntilLoaded(visitor, 'timeline');
}

/** Presses the button of an action and gives the reason. */
export async function act(visitor: Visitor, button: Locator, dialog = 'action'): Promise<void> {
  await button.click();
  await giveReason(visitor, dialog);
}

/** Fills in the reason, sends the dialog and waits until it has closed. */
export async function giveReason(visitor: Visitor, dialog: string): Promise<void> {
  await visitor.type(`#${dialog}-reason`, REASON);
  await visitor.send(dialog);
  await visitor.page.locator(`[data-dialog="${dialog}"]`).waitFor({ state: 'hidden' });
}

/** Sends login ID and password on the login page, to which the console leads. A second factor is not entered. */
export async function sendPassword(
  visitor: Visitor,
  { loginId, password }: { loginId: string; password: string },
): Promise<void> {
  await visitor.page.waitForURL(/\/pages\/login/);
  await visitor.see('ready');
  await visitor.type('#identifier', loginId);
  await visitor.type('#password', password);
  await visitor.send('login');
}

/** Opens a view, logs in with password and second factor, and waits until the view has loaded. */
export async function logInTo(visitor: Visitor, view: string, admin: GivenAdmin): Promise<void> {
  await visitor.open(`admin?view=${view}`);
  await sendPassword(visitor, admin);
  await visitor.see('second-factor');
  await visitor.type('#appCode', codeAt(admin.secret, 1));
  await visitor.send('second-factor');
  await waitUntilLoaded(visitor, view);
}
