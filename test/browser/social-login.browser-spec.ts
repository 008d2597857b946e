import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { freePort } from '../../dev/free-port.js';
import { readDownload } from '../support/account-page.js';
import { BrowserApp, LOOKS, WALKS, ONE_LOOK, walksIn, type Look, type Visitor } from '../support/browser-app.js';
import { describeInBrowser } from '../support/browser.js';
import { card, goTo, waitUntilLoaded, openMember, REASON as WHY } from '../support/console.js';
import { given, unique, type GivenMember } from '../support/factories.js';
import { mailbox } from '../support/mailbox.js';
import { codeAt, enrol } from '../support/second-factor.js';
import { type AppleSettings, writeAppleSettings } from '../support/social/apple-settings.js';
import { CLIENT, OpenIdPartner, PECULIARITIES } from '../support/social/openid-partner.js';
import { IS_LONG } from '../support/test-length.js';
import { VirtualAuthenticator } from '../support/virtual-authenticator.js';

const APP = 'http://app.example.test';
const REASON = /다시 시도|try again|begin again/i;

describeInBrowser('social login on the built-in pages', () => {
  let browserApp: BrowserApp;
  const partners: OpenIdPartner[] = [];
  let appleSettings: AppleSettings;

  beforeAll(async () => {
    const port = await freePort();
    const redirectUri = `http://localhost:${port}/pages/social-login`;
    const google = await OpenIdPartner.start(redirectUri, PECULIARITIES.google);
    const kakao = await OpenIdPartner.start(redirectUri, PECULIARITIES.kakao);
    const callback = `http://localhost:${port}/api/auth/social/apple/callback`;
    const apple = await OpenIdPartner.start(callback, PECULIARITIES.apple);
    appleSettings = await writeAppleSettings(apple);
    partners.push(google, kakao, apple);
    browserApp = await BrowserApp.start({
      PORT: String(port),
      PUBLIC_URL: `http://localhost:${port}`,
      APP_URL: `${APP}/home`,
      ...settingsOf('GOOGLE', google.issuer),
      ...settingsOf('KAKAO', kakao.issuer),
      ...appleSettings.variables,
      ...settingsOf('NAVER', 'http://127.0.0.1:9'),
      SOCIAL_OIDC_PROVIDERS: 'acme=http://127.0.0.1:9',
      SOCIAL_OIDC_ACME_CLIENT_ID: CLIENT.id,
      SOCIAL_OIDC_ACME_CLIENT_SECRET: CLIENT.secret,
    });
  });
  afterAll(async () => {
    await browserApp?.stop();
    await appleSettings?.remove();
    await Promise.all(partners.map((partner) => partner.stop()));
  });

  const settingsOf = (name: string, issuer: string) => ({
    [`SOCIAL_${name}_CLIENT_ID`]: CLIENT.id,
    [`SOCIAL_${name}_CLIENT_SECRET`]: CLIENT.secret,
    [`SOCIAL_${name}_ISSUER`]: issuer,
  });

  const press = ({ page }: Visitor, provider: string) =>
    page.locator(`[data-form="social"] [value="${provider}"]`).click();

  const problemOf = ({ page }: Visitor) => page.locator('[data-form="social"] [data-problem]');

  /** A visitor whose browser shows a stand-in of the product's app, where a login leads. */
  async function visit(look: Look): Promise<Visitor> {
    const visitor = await browserApp.visitor(look);
    const body = '<!DOCTYPE html><html lang="en"><title>App</title><p>The app';
    await visitor.context.route(`${APP}/**`, (route) => route.fulfill({ body, contentType: 'text/html' }));
    return visitor;
  }

  /** Logs in at the stand-in of the provider. */
  async function pick({ page }: Visitor, account: string): Promise<void> {
    await page.locator('input[name="account"]').fill(account);
    await page.getByRole('button', { name: 'Log in' }).click();
  }

  /** A visitor who is logged in with a password, at the account page. */
  async function atAccount(look: Look): Promise<Visitor & { member: GivenMember }> {
    const member = await given.member(browserApp.app);
    const visitor = await visit(look);
    await visitor.open('login');
    await visitor.type('#identifier', member.loginId);
    await visitor.type('#password', member.password);
    await visitor.send('login');
    await visitor.page.waitForURL(`${APP}/home`);
    await visitor.open('account');
    await visitor.see('ready');
    return Object.assign(visitor, { member });
  }

  const identities = ({ id }: Pick<GivenMember, 'id'>) =>
    browserApp.app.sql
      .query('SELECT provider, subject FROM identities WHERE member_id = $1', [id])
      .then(({ rows }) => rows as { provider: string; subject: string }[]);

  const logInAgo = (age: string, { id }: Pick<GivenMember, 'id'>) =>
    browserApp.app.sql.query('UPDATE sessions SET authenticated_at = now() - $2::interval WHERE member_id = $1', [
      id,
      age,
    ]);

  it('SO-71 a member links an account, logs in with it, and unlinks it', async () => {
    const visitor = await atAccount(LOOKS[1]!);
    const subject = unique.loginId();
    await visitor.inspectInEachLook('account-identities');
    await press(visitor, 'google');
    await pick(visitor, subject);
    await visitor.page.waitForURL(/\/pages\/account/);
    await visitor.page.locator('[data-panel="identities"] [data-done]').filter({ hasText: 'Google' }).waitFor();
    expect(await identities(visitor.member)).toEqual([{ provider: 'google', subject }]);
    expect(await visitor.text('[data-panel="identities"] [data-list]')).toContain(`${subject}@gmail.com`);
    await visitor.inspectInEachLook('account-identities-linked');

    await visitor.press('log-out');
    await visitor.page.waitForURL(/because|pages\/login/);
    await visitor.see('ready');
    await visitor.open(`login?lang=en&return_to=${encodeURIComponent(`${APP}/orders`)}`);
    await visitor.see('ready');
    await visitor.inspectInEachLook('login-social');
    await press(visitor, 'google');
    await pick(visitor, subject);
    await visitor.page.waitForURL(`${APP}/orders`);

    await visitor.open('account');
    await visitor.see('ready');
    await visitor.page.locator('[data-unlink]').click();
    await visitor.inspectInEachLook('account-identities-unlink');
    await visitor.send('identity-unlink');
    await visitor.page.locator('[data-panel="identities"] [data-done]:not(:empty)').waitFor();
    expect(await identities(visitor.member)).toEqual([]);
    await visitor.close();
  });

  it.each(WALKS)(
    'a visitor signs up with an account whose address the provider vouches for, or by a mailed code ($language, $size)',
    async (look) => {
      const visitor = await visit(look);
      const vouched = unique.loginId();
      await visitor.open(`sign-up?lang=${look.language}&return_to=${encodeURIComponent(`${APP}/orders`)}`);
      await visitor.see('ready');
      await press(visitor, 'google');
      await pick(visitor, vouched);
      await visitor.see('social');
      expect(await visitor.page.locator('#social-loginId').inputValue()).toBe(vouched);
      expect(await visitor.page.locator('#social-email').isVisible()).toBe(false);
      await visitor.inspect('sign-up-social-last-step');
      await visitor.page.reload(); // the step survives
      await visitor.see('social');
      await visitor.send('social-sign-up');
      await visitor.page.waitForURL(`${APP}/orders`);
      await visitor.open('account');
      await visitor.see('ready');
      expect(await visitor.text('strong[data-fill="loginId"]')).toBe(vouched);
      await visitor.page.locator('[data-panel="password"] [data-part="none"]').waitFor();
      await visitor.inspect('account-without-password');
      await visitor.press('log-out');
      await visitor.page.waitForURL(/because|pages\/login/);

      const { loginId, email } = unique.signUp();
      await visitor.open(`login?lang=${look.language}`);
      await visitor.see('ready');
      await press(visitor, 'kakao'); // names no address
      await pick(visitor, loginId);
      await visitor.see('social');
      // Reserved, which only the server knows, and incomplete: both are reported at once.
      await visitor.type('#social-loginId', 'admin');
      await visitor.type('#social-email', 'ada');
      await visitor.send('social-sign-up');
      await visitor.page.locator('#social-email-error:not([hidden])').waitFor();
      expect(await visitor.text('#social-loginId-error')).toMatch(/reserved by the service|서비스에서 사용하는/);
      await visitor.inspect('sign-up-social-problems');
      await visitor.type('#social-loginId', loginId);
      await visitor.type('#social-email', email);
      await visitor.send('social-sign-up');
      await visitor.see('code');
      const { code, linkToken } = await mailbox.to(email).next();
      // The sign-up has no password, so another browser cannot confirm it with the link. The page leads back to the code.
      const elsewhere = await visit(look);
      await elsewhere.open(`confirm-sign-up?lang=${look.language}#token=${linkToken}`);
      await elsewhere.see('elsewhere');
      await elsewhere.inspect('confirm-sign-up-elsewhere');
      await elsewhere.close();
      await visitor.type('#code', code!);
      await visitor.send('code');
      await visitor.page.waitForURL(`${APP}/home`);
      await visitor.close();
    },
  );

  it.each(WALKS)(
    'SO-70 continues only a journey that the same tab has begun, and shows why a login at a provider failed ($language, $size)',
    async (look) => {
      const visitor = await visit(look);
      await visitor.open('social-login?code=of-an-attacker&state=of-an-attacker');
      await visitor.see('unknown');
      expect(visitor.page.url()).toMatch(/\/pages\/social-login$/); // the history does not keep the answer
      await visitor.inspect('social-login-unknown');

      await visitor.open(`sign-up?lang=${look.language}`);
      await visitor.see('ready');
      await visitor.inspect('sign-up-social');
      await press(visitor, 'google');
      await visitor.page.getByRole('button', { name: 'Cancel' }).click();
      await problemOf(visitor)
        .filter({ hasText: /cancelled|취소/ })
        .waitFor();

      await visitor.open(`login?lang=${look.language}`);
      await visitor.see('ready');
      await press(visitor, 'acme');
      await problemOf(visitor).filter({ hasText: REASON }).waitFor();
      await press(visitor, 'kakao');
      await visitor.page.getByRole('button', { name: 'Cancel' }).click();
      await visitor.page
        .locator('[data-group="notice"]')
        .filter({ hasText: /cancelled|취소/ })
        .waitFor();
      await visitor.close();
    },
  );

  it('the login form works while the script for providers does not load, and their buttons load it again', async () => {
    const member = await given.member(browserApp.app);
    const visitor = await visit(ONE_LOOK);
    const script = '**/assets/chunk-login-login-social.js';
    await visitor.page.route(script, (route) => route.abort());
    await visitor.open('login');
    await visitor.see('ready');
    await visitor.page.locator('[data-status]', { hasText: '인터넷 연결' }).waitFor();
    await visitor.page.unroute(script);
    await press(visitor, 'google');
    await visitor.see('ready');
    await press(visitor, 'google');
    await visitor.page.locator('input[name="account"]').waitFor();

    await visitor.page.route(script, (route) => route.abort());
    await visitor.open('login');
    await visitor.type('#identifier', member.loginId);
    await visitor.type('#password', member.password);
    await visitor.send('login');
    await visitor.page.waitForURL(`${APP}/home`);
    await visitor.close();
  });

  it('goes to the configured address first where a page was opened under another name of this machine', async () => {
    const member = await given.member(browserApp.app);
    const subject = unique.loginId();
    await browserApp.app.sql.query(
      `INSERT INTO identities (id, member_id, provider, subject) VALUES (gen_random_uuid(), $1, 'google', $2)`,
      [member.id, subject],
    );
    const visitor = await visit(ONE_LOOK);
    const { publicUrl } = browserApp.app;
    await visitor.open(`${publicUrl.replace('localhost', '127.0.0.1')}/pages/login`);
    await press(visitor, 'google');
    await visitor.page.waitForURL(`${publicUrl}/pages/login**`);
    await press(visitor, 'google');
    await pick(visitor, subject);
    await visitor.page.waitForURL(`${APP}/home`);
    await visitor.close();
  });

  it('shows at the account page that the login at a provider was cancelled', async () => {
    const visitor = await atAccount(LOOKS[1]!);
    await press(visitor, 'kakao');
    await visitor.page.getByRole('button', { name: 'Cancel' }).click();
    await problemOf(visitor).filter({ hasText: 'cancelled' }).waitFor();
    expect(await identities(visitor.member)).toEqual([]);
    await visitor.close();
  });

  it('SO-16 asks for a mailed code if the address of the provider account belongs to a member', async () => {
    const name = unique.loginId();
    const { email } = await given.member(browserApp.app, { email: `${name}@gmail.com` });
    const visitor = await visit(LOOKS[1]!);
    await visitor.open('sign-up');
    await visitor.see('ready');
    await press(visitor, 'google');
    await pick(visitor, name);
    await visitor.see('social');
    await visitor.send('social-sign-up');
    await visitor.see('code');
    expect(await visitor.text('[data-state="code"]')).toContain(email);
    await visitor.close();
  });

  const memberNamed = (loginId: string) =>
    browserApp.app.sql
      .query('SELECT id FROM members WHERE login_id = $1', [loginId])
      .then(({ rows }) => rows[0] as { id: string });

  /** A member without a password, at the account page, who logged in yesterday. */
  async function withoutPassword(look: Look, subject: string): Promise<Visitor & { member: { id: string } }> {
    const visitor = await visit(look);
    await visitor.open('sign-up');
    await visitor.see('ready');
    await press(visitor, 'google');
    await pick(visitor, subject);
    await visitor.see('social');
    await visitor.send('social-sign-up');
    await visitor.page.waitForURL(`${APP}/home`);
    const member = await memberNamed(subject);
    await logInAgo('1 day', member);
    await visitor.open('account');
    await visitor.see('ready');
    return Object.assign(visitor, { member });
  }

  const confirmAt = ({ page }: Visitor, provider: string) =>
    page.locator(`[data-confirm-login] [value="${provider}"]`).click();

  it.each(walksIn('en'))(
    'SO-32 a member without a password logs in once more, and the page goes on ($language, $size)',
    async (look) => {
      const subject = unique.loginId();
      const visitor = await withoutPassword(look, subject);
      const { page, member } = visitor;
      const { email } = unique.signUp();
      await page.locator('[data-panel="email"] [data-opens="edit"]').click();
      await visitor.type('#email-new', email);
      await visitor.send('email');
      await page.locator('[data-confirm-login][open]').waitFor();
      const ways = await page
        .locator('[data-confirm-login] [type="submit"]:visible')
        .evaluateAll((buttons) => buttons.map((button) => button.getAttribute('value')));
      expect(ways).toEqual(['google']); // Kakao is not linked
      await visitor.inspect('account-confirm-login');
      await visitor.press('cancel-confirm-login');
      expect(await page.locator('#email-new').inputValue()).toBe(email);
      await visitor.send('email');
      await confirmAt(visitor, 'google');
      await pick(visitor, subject);
      const { code } = await mailbox.to(email).next();
      await page.locator('#email-code').fill(code!);
      await visitor.send('email-code');
      await page.locator('[data-panel="email"] [data-done]:not(:empty)').waitFor();

      await logInAgo('1 day', member);
      await press(visitor, 'kakao'); // the page keeps this answer until the login at Google
      await pick(visitor, subject);
      await confirmAt(visitor, 'google');
      await pick(visitor, subject);
      await page.locator('[data-panel="identities"] [data-done]:not(:empty)').waitFor();
      expect(await identities(member)).toContainEqual({ provider: 'kakao', subject });

      await logInAgo('1 day', member);
      await page.locator('[data-unlink]').first().click();
      await visitor.send('identity-unlink');
      await confirmAt(visitor, 'kakao');
      await pick(visitor, subject);
      await page.locator('[data-panel="identities"] [data-done]:not(:empty)').waitFor();
      expect(await identities(member)).toEqual([{ provider: 'kakao', subject }]);
      await visitor.close();
    },
  );

  it('SO-32 an account that is not linked confirms nothing', async () => {
    const subject = unique.loginId();
    const visitor = await withoutPassword(LOOKS[1]!, subject);
    const { page, member } = visitor;
    const closeAccount = async (account: string) => {
      await page.locator('[data-panel="closing"] [data-opens="sure"]').click();
      await visitor.send('closing');
      await confirmAt(visitor, 'google');
      await page.locator('input[name="account"]').waitFor();
      return pick(visitor, account);
    };
    await closeAccount(unique.loginId());
    await page.locator('[data-form="closing"] [data-problem]:visible').waitFor();
    await page.locator('[data-panel="closing"] [data-opens="shown"]').click();
    const { rows } = await browserApp.app.sql.query('SELECT status FROM members WHERE id = $1', [member.id]);
    expect(rows).toEqual([{ status: 'active' }]);
    await closeAccount(subject);
    await visitor.see('closed');
    await visitor.close();
  });

  it('SO-70 does not send the form of a member who has logged out', async () => {
    const subject = unique.loginId();
    const visitor = await withoutPassword(LOOKS[1]!, subject);
    await visitor.page.locator('[data-panel="closing"] [data-opens="sure"]').click();
    await visitor.send('closing');
    await confirmAt(visitor, 'google');
    await visitor.page.locator('input[name="account"]').waitFor();

    const waiting = await visitor.newTab();
    await visitor.open('account');
    await visitor.see('ready');
    await visitor.press('log-out');
    await visitor.see('ready');
    const next = await given.member(browserApp.app);
    await visitor.open('login');
    await visitor.type('#identifier', next.loginId);
    await visitor.type('#password', next.password);
    await visitor.send('login');
    await visitor.page.waitForURL(`${APP}/home`);

    visitor.page = waiting;
    const sent: string[] = [];
    waiting.on('request', (request) => void sent.push(`${request.method()} ${new URL(request.url()).pathname}`));
    const decision = waiting.waitForResponse(/chunk-account-confirmed-form/);
    await pick(visitor, subject);
    await decision;
    await waiting.waitForLoadState('networkidle');
    expect(await visitor.text('strong[data-fill="loginId"]')).toBe(next.loginId);
    expect(sent.filter((request) => /reauthenticate|DELETE/.test(request))).toEqual([]);
    await visitor.close();
  });

  it('SO-32 a passkey confirms a member without a password, and changes of second factors', async () => {
    const visitor = await withoutPassword(ONE_LOOK, unique.loginId());
    const { page, member } = visitor;
    const done = page.locator('[data-panel="passkeys"] [data-done]:not(:empty)');
    await VirtualAuthenticator.plugInto(page);
    await logInAgo('0 days', member);
    await page.locator('[data-panel="passkeys"] [data-opens="add"]').click();
    await visitor.send('passkey-add');
    await done.waitFor();

    await logInAgo('1 day', member);
    await page.locator('[data-chooses="remove"]').click();
    await visitor.send('passkey-remove');
    await page.locator('[data-confirm-login] [value="google"]').waitFor();
    await visitor.inspect('account-confirm-login-passkey');
    await confirmAt(visitor, '');
    await page.locator('[data-chooses="remove"]').waitFor({ state: 'detached' });
    await visitor.close();
  });

  it.each(IS_LONG ? LOOKS : [ONE_LOOK])(
    'AC-42 an administrator without a password confirms actions of the console with a new login ($language, $size)',
    async (look) => {
      const subject = unique.loginId();
      const visitor = await withoutPassword(look, subject);
      const { page, member } = visitor;
      await VirtualAuthenticator.plugInto(page);
      await logInAgo('0 days', member);
      await page.locator('[data-panel="passkeys"] [data-opens="add"]').click();
      await visitor.send('passkey-add');
      await page.locator('[data-panel="passkeys"] [data-done]:not(:empty)').waitFor();
      await browserApp.app.sql.query(`UPDATE members SET role = 'admin' WHERE id = $1`, [member.id]);

      const ada = await given.member(browserApp.app);
      await openMember(visitor, ada.id);
      const ask = (name: string): Promise<void> => card(visitor, 'actions').locator(`[data-do="${name}"]`).click();
      const backFromGoogle = async (): Promise<void> => {
        await confirmAt(visitor, 'google');
        await pick(visitor, subject);
        await page.waitForURL((url) => url.pathname.endsWith('/admin') && url.searchParams.get('id') === ada.id);
        await page
          .locator('[data-status]:not(:empty)')
          .filter({ hasText: /kept|그대로/ })
          .waitFor();
      };
      await logInAgo('1 day', member);
      await ask('erase');
      const when = page.locator('[data-form="erasure"] [name="when"][value="now"]');
      await when.check();
      await visitor.type('#erasure-login-id', ada.loginId);
      await visitor.type('#erasure-reason', WHY);
      await visitor.send('erasure');
      await page.locator('[data-confirm-login] [value="google"]').waitFor();
      await visitor.inspect('console-confirm-login');
      await backFromGoogle();
      await ask('erase');
      expect([
        await page.locator('#erasure-login-id').inputValue(),
        await page.locator('#erasure-reason').inputValue(),
        await when.isChecked(),
      ]).toEqual([ada.loginId, WHY, true]);
      await page.keyboard.press('Escape');

      // Text typed for one member is not shown for another member.
      await logInAgo('1 day', member);
      await ask('make-admin');
      await visitor.type('#action-reason', WHY);
      await visitor.send('action');
      await backFromGoogle();
      const bea = await given.member(browserApp.app);
      await goTo(visitor, 'members');
      await visitor.type('#filter-query', bea.loginId);
      await page.keyboard.press('Enter');
      await card(visitor, 'members').getByRole('link', { name: bea.loginId }).click();
      await waitUntilLoaded(visitor, 'timeline');
      await ask('make-admin');
      expect(await page.locator('#action-reason').inputValue()).toBe('');
      await visitor.type('#action-reason', WHY);
      await visitor.send('action');
      await card(visitor, 'actions').locator('[data-do="make-member"]').waitFor();

      await logInAgo('1 day', member);
      await ask('make-member');
      await visitor.type('#action-reason', WHY);
      await page.route('**/chunk-console-confirm-login.js', (route) => route.abort());
      await visitor.send('action');
      await page.locator('[data-form="action"] [data-problem]:visible').waitFor();
      await page.unroute('**/chunk-console-confirm-login.js');
      await visitor.send('action');
      await confirmAt(visitor, '');
      await card(visitor, 'actions').locator('[data-do="make-admin"]').waitFor();

      // The session ends while the ways to log in are read.
      await logInAgo('1 day', member);
      await ask('make-admin');
      await visitor.type('#action-reason', WHY);
      await page.route(/api\/(members\/me\/identities|auth\/refresh)$/, (route) =>
        route.fulfill({ status: 401, json: { code: 'session_ended', detail: 'The session has ended.' } }),
      );
      await visitor.send('action');
      await page.waitForURL(/\/pages\/login/);
      await visitor.close();
    },
  );

  it('CO-06 a member without a password downloads what is held about them, after a new login or a passkey', async () => {
    const subject = unique.loginId();
    const visitor = await withoutPassword(ONE_LOOK, subject);
    const { page, member } = visitor;
    await visitor.send('export');
    const download = page.waitForEvent('download');
    await confirmAt(visitor, 'google');
    await pick(visitor, subject); // the page comes back and goes on
    expect((await readDownload(await download)).profile.loginId).toBe(subject);

    await VirtualAuthenticator.plugInto(page);
    await page.locator('[data-panel="passkeys"] [data-opens="add"]').click();
    await visitor.send('passkey-add');
    await page.locator('[data-panel="passkeys"] [data-done]:not(:empty)').waitFor();
    await browserApp.app.sql.query('DELETE FROM identities WHERE member_id = $1', [member.id]);
    await logInAgo('1 day', member);
    await visitor.send('export');
    const again = page.waitForEvent('download');
    await confirmAt(visitor, '');
    expect((await readDownload(await again)).profile.loginId).toBe(subject);
    await visitor.close();
  });

  it('SO-51 signs up with Apple, which posts its answer and names the person once', async () => {
    const visitor = await visit(ONE_LOOK);
    const { page } = visitor;
    const name = unique.loginId();
    await visitor.open('sign-up');
    await visitor.see('ready');
    await press(visitor, 'apple');
    await pick(visitor, name);
    await visitor.see('social');
    expect(page.url()).not.toContain('Lovelace');
    await visitor.open('login'); // the person begins again, and Apple does not repeat the name
    await visitor.see('ready');
    expect(await page.evaluate('sessionStorage.length')).toBe(0); // the journey that was left is over
    await press(visitor, 'apple');
    await pick(visitor, name);
    await visitor.see('social');
    expect(await page.locator('#social-email').isVisible()).toBe(false); // Apple forwards mail to it
    await visitor.type('#social-loginId', name);
    await visitor.send('social-sign-up');
    await page.waitForURL(`${APP}/home`);
    const { rows } = await browserApp.app.sql.query('SELECT name, email FROM members WHERE login_id = $1', [name]);
    expect(rows).toEqual([{ name: 'Ada Lovelace', email: `${name}@privaterelay.appleid.com` }]);

    await logInAgo('1 day', await memberNamed(name));
    await visitor.open('account');
    await visitor.see('ready');
    await page.locator('[data-panel="closing"] [data-opens="sure"]').click();
    await visitor.send('closing');
    await confirmAt(visitor, 'apple');
    await pick(visitor, name);
    await visitor.see('closed');
    await visitor.close();
  });

  it('SO-70 links no account to the next member who logs in in the same tab', async () => {
    const visitor = await atAccount(LOOKS[1]!);
    const { page } = visitor;
    await press(visitor, 'kakao');
    await page.locator('input[name="account"]').waitFor();
    await browserApp.app.sql.query('UPDATE sessions SET ended_at = now() WHERE member_id = $1', [visitor.member.id]);
    await pick(visitor, unique.loginId());
    await page.waitForURL(/pages\/login/);
    await visitor.see('ready');
    const next = await given.member(browserApp.app);
    await visitor.type('#identifier', next.loginId);
    await visitor.type('#password', next.password);
    await visitor.send('login');
    await page.waitForURL(`${APP}/home`);
    const request = page.waitForRequest(/\/members\/me\/identities$/);
    await visitor.open('account');
    expect((await request).method()).toBe('GET');
    expect(await identities(next)).toEqual([]);
    await visitor.close();
  });

  it('asks for the password before an old session links, and for the second factor of the member', async () => {
    const look = LOOKS[1]!;
    const visitor = await atAccount(look);
    const { member } = visitor;
    await logInAgo('1 day', member);
    await visitor.page.reload();
    await visitor.see('ready');
    const subject = unique.loginId();
    await press(visitor, 'kakao');
    await pick(visitor, subject);
    await visitor.page.locator('#identity-link-password').fill(member.password);
    await visitor.send('identity-link');
    await visitor.page.locator('[data-panel="identities"] [data-done]').filter({ hasText: 'Kakao' }).waitFor();
    expect(await identities(member)).toEqual([{ provider: 'kakao', subject }]);
    await visitor.close();

    await logInAgo('0 days', member);
    const { secret } = await enrol(member);
    const another = await visit(look);
    await another.open('login');
    await press(another, 'kakao');
    await pick(another, subject);
    await another.see('second-factor');
    await another.type('[data-group="totp"] input', codeAt(secret, 1));
    await another.send('second-factor');
    await another.page.waitForURL(`${APP}/home`);
    await another.close();
  });
});
