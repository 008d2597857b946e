import type { Locator } from 'playwright-core';
import type { GivenAdmin } from './admins.js';
import type { Visitor } from './browser-app.js';
import { codeAt } from './second-factor.js';

/* What an administrator does in the console. */

export const REASON = 'Called support, ticket 4711 – 본인 확인';

export const card = ({ page }: Visitor, name: string): Locator => page.locator(`[data-card="${name}"]`);

export const isLoaded = ({ page }: Visitor, name: string): Promise<void> =>
  page.locator(`[data-card="${name}"][data-loaded]`).waitFor();

export const isDone = (visitor: Visitor, name: string): Promise<void> =>
  card(visitor, name).locator('.done:not(:empty)').waitFor();

export async function goTo(visitor: Visitor, view: string): Promise<void> {
  await visitor.page.locator(`[data-nav="${view}"]`).click();
  await isLoaded(visitor, view);
}

export async function openMember(visitor: Visitor, id: string): Promise<void> {
  await visitor.open(`admin?view=member&id=${id}`);
  await isLoaded(visitor, 'timeline');
}

/** Presses the button of an action and gives the reason. */
export async function act(visitor: Visitor, button: Locator, dialog = 'action'): Promise<void> {
  await button.click();
  await give(visitor, dialog);
}

export async function give(visitor: Visitor, dialog: string): Promise<void> {
  await visitor.type(`#${dialog}-reason`, REASON);
  await visitor.send(dialog);
  await visitor.page.locator(`[data-dialog="${dialog}"]`).waitFor({ state: 'hidden' });
}

/** Logs in on the login page that the console has led to. */
export async function logIn(
  visitor: Visitor,
  { loginId, password }: { loginId: string; password: string },
): Promise<void> {
  await visitor.page.waitForURL(/\/pages\/login/);
  await visitor.see('ready');
  await visitor.type('#identifier', loginId);
  await visitor.type('#password', password);
  await visitor.send('login');
}

/** Logs in with the second factor, and so reaches the view that was asked for. */
export async function logInTo(visitor: Visitor, view: string, admin: GivenAdmin): Promise<void> {
  await visitor.open(`admin?view=${view}`);
  await logIn(visitor, admin);
  await visitor.see('second-factor');
  await visitor.type('#appCode', codeAt(admin.secret, 1));
  await visitor.send('second-factor');
  await isLoaded(visitor, view);
}
