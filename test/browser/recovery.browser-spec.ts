import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeInBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { given, unique } from '../support/factories.js';
import { mailbox, type Mail } from '../support/mailbox.js';
import { LOOKS, WALKS, ONE_LOOK, BrowserApp, type Visitor } from '../support/browser-app.js';

const linkIn = (mail: Mail): string => mail.links.find((link) => link.includes('#token='))!;

describeInBrowser('getting back into an account on the built-in pages', () => {
  let browserApp: BrowserApp;
  beforeAll(async () => {
    browserApp = await BrowserApp.start({ LOG_LEVEL: 'info', CODE_RESEND_SECONDS: '1' });
  });
  afterAll(() => browserApp?.stop());

  /** Whether the password logs in. */
  const opens = async (loginId: string, password: string): Promise<boolean> =>
    (await browserApp.app.client().post('/api/auth/login', { identifier: loginId, password })).status === 200;

  async function ask(visitor: Visitor, page: string, email: string): Promise<void> {
    await visitor.open(page);
    await visitor.type('#email', email);
    await visitor.send('start');
    await visitor.see('code');
  }

  for (const look of WALKS) {
    const how = `${look.language}, ${look.size}`;

    it(`a member sets a new password by code (${how})`, async () => {
      const ada = await given.member(browserApp.app);
      const earlier = (await mailbox.to(ada.email).all()).at(-1);
      const visitor = await browserApp.visitor(look);
      await visitor.open('reset-password');
      await visitor.see('start');
      await visitor.inspect('reset-password');
      await ask(visitor, 'reset-password', ada.email);
      await visitor.inspect('reset-password-code');
      const { code } = await mailbox.to(ada.email).next({ after: earlier });
      await visitor.page.reload(); // the code form survives
      await visitor.see('code');
      await visitor.type('#code', code!);
      await visitor.send('code');
      await visitor.see('ready');
      const newPassword = unique.password();
      await visitor.type('#newPassword', ada.loginId.slice(0, 3));
      await visitor.send('reset');
      await visitor.page.locator('#newPassword-error').waitFor();
      await visitor.inspect('reset-password-refused');
      await visitor.type('#newPassword', newPassword);
      await visitor.page.locator('#newPassword-error').waitFor({ state: 'hidden' }); // the problem was about the earlier value
      expect(await visitor.page.locator('[data-form="reset"] [data-problem]').isVisible()).toBe(false);
      await visitor.page.locator('[data-toggles="newPassword"]').click();
      expect(await visitor.page.locator('#newPassword').getAttribute('type')).toBe('text');
      await visitor.page.locator('[data-bar][data-score="4"]').waitFor();
      await visitor.inspect('reset-password-new');
      await visitor.send('reset');
      await visitor.see('done');
      await visitor.inspect('reset-password-done');
      expect([await opens(ada.loginId, newPassword), await opens(ada.loginId, ada.password)]).toEqual([true, false]);
      await visitor.close();
    });

    it(`a member sets a new password by link, and the secret leaves the address bar at once (${how})`, async () => {
      const ada = await given.member(browserApp.app);
      const earlier = (await mailbox.to(ada.email).all()).at(-1);
      await browserApp.app.post('/api/auth/password-reset/send-code', { email: ada.email }).expect(202);
      const mail = await mailbox.to(ada.email).next({ after: earlier });
      const visitor = await browserApp.visitor(look);
      const requests: string[] = [];
      visitor.page.on('request', (request) => requests.push(`${request.url()} ${JSON.stringify(request.headers())}`));
      await visitor.open(linkIn(mail));
      await visitor.see('ready');
      expect(visitor.page.url()).not.toContain('token');
      expect(requests.filter((request) => request.includes(mail.linkToken!))).toEqual([]);
      // A change of the language keeps the link token in memory, and puts it into no address and no header.
      await visitor.page.locator('[data-language-switch]').click();
      await visitor.page.waitForURL(/lang=/);
      await visitor.see('ready');
      expect(await visitor.text('[data-group="account"] dd')).toContain('***');
      const newPassword = unique.password();
      await visitor.type('#newPassword', newPassword);
      await visitor.send('reset');
      await visitor.see('done');
      expect(requests.filter((request) => request.includes(mail.linkToken!))).toEqual([]);
      expect(browserApp.app.logs.filter((line) => line.includes(mail.linkToken!))).toEqual([]);
      expect(await opens(ada.loginId, newPassword)).toBe(true);

      await visitor.open('login');
      await visitor.open(linkIn(mail)); // the used link is refused before anything is asked
      await visitor.see('broken');
      await visitor.inspect('reset-password-broken');
      await visitor.press('start-over');
      await visitor.see('start');
      await visitor.close();
    });

    it(`a member recovers the login ID, then sets a new password (${how})`, async () => {
      const ada = await given.member(browserApp.app, { loginId: `lovelace.${unique.loginId().slice(3)}` });
      const earlier = (await mailbox.to(ada.email).all()).at(-1);
      const visitor = await browserApp.visitor(look);
      await visitor.open('find-login-id');
      await visitor.inspect('find-login-id');
      await ask(visitor, 'find-login-id', ada.email);
      const first = await mailbox.to(ada.email).next({ after: earlier });
      await visitor.page.locator('[data-action="resend"][aria-disabled="false"]').waitFor();
      await visitor.press('resend');
      const { code } = await mailbox.to(ada.email).next({ after: first });
      await visitor.page.locator('#mailFullId').check();
      await visitor.inspect('find-login-id-code');
      await visitor.type('#code', code!);
      await visitor.send('code');
      await visitor.see('found');
      expect(await visitor.text('[data-fill="maskedLoginId"]')).toMatch(/^lo\*\*\*.$/);
      await visitor.inspect('find-login-id-found');
      expect(await visitor.page.content()).not.toContain(ada.loginId);
      await visitor.press('reset');
      await visitor.page.waitForURL(/\/pages\/reset-password/);
      await visitor.see('ready');
      expect(visitor.page.url()).not.toContain('grant');
      const newPassword = unique.password();
      await visitor.type('#newPassword', newPassword);
      await visitor.send('reset');
      await visitor.see('done');
      expect(await opens(ada.loginId, newPassword)).toBe(true);
      await visitor.close();
    });
  }

  it('a member whose new password was set, but whose answer was lost, is asked to try it', async () => {
    const ada = await given.member(browserApp.app);
    const earlier = (await mailbox.to(ada.email).all()).at(-1);
    await browserApp.app.post('/api/auth/password-reset/send-code', { email: ada.email }).expect(202);
    const visitor = await browserApp.visitor(LOOKS[1]!);
    await visitor.open(linkIn(await mailbox.to(ada.email).next({ after: earlier })));
    await visitor.see('ready');
    const newPassword = unique.password();
    await visitor.type('#newPassword', newPassword);
    await visitor.page.route('**/api/auth/password-reset', async (route) => {
      await route.fetch();
      await route.fulfill({ status: 200, contentType: 'text/html', body: '<!doctype html><title>Proxy</title>' });
    });
    await visitor.send('reset');
    await visitor.page.locator('[data-form="reset"] [data-problem]:visible').waitFor();
    await visitor.page.unroute('**/api/auth/password-reset');
    await visitor.send('reset');
    await visitor.see('unsure');
    await visitor.inspectInEachLook('reset-password-unsure');
    expect(await opens(ada.loginId, newPassword)).toBe(true);

    // Without an earlier try, the page reports an invalid request, not a password that may be set.
    await visitor.open('login');
    await visitor.open('reset-password#grant=nonsense');
    await visitor.see('ready');
    await visitor.type('#newPassword', newPassword);
    await visitor.send('reset');
    await visitor.see('broken');
    expect(await visitor.text('[data-state="broken"]')).toContain('no longer valid');
    await visitor.close();
  });

  it('a new address is confirmed, and the old address undoes the change', async () => {
    const ada = await given.member(browserApp.app);
    const newEmail = unique.email();
    const earlier = (await mailbox.to(ada.email).all()).at(-1);
    const body = { newEmail, password: ada.password };
    await ada.client.post('/api/members/me/email/send-code', body, ada.accessToken).expect(202);
    const addressOf = async (): Promise<string> =>
      (await browserApp.app.sql.query('SELECT email FROM members WHERE id = $1', [ada.id])).rows[0].email;
    const visitor = await browserApp.visitor(LOOKS[1]!);
    await visitor.open(linkIn(await mailbox.to(newEmail).next()));
    await visitor.see('ready');
    await visitor.inspectInEachLook('confirm-email');
    expect(await addressOf()).toBe(ada.email);
    await visitor.send('act');
    await visitor.see('done');
    await visitor.inspectInEachLook('confirm-email-done');
    expect(await addressOf()).toBe(newEmail);

    await visitor.open(linkIn(await mailbox.to(ada.email).next({ after: earlier })));
    await visitor.see('ready');
    await visitor.inspectInEachLook('undo-email');
    await visitor.send('act');
    await visitor.see('done');
    await visitor.inspectInEachLook('undo-email-done');
    expect(await addressOf()).toBe(ada.email);
    await visitor.close();
  });

  it('a member takes the account back with “It wasn’t me”', async () => {
    const ada = await given.member(browserApp.app);
    const password = unique.password();
    const earlier = (await mailbox.to(ada.email).all()).at(-1);
    const body = { currentPassword: ada.password, newPassword: password };
    await ada.client.post('/api/members/me/password', body, ada.accessToken).expect(204);
    const mail = await mailbox.to(ada.email).next({ after: earlier });
    const visitor = await browserApp.visitor(LOOKS[1]!);
    await visitor.open(linkIn(mail));
    await visitor.page.locator('[data-group="about"]').waitFor();
    await visitor.inspectInEachLook('not-me');
    expect(await opens(ada.loginId, password)).toBe(true); // looking changes nothing
    await visitor.send('act');
    await visitor.see('done');
    await visitor.inspectInEachLook('not-me-done');
    expect(await opens(ada.loginId, password)).toBe(false);
    // The code of the mail that follows can be typed on this page.
    const secured = await eventually('the mail with the code', async () =>
      (await mailbox.to(ada.email).all()).find(({ subject }) => subject.includes('Your account is secure')),
    );
    await visitor.type('#code', secured.code!);
    await visitor.send('code');
    await visitor.page.waitForURL(/\/pages\/reset-password/);
    await visitor.see('ready');
    await visitor.close();
  });

  it('a truncated or invalid link is explained', async () => {
    const visitor = await browserApp.visitor(ONE_LOOK);
    for (const page of ['confirm-sign-up', 'not-me', 'confirm-email', 'undo-email']) {
      await visitor.open(page);
      await visitor.see('missing');
      expect(await visitor.page.locator('[data-state="missing"] a:visible').count()).toBeGreaterThan(0); // a next step
      await visitor.inspect(`${page}-missing`);
    }
    await visitor.open('login');
    for (const page of ['confirm-sign-up', 'not-me', 'confirm-email', 'undo-email', 'reset-password']) {
      await visitor.open('login');
      await visitor.open(`${page}#token=nonsense`);
      await visitor.see('broken');
      await visitor.inspect(`${page}-broken`);
    }
    await visitor.open('logn'); // a mistyped address has a page, too
    await visitor.see('ready');
    await visitor.inspect('not-found');
    await visitor.page.locator('[data-language-switch]').click();
    await visitor.page.locator('html[lang="en"]').waitFor();
    expect(await visitor.text('h1')).toBe('There is no page here');
    await visitor.close();
  });

  it('the login page can be used with the keyboard alone', async () => {
    const ada = await given.member(browserApp.app);
    const visitor = await browserApp.visitor(LOOKS[1]!);
    const { keyboard } = visitor.page;
    await visitor.open('login');
    await visitor.see('ready');
    const path: string[] = [];
    for (let step = 0; step < 9; step++) {
      await keyboard.press('Tab');
      path.push(await visitor.focused());
    }
    expect(path.map((element) => element.replace(/\?.*/, ''))).toEqual(
      [
        'a', // the other language
        'input#identifier',
        'input#password',
        'button', // show the password
        'button', // log in
        'button', // log in with a passkey
        'a',
        'a',
        'a',
      ].map((start) => expect.stringMatching(new RegExp(`^${start}`))),
    );
    for (let step = 0; step < 7; step++) await keyboard.press('Shift+Tab');
    await keyboard.type(ada.loginId);
    await keyboard.press('Tab');
    await keyboard.type(ada.password);
    await keyboard.press('Enter');
    await visitor.page.waitForURL(/\/pages\/account/);
    await visitor.close();
  });
});
