import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { promote } from '../support/admins.js';
import { describeInBrowser } from '../support/browser.js';
import { BrowserApp, LOOKS } from '../support/browser-app.js';
import { ConsentsFile, ledgerOf, makeOutdated, REQUIRED } from '../support/consents.js';
import { given, unique } from '../support/factories.js';
import { mailbox } from '../support/mailbox.js';
import { enrol } from '../support/second-factor.js';

describeInBrowser('consents on the built-in pages', () => {
  let browserApp: BrowserApp;
  let file: ConsentsFile;
  beforeAll(async () => {
    file = await ConsentsFile.write();
    browserApp = await BrowserApp.start({ CONSENTS: file.path });
  });
  afterAll(async () => {
    await browserApp?.stop();
    await file.remove();
  });

  it('CO-01 an invited person agrees before the account exists', async () => {
    const { app } = browserApp;
    const root = await promote(app, await enrol(await given.member(app, { consents: REQUIRED } as object)));
    const email = unique.email();
    await root.client.post('/api/admin/invitations', { email }, root.accessToken).expect(201);
    const { links } = await mailbox.to(email).next();
    const visitor = await browserApp.visitor(LOOKS[0]!);
    await visitor.page.goto(links.find((link) => link.includes('#token='))!);
    await visitor.see('ready');
    await visitor.send('accept'); // empty: the documents are reported with the fields before them
    const problems = visitor.page.locator('[data-form="accept"] [data-problem] li a');
    await problems.nth(3).waitFor();
    expect(await problems.evaluateAll((links) => links.map((link) => link.getAttribute('href')))).toEqual([
      '#loginId',
      '#password',
      '#accept-consent-terms',
      '#accept-consent-privacy',
    ]);
    await visitor.type('#loginId', unique.loginId());
    expect(await problems.count()).toBe(3); // a field that is being corrected has no problem any more
    await visitor.type('#password', unique.password());
    await visitor.page.locator('#accept-consent-privacy').check();
    await visitor.send('accept');
    await visitor.page.locator('#accept-consent-terms-error:visible').waitFor();
    await visitor.inspect('invitation-consents');
    await visitor.page.locator('#accept-consent-terms').check();
    await visitor.send('accept');
    await visitor.page.waitForURL(/account/);
    const { rows } = await browserApp.app.sql.query(`SELECT id FROM members WHERE email = $1`, [email]);
    expect(await ledgerOf(browserApp.app, rows[0].id)).toEqual(['terms 2 given', 'privacy 1 given']);
  });

  for (const look of LOOKS) {
    it(`CO-01 CO-04 a visitor agrees at the sign-up, and to a new version at a login (${look.language}, ${look.size})`, async () => {
      const ada = unique.signUp();
      const visitor = await browserApp.visitor(look);
      const box = (form: string, id: string) => visitor.page.locator(`#${form}-consent-${id}`);
      await visitor.open('sign-up');
      await box('sign-up', 'news').waitFor();
      await visitor.send('sign-up');
      await visitor.page.locator('[data-form="sign-up"] [data-problem] li').nth(4).waitFor(); // with the documents
      await visitor.type('#loginId', ada.loginId);
      await visitor.type('#email', ada.email);
      await visitor.type('#password', ada.password);
      await box('sign-up', 'privacy').check();
      await visitor.send('sign-up');
      await visitor.page.locator('#sign-up-consent-terms-error:visible').waitFor();
      await visitor.inspect('sign-up-consents');
      await box('sign-up', 'terms').check();
      await visitor.send('sign-up');
      await visitor.see('code');
      const { code } = await mailbox.to(ada.email).next();
      await visitor.type('[data-form="code"] input.code', code!);
      await visitor.send('code');
      await visitor.page.waitForURL(/account/);
      const { rows } = await browserApp.app.sql.query(`SELECT id FROM members WHERE email = $1`, [ada.email]);
      expect(await ledgerOf(browserApp.app, rows[0].id)).toEqual(['terms 2 given', 'privacy 1 given']);
      await visitor.close();

      await makeOutdated(browserApp.app, rows[0].id);
      const later = await browserApp.visitor(look);
      await later.open('login');
      await later.type('#identifier', ada.loginId);
      await later.type('#password', ada.password);
      await later.send('login');
      await later.see('terms');
      await later.inspect('login-terms');
      await later.send('terms');
      await later.page.locator('#terms-consent-terms-error:visible').waitFor();
      await later.page.locator('#terms-consent-terms').check();
      await later.send('terms');
      await later.page.waitForURL(/account/);

      const panel = later.page.locator('[data-panel="agreements"]');
      await panel.locator('li').nth(2).waitFor();
      await later.inspect('account-consents');
      const change = panel.locator('li', { hasText: 'News' }).locator('button');
      await change.click();
      await panel.locator('[data-done]', { hasText: 'News' }).waitFor();
      await change.click();
      await panel.locator('[data-done]', { hasText: /withdrawn|철회/ }).waitFor();
      expect((await ledgerOf(browserApp.app, rows[0].id)).slice(-2)).toEqual(['news 1 given', 'news 1 withdrawn']);
      await later.close();
    });
  }
});
