import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { givenAdmin, type GivenAdmin } from '../support/admins.js';
import { describeInBrowser } from '../support/browser.js';
import { unique } from '../support/factories.js';
import { mailbox, type Mail } from '../support/mailbox.js';
import { BrowserApp, LOOKS, WALKS, type Visitor } from '../support/browser-app.js';

describeInBrowser('an invited person on the built-in pages', () => {
  let browserApp: BrowserApp;
  let root: GivenAdmin;
  beforeAll(async () => {
    browserApp = await BrowserApp.start();
    root = await givenAdmin(browserApp.app);
  });
  afterAll(() => browserApp?.stop());

  async function invite(details: object = {}): Promise<{ id: string; email: string; mail: Mail }> {
    const email = unique.email();
    const { body } = await root.client
      .post('/api/admin/invitations', { email, ...details }, root.accessToken)
      .expect(201);
    return { id: body.id, email, mail: await mailbox.to(email).next() };
  }

  async function answer(visitor: Visitor): Promise<string> {
    const loginId = unique.loginId();
    await visitor.type('#loginId', loginId);
    await visitor.type('#password', unique.password());
    await visitor.send('accept');
    return loginId;
  }

  const loginIdOf = async (email: string): Promise<string | undefined> =>
    (await browserApp.app.sql.query('SELECT login_id FROM members WHERE email = $1', [email])).rows[0]?.login_id;

  for (const look of WALKS) {
    const how = `${look.language}, ${look.size}`;

    it(`AC-21 accepts by the mailed link and reaches the account (${how})`, async () => {
      const { email, mail } = await invite({ role: 'admin', locale: look.language });
      const visitor = await browserApp.visitor(look);
      await visitor.page.goto(mail.links.find((link) => link.includes('#token='))!);
      await visitor.see('ready');
      await visitor.inspect('invitation');
      const loginId = await answer(visitor);
      await visitor.page.waitForURL(/\/pages\/account/);
      expect(await loginIdOf(email)).toBe(loginId);
    });
  }

  it('AC-22 learns that the link is damaged, or the invitation withdrawn, before anything is asked', async () => {
    const { id, mail } = await invite({ locale: 'en' });
    const link = mail.links.find((candidate) => candidate.includes('#token='))!;
    const visitor = await browserApp.visitor(LOOKS[1]!);
    await visitor.page.goto(`${link}>`); // a mail program took the next character as a part of it
    await visitor.see('broken');
    expect(await visitor.text('[data-state="broken"]')).toContain('This link is incomplete');

    await root.client.delete(`/api/admin/invitations/${id}`, undefined, root.accessToken).expect(204);
    await visitor.open('login'); // a link that differs only in its fragment would not load the page again
    await visitor.page.goto(link);
    await visitor.see('broken');
    await visitor.inspectInEachLook('invitation withdrawn');
  });

  it('AC-21 accepts by address and code on another device', async () => {
    const { email, mail } = await invite({ locale: 'en' });
    const visitor = await browserApp.visitor(LOOKS[1]!);
    await visitor.open('invitation');
    await visitor.see('ready');
    await visitor.inspectInEachLook('invitation by code');
    await visitor.type('#email', email);
    await visitor.type('#code', mail.code!);
    const loginId = await answer(visitor);
    await visitor.page.waitForURL(/\/pages\/account/);
    expect(await loginIdOf(email)).toBe(loginId);
  });
});
