import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { downloadData, waitUntilDone, waitUntilLoggedIn, logIn, open, panel } from '../support/account-page.js';
import { givenAdmin } from '../support/admins.js';
import { Authenticator } from '../support/authenticator.js';
import { describeInBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { given } from '../support/factories.js';
import { addPasskey } from '../support/passkeys.js';
import { LOOKS, WALKS, ONE_LOOK, BrowserApp, type Look, type Visitor } from '../support/browser-app.js';
import { VirtualAuthenticator } from '../support/virtual-authenticator.js';
import { codeAt, confirmCode, enrol } from '../support/second-factor.js';

/** The first three numbers of IP addresses whose countries are known. */
const KOREA = '168.126.63.';
const AMERICA = '8.8.8.';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

describeInBrowser('passkeys and security activity on the built-in pages', () => {
  let browserApp: BrowserApp;
  beforeAll(async () => {
    browserApp = await BrowserApp.start();
  });
  afterAll(() => browserApp?.stop());

  async function addPasskeyOnPage(visitor: Visitor, name = ''): Promise<void> {
    await open(visitor, 'passkeys', 'add');
    await visitor.type('#passkey-name', name);
    await visitor.send('passkey-add');
  }

  async function logOut(visitor: Visitor): Promise<void> {
    await visitor.press('log-out');
    await visitor.page.waitForURL(/\/pages\/login/);
    await visitor.see('ready');
  }

  /** Waits until the page has offered passkeys once. waitForFunction would evaluate text, which the content policy forbids. */
  async function isOffered({ page }: Visitor): Promise<void> {
    await eventually(
      'the offer of a passkey',
      async () => (await page.evaluate<boolean>('requests === 1')) || undefined,
    );
  }

  /** As in browsers that have passkeys but no autofill for them. */
  const withoutAutofill = (visitor: Visitor): Promise<unknown> =>
    visitor.context.addInitScript('delete PublicKeyCredential.isConditionalMediationAvailable');

  const listed = (visitor: Visitor): Promise<string[]> => panel(visitor, 'passkeys').locator('li').allInnerTexts();
  const problemOf = (visitor: Visitor, form: string): Promise<string> =>
    visitor.text(`[data-form="${form}"] [data-problem]:visible`);

  for (const look of WALKS) {
    const how = `${look.language}, ${look.size}`;

    it(`a member adds a passkey, logs in with it alone and as second factor, renames and removes it (${how})`, async () => {
      const ada = await given.member(browserApp.app);
      const visitor = await browserApp.visitor(look);
      await withoutAutofill(visitor);
      const device = await VirtualAuthenticator.plugInto(visitor.page);
      await logIn(visitor, ada);
      await waitUntilLoggedIn(visitor);
      expect(await panel(visitor, 'recovery-codes').isVisible()).toBe(false);

      // The login is too old by now, so the form asks for the password.
      await browserApp.app.sql.query(
        `UPDATE sessions SET authenticated_at = now() - interval '1 hour' WHERE member_id = $1`,
        [ada.id],
      );
      await addPasskeyOnPage(visitor, 'Phone');
      await visitor.type('#passkey-password', 'not the password');
      await visitor.send('passkey-add');
      await panel(visitor, 'passkeys').locator('[data-problem]:visible').waitFor();
      await visitor.inspect('account-passkey-add');
      await visitor.type('#passkey-password', ada.password);
      await visitor.send('passkey-add');
      await waitUntilDone(visitor, 'passkeys');
      await panel(visitor, 'recovery-codes').locator('[data-part="codes"]').waitFor();
      const codes = (await visitor.text('[data-recovery-codes]')).split(/\s+/);
      expect(codes).toHaveLength(10);
      await visitor.press('codes-kept');
      await waitUntilDone(visitor, 'recovery-codes');
      expect(await listed(visitor)).toEqual([expect.stringContaining('Phone')]);
      await visitor.inspect('account-passkeys');

      await logOut(visitor);
      await visitor.send('passkey');
      await waitUntilLoggedIn(visitor);
      expect(await panel(visitor, 'profile').innerText()).toContain(ada.loginId);

      await logOut(visitor);
      await logIn(visitor, ada);
      await visitor.see('second-factor');
      await visitor.inspect('login-passkey-step');
      await visitor.send('second-factor');
      await waitUntilLoggedIn(visitor);

      await panel(visitor, 'passkeys').locator('[data-chooses="rename"]').click();
      expect(await visitor.page.locator('#passkey-new-name').inputValue()).toBe('Phone');
      await visitor.type('#passkey-new-name', '내 휴대폰');
      await visitor.send('passkey-rename');
      await waitUntilDone(visitor, 'passkeys');
      expect(await listed(visitor)).toEqual([expect.stringContaining('내 휴대폰')]);

      await panel(visitor, 'passkeys').locator('[data-chooses="remove"]').click();
      await visitor.inspect('account-passkey-remove');
      await visitor.send('passkey-remove');
      await waitUntilDone(visitor, 'passkeys');
      expect(await listed(visitor)).toEqual([]);
      await panel(visitor, 'recovery-codes').waitFor({ state: 'hidden' }); // removed with the last factor
      await eventually(
        'the device removes the passkey',
        async () => (await device.passkeys()).length === 0 || undefined,
      );
      await logOut(visitor);
      await visitor.send('passkey');
      await visitor.page.locator('[data-form="passkey"] [data-problem]:visible').waitFor();
      await visitor.inspect('login-passkey-refused');
      await logIn(visitor, ada);
      await waitUntilLoggedIn(visitor);
      await visitor.close();
    });

    it(`SS-02 shows locations of devices, risk signals with outcomes, and actions of administrators (${how})`, async () => {
      const visitor = await watched(look);
      await waitUntilLoggedIn(visitor);
      const activity = panel(visitor, 'security-activity');
      const [korea, america] = { en: ['South Korea', 'United States'], ko: ['대한민국', '미국'] }[look.language];
      const reasons = {
        en: ['A country you have not logged in from before', 'Two countries within less time', 'The login was allowed'],
        ko: ['전에 로그인하신 적이 없는 국가', '짧은 시간 안에 두 국가', '로그인을 허용'],
      }[look.language];
      const risky = await activity.locator('li:has([data-reasons]:visible)', { hasText: america! }).innerText();
      for (const words of reasons) expect(risky).toContain(words);
      expect(await activity.innerText()).toContain({ en: 'by an administrator', ko: '관리자가 처리' }[look.language]);
      const devices = await panel(visitor, 'sessions').innerText();
      for (const country of [korea, america]) expect(devices).toContain(country);
      expect(devices).not.toMatch(/· (KR|US)\b/);
      await visitor.inspect('account-activity');
      await visitor.close();
    });
  }

  /** A member from Korea with a later login from America, for whom an administrator has acted. */
  async function watched(look: Look): Promise<Visitor> {
    const ada = await given.member(browserApp.app);
    const credentials = { identifier: ada.loginId, password: ada.password };
    await browserApp.app
      .client({ ip: `${KOREA}7` })
      .post('/api/auth/login', credentials)
      .expect(200);
    const elsewhere = browserApp.app.client({ ip: `${AMERICA}7`, headers: { 'user-agent': FIREFOX } });
    await elsewhere.post('/api/auth/login', credentials).expect(200);
    const admin = await givenAdmin(browserApp.app);
    await admin.client.post(`/api/admin/members/${ada.id}/unlock`, undefined, admin.accessToken).expect(204);
    const visitor = await browserApp.visitor(look, `${KOREA}8`);
    await logIn(visitor, ada);
    return visitor;
  }

  it('AC-70 a passkey from the autofill logs in, and the button and the password still do', async () => {
    const ada = await given.member(browserApp.app);
    const visitor = await browserApp.visitor(LOOKS[1]!);
    await visitor.context.addInitScript(`
      globalThis.requests = 0;
      const get = navigator.credentials.get.bind(navigator.credentials);
      navigator.credentials.get = (options) => {
        const result = get(options);
        globalThis.requests += 1;
        return result;
      };
    `);
    const device = await VirtualAuthenticator.plugInto(visitor.page);
    await device.confirmsAtOnce(false);
    await logIn(visitor, ada);
    await waitUntilLoggedIn(visitor);
    await device.confirmsAtOnce(true);
    await addPasskeyOnPage(visitor, 'Phone');
    await waitUntilDone(visitor, 'passkeys');
    await visitor.press('codes-kept');
    const [passkey] = await device.passkeys();
    expect(passkey).toMatchObject({ name: ada.loginId, displayName: ada.loginId });

    await logOut(visitor); // the device confirms what the login form offers
    await waitUntilLoggedIn(visitor);

    await device.confirmsAtOnce(false);
    await logOut(visitor);
    await isOffered(visitor);
    await visitor.inspectInEachLook('login-passkey-autofill');
    await device.confirmsAtOnce(true);
    await visitor.send('passkey'); // ends the offer first, because a browser runs one ceremony at a time
    await waitUntilLoggedIn(visitor);

    await device.confirmsAtOnce(false);
    await logOut(visitor);
    await isOffered(visitor);
    await visitor.type('#identifier', ada.loginId);
    await visitor.type('#password', ada.password);
    await visitor.send('login');
    await visitor.see('second-factor');
    await device.confirmsAtOnce(true);
    await visitor.send('second-factor');
    await waitUntilLoggedIn(visitor);
    await visitor.close();
  });

  it('AC-70 the autofill offers passkeys again after one that was refused', async () => {
    const ada = await given.member(browserApp.app);
    const visitor = await browserApp.visitor(LOOKS[1]!);
    const device = await VirtualAuthenticator.plugInto(visitor.page);
    await device.confirmsAtOnce(false);
    await logIn(visitor, ada);
    await waitUntilLoggedIn(visitor);
    await device.confirmsAtOnce(true);
    await addPasskeyOnPage(visitor);
    await waitUntilDone(visitor, 'passkeys');
    await visitor.press('codes-kept');
    // The device confirms each offer at once, so that the second one logs in.
    await visitor.page.route(
      '**/api/auth/login/passkey',
      (route) => route.fulfill({ status: 401, json: { code: 'invalid_credentials' } }),
      { times: 1 },
    );
    const refusal = visitor.page.waitForResponse(
      (response) => response.url().endsWith('/login/passkey') && response.status() === 401,
    );
    await logOut(visitor);
    await refusal;
    await waitUntilLoggedIn(visitor);

    await device.recognisesOwner(false);
    await logOut(visitor);
    await device.recognisesOwner(true);
    // A keystroke before the device has refused has no effect, so the test repeats it until the login succeeds.
    await eventually('the offer after a key', async () => {
      await visitor.page.keyboard.press('Shift');
      return visitor.page.url().includes('/pages/account') || undefined;
    });
    await waitUntilLoggedIn(visitor);
    await visitor.close();
  });

  it('AC-70 the form works as before while the server gives no challenge for the autofill', async () => {
    const ada = await given.member(browserApp.app);
    const visitor = await browserApp.visitor(LOOKS[1]!);
    await VirtualAuthenticator.plugInto(visitor.page);
    await visitor.page.route('**/passkey/options', (route) =>
      route.fulfill({ status: 429, json: { code: 'too_many_requests' } }),
    );
    await logIn(visitor, ada);
    await waitUntilLoggedIn(visitor);
    await visitor.close();
  });

  it('AC-71 the device shows the new name of a member, and forgets a passkey that the server does not know', async () => {
    const ada = await given.member(browserApp.app);
    const visitor = await browserApp.visitor(LOOKS[1]!);
    await withoutAutofill(visitor);
    const device = await VirtualAuthenticator.plugInto(visitor.page);
    await logIn(visitor, ada);
    await waitUntilLoggedIn(visitor);
    await addPasskeyOnPage(visitor);
    await waitUntilDone(visitor, 'passkeys');
    await visitor.press('codes-kept');
    await open(visitor, 'profile', 'edit');
    await visitor.type('#profile-name', 'Countess');
    await visitor.send('profile');
    await waitUntilDone(visitor, 'profile');
    await eventually('the device shows the name', async () => {
      const [passkey] = await device.passkeys();
      return passkey?.displayName === 'Countess' || undefined;
    });

    await logOut(visitor);
    // The server knows this passkey and refuses it for another reason, so the device must keep it.
    await browserApp.app.sql.query('UPDATE passkeys SET user_verified = false WHERE member_id = $1', [ada.id]);
    await visitor.send('passkey');
    await visitor.page.locator('[data-form="passkey"] [data-problem]:visible').waitFor();
    expect(await device.passkeys()).toHaveLength(1);
    await browserApp.app.sql.query('DELETE FROM passkeys WHERE member_id = $1', [ada.id]);
    await visitor.send('passkey');
    await eventually('the device forgets the passkey', async () => (await device.passkeys()).length === 0 || undefined);
    await visitor.close();
  });

  it('CO-06 a member downloads their data, and enters the password first if the login is old', async () => {
    const ada = await given.member(browserApp.app);
    const visitor = await browserApp.visitor(LOOKS[1]!);
    await logIn(visitor, ada);
    await waitUntilLoggedIn(visitor);
    expect((await downloadData(visitor)).profile.loginId).toBe(ada.loginId);
    await waitUntilDone(visitor, 'export');

    await browserApp.app.sql.query(
      `UPDATE sessions SET authenticated_at = now() - interval '1 hour' WHERE member_id = $1`,
      [ada.id],
    );
    await visitor.send('export');
    await visitor.page.locator('#export-password:visible').waitFor();
    await visitor.type('#export-password', 'not the password');
    await visitor.send('export');
    await panel(visitor, 'export').locator('[data-problem]:visible').waitFor();
    await visitor.inspectInEachLook('account-export');
    await visitor.type('#export-password', ada.password);
    expect((await downloadData(visitor)).profile.email).toBe(ada.email);
    await waitUntilDone(visitor, 'export');
    await visitor.page.locator('#export-password').waitFor({ state: 'hidden' });
    await visitor.close();
  });

  it('a list that failed to load is loaded again by its button', async () => {
    const ada = await given.member(browserApp.app);
    const visitor = await browserApp.visitor(ONE_LOOK);
    const lists = /api\/(auth\/sessions|members\/me\/totp)$/;
    await visitor.page.route(lists, (route) =>
      route.fulfill({ status: 429, json: { code: 'too_many_requests', detail: '잠시 후 다시 시도해 주세요.' } }),
    );
    await logIn(visitor, ada);
    await visitor.page.waitForURL(/\/pages\/account/);
    for (const name of ['sessions', 'two-factor'])
      await panel(visitor, name).locator('[data-list-problem]:visible').waitFor();
    await visitor.inspect('account-list-failed');
    await visitor.page.unroute(lists);
    for (const name of ['sessions', 'two-factor'])
      await panel(visitor, name).locator('[data-list-problem] button').click();
    await waitUntilLoggedIn(visitor);
    expect(await visitor.page.locator('[data-list-problem]:visible').count()).toBe(0);
    await visitor.close();
  });

  it('AC-73 a password manager leads to the form for the password', async () => {
    const ada = await given.member(browserApp.app);
    const visitor = await browserApp.visitor(ONE_LOOK);
    await logIn(visitor, ada);
    await waitUntilLoggedIn(visitor);
    await visitor.page.goto('/.well-known/change-password');
    await waitUntilLoggedIn(visitor);
    expect(await visitor.focused()).toBe('h2#password-title');
    await visitor.close();
  });

  it('works in browsers without JSON support for passkeys, and explains failures', async () => {
    const ada = await given.member(browserApp.app);
    const visitor = await browserApp.visitor(LOOKS[1]!);
    await visitor.context.addInitScript(`
      delete PublicKeyCredential.parseCreationOptionsFromJSON;
      delete PublicKeyCredential.parseRequestOptionsFromJSON;
      delete PublicKeyCredential.prototype.toJSON;
    `);
    await withoutAutofill(visitor);
    const authenticator = await VirtualAuthenticator.plugInto(visitor.page);
    await logIn(visitor, ada);
    await waitUntilLoggedIn(visitor);
    await addPasskeyOnPage(visitor);
    await waitUntilDone(visitor, 'passkeys');
    await visitor.press('codes-kept');
    expect(await listed(visitor)).toEqual([expect.stringContaining('Unnamed passkey')]);
    await addPasskeyOnPage(visitor);
    await visitor.type('#passkey-password', ada.password); // this session began without a second factor
    await visitor.page.route(
      '**/api/auth/reauthenticate',
      (route) => route.fulfill({ status: 400, json: { code: 'passkey_invalid' } }),
      { times: 1 },
    );
    await visitor.send('passkey-add');
    await visitor.page.locator('#passkey-factor-error', { hasText: 'try your passkey again' }).waitFor();
    await visitor.send('passkey-add');
    expect(await problemOf(visitor, 'passkey-add')).toContain('already have a passkey');

    await logOut(visitor);
    await logIn(visitor, ada);
    await visitor.see('second-factor');
    await visitor.send('second-factor');
    await waitUntilLoggedIn(visitor);
    await logOut(visitor);
    await authenticator.recognisesOwner(false);
    await visitor.send('passkey');
    expect(await problemOf(visitor, 'passkey')).toContain('No passkey was used');
    await authenticator.recognisesOwner(true);
    await visitor.send('passkey');
    await waitUntilLoggedIn(visitor);
    await visitor.close();
  });

  it('asks for a new password after the second step if it must be changed', async () => {
    const ada = await enrol(await given.member(browserApp.app));
    await browserApp.app.sql.query('UPDATE members SET must_change_password = true WHERE id = $1', [ada.id]);
    const visitor = await browserApp.visitor(ONE_LOOK);
    await logIn(visitor, ada);
    await visitor.see('second-factor');
    await visitor.type('#appCode', codeAt(ada.secret, 1));
    await visitor.send('second-factor');
    await visitor.see('must-change');
    await visitor.press('change-password');
    await visitor.page.waitForURL(/\/pages\/reset-password/);
    await visitor.page.locator('#newPassword').waitFor();
    await visitor.close();
  });

  it('offers the other methods of the second step in a browser without passkeys', async () => {
    const ada = await enrol(await given.member(browserApp.app));
    await confirmCode(ada, ada.recoveryCodes[1]!);
    await addPasskey(ada, new Authenticator(browserApp.app.publicUrl));
    const visitor = await browserApp.visitor(ONE_LOOK);
    await visitor.context.addInitScript('delete globalThis.PublicKeyCredential');
    await visitor.open('login');
    await visitor.see('ready');
    expect(await visitor.page.locator('[data-form="passkey"]').isVisible()).toBe(false);
    await logIn(visitor, ada);
    await visitor.see('second-factor');
    await visitor.page.locator('#appCode').waitFor();
    expect(await visitor.page.locator('[data-action="use-passkey"]').isVisible()).toBe(false);
    await visitor.press('use-recovery_code');
    await visitor.type('#recoveryCode', ada.recoveryCodes[0]!);
    await visitor.send('second-factor');
    await visitor.page.waitForURL(/\/pages\/account/);
    await panel(visitor, 'passkeys').locator('li').first().waitFor();
    expect(await panel(visitor, 'passkeys').locator('[data-opens="add"]').isVisible()).toBe(false);
    await panel(visitor, 'passkeys').locator('[data-group="noPasskeysHere"]').waitFor();
    await visitor.close();
  });
});
