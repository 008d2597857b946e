import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { givenAdmin, type GivenAdmin } from '../support/admins.js';
import { describeInBrowser } from '../support/browser.js';
import { LOOKS, BrowserApp, type Visitor } from '../support/browser-app.js';
import { act, card, goTo, waitUntilDone, logInTo, REASON } from '../support/console.js';
import { outboxEmpty } from '../support/mailbox.js';
import { SUPPORT_CASES } from '../support/support-cases.js';
import { IS_LONG } from '../support/test-length.js';

describeInBrowser('why a person cannot log in, in the console', () => {
  let browserApp: BrowserApp;
  let admin: GivenAdmin;
  let visitor: Visitor;
  beforeAll(async () => {
    browserApp = await BrowserApp.start();
    admin = await givenAdmin(browserApp.app);
    visitor = await browserApp.visitor(LOOKS[1]!);
    await logInTo(visitor, 'overview', admin);
    await goTo(visitor, 'members');
  });
  afterAll(() => browserApp?.stop());

  /**
   * The types of the events that the administrator caused. An event about a mail to a person without
   * an account holds no reason.
   */
  async function doneBy({ id }: GivenAdmin): Promise<string[]> {
    const { rows } = await browserApp.app.sql.query(
      `SELECT type FROM security_events
       WHERE actor_id = $1 AND (details->>'auditReason' = $2 OR type = 'mail.retried') ORDER BY id`,
      [id, REASON],
    );
    return rows.map(({ type }) => type as string);
  }

  const find = () => visitor.page.locator('.filter button[type="button"]').click();

  it.each(SUPPORT_CASES)('AC-02 a person who $title: $finding', async ({ finding, action, happen, after }) => {
    await visitor.type('#filter-query', await happen(browserApp.app));
    await find();
    const diagnosis = card(visitor, 'diagnosis');
    const answer = diagnosis.locator(`li:first-child[data-finding="${finding}"]`);
    for (const look of LOOKS) {
      await visitor.changeLook(look);
      await answer.waitFor();
      expect(await answer.locator('.entry-title').innerText()).toMatch(
        look.language === 'ko' ? /[가-힣]/ : /^[^가-힣{}]+$/,
      );
      const buttons = await diagnosis.locator('button').evaluateAll((all) => all.map((one) => one.dataset.do));
      expect(buttons).toEqual(action === null ? [] : [action]);
      // All findings have the same parts, so the short form inspects only one of them.
      if (IS_LONG || finding === 'mail_failed') await visitor.inspect(`console-case-${finding}`);
    }
    if (action === null) return;
    const before = await doneBy(admin);
    await act(visitor, answer.locator('button'));
    await waitUntilDone(visitor, 'diagnosis');
    expect((await doneBy(admin)).length).toBeGreaterThan(before.length);
    await outboxEmpty(browserApp.app);
    await find();
    await diagnosis.locator(`li:first-child[data-finding="${after ?? finding}"]`).waitFor();
  });
});
