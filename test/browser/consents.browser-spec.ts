import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { promote } from '../support/admins.js';
import { describeInBrowser } from '../support/browser.js';
import { BrowserApp, LOOKS, WALKS, ONE_LOOK, type Visitor } from '../support/browser-app.js';
import { ConsentsFile, ledgerOf, makeOutdated, makeSignUpOutdated, REQUIRED } from '../support/consents.js';
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

  const memberOf = async (email: string): Promise<string> => {
    const { rows } = await browserApp.app.sql.query(`SELECT id FROM members WHERE email = $1`, [email]);
    return rows[0].id;
  };

  /** Makes requests for the documents fail. @returns a function that lets them succeed again */
  async function withoutDocuments({ page }: Visitor): Promise<() => Promise<void>> {
    await page.route('**/api/auth/consents', (route) =>
      route.fulfill({ status: 429, json: { code: 'too_many_requests', detail: 'Too many requests.' } }),
    );
    return () => page.unroute('**/api/auth/consents');
  }

  /** A sign-up whose consent to the terms is out of date. @returns its values, and the code and link of its mail */
  async function outdatedSignUp(visitor?: Visitor) {
    const values = unique.signUp();
    if (visitor === undefined)
      await browserApp.app.post('/api/auth/sign-up', { ...values, consents: REQUIRED }).expect(202);
    else {
      await visitor.open('sign-up');
      await visitor.typeSignUp(values);
      for (const { id } of REQUIRED) await visitor.page.locator(`#sign-up-consent-${id}`).check();
      await visitor.send('sign-up');
      await visitor.see('code');
    }
    const { code, links } = await mailbox.to(values.email).next();
    await makeSignUpOutdated(browserApp.app, values.email);
    return { ...values, code: code!, link: links.find((link) => link.includes('#token='))! };
  }

  const AGREED_LATER = ['terms 1 given', 'privacy 1 given', 'terms 2 given'];

  for (const look of WALKS) {
    it(`CO-01 a new version is agreed to at the mailed link, and what was typed stays (${look.language}, ${look.size})`, async () => {
      const { email, password, link } = await outdatedSignUp();
      const visitor = await browserApp.visitor(look);
      const { page } = visitor;
      await page.goto(link);
      await visitor.see('ready');
      expect(await page.locator('[data-consents]').isVisible()).toBe(false);
      await visitor.type('#password', password);
      const restore = await withoutDocuments(visitor);
      await visitor.send('confirm');
      await page.locator('[data-form="confirm"] [data-problem]:visible').waitFor();
      await restore();
      await visitor.send('confirm');
      await page.locator('#confirm-consent-terms-error:visible').waitFor();
      expect(await page.locator('#confirm-consent-privacy').count()).toBe(0); // agreed to at the sign-up
      await visitor.inspect('confirm-sign-up-consents');
      await visitor.send('confirm');
      await page.locator('#confirm-consent-terms-error', { hasText: /Please agree|동의해 주세요/ }).waitFor();
      expect(await page.locator('#password').inputValue()).toBe(password);
      await page.locator('#confirm-consent-terms').check();
      await visitor.send('confirm');
      await visitor.see('confirmed');
      expect(await ledgerOf(browserApp.app, await memberOf(email))).toEqual(AGREED_LATER);
      await visitor.close();
    });
  }

  it('CO-01 a new version is agreed to beside the mailed code', async () => {
    const visitor = await browserApp.visitor(ONE_LOOK);
    const { email, code } = await outdatedSignUp(visitor);
    await visitor.type('[data-form="code"] input.code', code);
    await visitor.send('code');
    await visitor.page.locator('#code-consent-terms-error:visible').waitFor();
    await visitor.inspect('sign-up-code-consents');
    await visitor.page.locator('#code-consent-terms').check();
    await visitor.send('code');
    await visitor.page.waitForURL(/account/);
    expect(await ledgerOf(browserApp.app, await memberOf(email))).toEqual(AGREED_LATER);
    await visitor.close();
  });

  it('CO-01 a version that came into force since the boxes were shown needs a tick of its own', async () => {
    const visitor = await browserApp.visitor(LOOKS[1]!);
    const { page } = visitor;
    const ada = unique.signUp();
    const documents = await browserApp.app.get('/api/auth/consents').expect(200);
    const [terms, ...others] = documents.body.items;
    await page.route('**/api/auth/consents', (route) =>
      route.fulfill({ json: { items: [{ ...terms, version: '1' }, ...others] } }),
    );
    await visitor.open('sign-up');
    await visitor.typeSignUp(ada);
    for (const { id } of REQUIRED) await page.locator(`#sign-up-consent-${id}`).check();
    await page.unroute('**/api/auth/consents');
    await visitor.send('sign-up');
    await page.locator('#sign-up-consent-terms-error', { hasText: 'is new or has changed' }).waitFor();
    expect(await page.locator('#sign-up-consent-terms').isChecked()).toBe(false);
    expect(await page.locator('#sign-up-consent-privacy').isChecked()).toBe(true);
    await page.locator('#sign-up-consent-terms').check();
    await page.locator('[data-language-switch]').click(); // the document is the same in another language, so its tick stays
    await page.locator('.consents label', { hasText: '이용약관' }).waitFor();
    await visitor.send('sign-up');
    await visitor.see('code');
    await visitor.close();
  });

  it('CO-01 sends no consent to documents that did not load in the selected language', async () => {
    const visitor = await browserApp.visitor(LOOKS[1]!);
    const { page } = visitor;
    const ada = unique.signUp();
    await visitor.open('sign-up');
    await visitor.typeSignUp(ada);
    for (const { id } of REQUIRED) await page.locator(`#sign-up-consent-${id}`).check();
    const restore = await withoutDocuments(visitor);
    await page.locator('[data-language-switch]').click();
    await page.locator('[data-failure]:visible').waitFor();
    const sent: string[] = [];
    page.on('request', (request) => void sent.push(new URL(request.url()).pathname));
    await visitor.send('sign-up');
    await page.locator('[data-form="sign-up"] [data-problem]:visible').waitFor();
    expect(sent).not.toContain('/api/auth/sign-up');
    await restore();
    await visitor.send('sign-up');
    await visitor.see('code');
    expect(await page.locator('[data-form="sign-up"] .consents').textContent()).toContain('이용약관');
    await visitor.close();
  });

  it.each(WALKS)('CO-01 documents that do not load are reported, and load later ($language, $size)', async (look) => {
    const visitor = await browserApp.visitor(look);
    const { page } = visitor;
    const restore = await withoutDocuments(visitor);
    await visitor.open('sign-up');
    await page.locator('[data-failure]:visible').waitFor();
    await visitor.inspect('sign-up-consents-failed');
    const again = page.locator('[data-failure] button:visible');
    await again.click();
    await page.locator('[data-failure] p:not(:empty)').first().waitFor();
    await restore();
    await again.click();
    await page.locator('#sign-up-consent-terms').waitFor();
    expect(await page.locator('[data-failure]:visible').count()).toBe(0);
    expect(await visitor.focused()).toBe('input#sign-up-consent-terms');

    const failing = await withoutDocuments(visitor);
    await visitor.open('sign-up');
    await page.locator('[data-failure]:visible').waitFor();
    await failing();
    const ada = unique.signUp();
    await visitor.typeSignUp(ada);
    await visitor.send('sign-up'); // the page loads the documents first
    await page.locator('#sign-up-consent-privacy-error:visible').waitFor();
    await visitor.close();
  });

  it('CO-01 an invited person agrees before the account exists', async () => {
    const { app } = browserApp;
    const root = await promote(app, await enrol(await given.member(app, { consents: REQUIRED } as object)));
    const email = unique.email();
    await root.client.post('/api/admin/invitations', { email }, root.accessToken).expect(201);
    const { links } = await mailbox.to(email).next();
    const visitor = await browserApp.visitor(ONE_LOOK);
    await visitor.page.goto(links.find((link) => link.includes('#token='))!);
    await visitor.see('ready');
    await visitor.send('accept'); // empty: the problems list the fields and then the documents
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
    const members = () => app.sql.query<{ id: string }>(`SELECT id FROM members WHERE email = $1`, [email]);
    expect((await members()).rows).toEqual([]);
    await visitor.page.locator('#accept-consent-terms').check();
    await visitor.send('accept');
    await visitor.page.waitForURL(/account/);
    expect(await ledgerOf(app, (await members()).rows[0]!.id)).toEqual(['terms 2 given', 'privacy 1 given']);
    await visitor.close();
  });

  for (const look of WALKS) {
    it(`CO-01 CO-04 a visitor agrees at the sign-up, and to a new version at a login (${look.language}, ${look.size})`, async () => {
      const ada = unique.signUp();
      const visitor = await browserApp.visitor(look);
      const box = (form: string, id: string) => visitor.page.locator(`#${form}-consent-${id}`);
      await visitor.open('sign-up');
      await box('sign-up', 'news').waitFor();
      await visitor.send('sign-up');
      await visitor.page.locator('[data-form="sign-up"] [data-problem] li').nth(4).waitFor(); // three fields and two documents
      await visitor.typeSignUp(ada);
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
      const label = later.page.locator('[data-state="terms"] .consents label');
      for (const title of look.language === 'ko'
        ? ['Terms of service', '이용약관']
        : ['이용약관', 'Terms of service']) {
        await later.page.locator('[data-language-switch]').click();
        await label.filter({ hasText: title }).waitFor();
      }
      expect(await label.count()).toBe(1);
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
