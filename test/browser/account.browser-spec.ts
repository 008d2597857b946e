import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { waitUntilDone, waitUntilLoggedIn, logIn, open, panel } from '../support/account-page.js';
import { describeInBrowser } from '../support/browser.js';
import { sendPassword } from '../support/console.js';
import { eventually } from '../support/eventually.js';
import { given, unique, type GivenMember } from '../support/factories.js';
import { mailbox } from '../support/mailbox.js';
import { LOOKS, WALKS, ONE_LOOK, BrowserApp, type Look, type Visitor } from '../support/browser-app.js';
import { ProofMaker } from '../support/proof-maker.js';
import { codeAt, enrol } from '../support/second-factor.js';

/** The database stores the keys of these objects in another order: `unit` before `height`. */
const SIZES = [
  { height: 170, unit: 'cm' },
  { height: 180, unit: 'cm' },
];
const ATTRIBUTES = {
  motto: { schema: { type: 'string' }, member: 'write' },
  size: { schema: { enum: SIZES }, member: 'write' },
  score: { schema: { type: 'number' }, member: 'write' },
};

describeInBrowser('the account page', () => {
  let browserApp: BrowserApp;
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'account-'));
    const attributes = path.join(directory, 'attributes.json');
    await writeFile(attributes, JSON.stringify(ATTRIBUTES));
    browserApp = await BrowserApp.start({ MEMBER_ATTRIBUTES: attributes });
  });
  afterAll(async () => {
    await browserApp?.stop();
    await rm(directory, { recursive: true });
  });

  /** A member who has logged in on the login page and is on the account page. */
  async function loggedIn(look: Look): Promise<{ ada: GivenMember; visitor: Visitor }> {
    const ada = await given.member(browserApp.app, { name: 'Ada Lovelace' });
    const visitor = await browserApp.visitor(look);
    await logIn(visitor, ada);
    await waitUntilLoggedIn(visitor);
    return { ada, visitor };
  }

  it('RB-04 binds and renews a session of a browser whose clock is an hour off', async () => {
    const ada = await given.member(browserApp.app);
    const visitor = await browserApp.visitor(LOOKS[1]!);
    await visitor.context.addInitScript('{ const now = Date.now; Date.now = () => now() - 3_600_000; }');
    const stale = new Set<string>();
    visitor.page.on('response', (response) => {
      if (response.headers()['dpop-nonce']) stale.add(new URL(response.url()).pathname);
    });
    await logIn(visitor, ada);
    await waitUntilLoggedIn(visitor);
    expect(await panel(visitor, 'sessions').locator('li').first().innerText()).toContain('Bound to this device');
    await visitor.open('account');
    await waitUntilLoggedIn(visitor);
    // The server refused both requests with a nonce, which made the repeated proof fresh.
    expect([...stale].sort()).toEqual(['/api/auth/login', '/api/auth/refresh']);
  });

  for (const look of WALKS) {
    const how = `${look.language}, ${look.size}`;

    it(`requires a login, shows the member, and logs out (${how})`, async () => {
      const ada = await given.member(browserApp.app, { name: 'Ada Lovelace' });
      const visitor = await browserApp.visitor(look);
      await visitor.open('account');
      await visitor.page.waitForURL(/\/pages\/login/); // not logged in yet
      await visitor.see('ready');
      await visitor.inspect('login');

      await visitor.type('#identifier', ada.loginId);
      await visitor.type('#password', 'not the password');
      await visitor.send('login');
      await visitor.page.locator('[data-problem]:visible').waitFor();
      // The focus makes a screen reader read the problem at once.
      expect(await visitor.focused()).toContain('problem');
      await visitor.inspect('login-refused');

      await visitor.type('#password', ada.password);
      await visitor.page.keyboard.press('Enter');
      await waitUntilLoggedIn(visitor);
      const shown = await panel(visitor, 'profile').innerText();
      expect([shown.includes(ada.loginId), shown.includes('Ada Lovelace')]).toEqual([true, true]);
      expect(await panel(visitor, 'email').innerText()).toContain(ada.email);
      const bound = { en: 'Bound to this device', ko: '이 기기에서만 사용 가능' }[look.language];
      expect(await panel(visitor, 'sessions').locator('li').first().innerText()).toContain(bound); // RB-06
      await visitor.inspect('account');

      await visitor.open('logout');
      await visitor.see('ready');
      await visitor.inspect('logout');
      await visitor.open('account'); // opening the logout page has not logged out
      await waitUntilLoggedIn(visitor);
      // The language changes in place, lists included; the session is not renewed.
      await visitor.page.locator('[data-language-switch]').click();
      await panel(visitor, 'sessions')
        .locator('li', { hasText: look.language === 'ko' ? 'Last used' : '마지막 사용' })
        .first()
        .waitFor();
      await visitor.press('log-out');
      await visitor.page.waitForURL(/\/pages\/login/);
      await visitor.page.locator('[data-group="notice"]').waitFor();
      await visitor.open('account');
      await visitor.page.waitForURL(/\/pages\/login/); // the session has really ended
      await visitor.close();
    });

    it(`changes profile, password and e-mail address (${how})`, async () => {
      const { ada, visitor } = await loggedIn(look);
      await open(visitor, 'profile', 'edit');
      await visitor.type('#profile-name', '김민수');
      await visitor.page.locator('[name="locale"][value="ko"]').check();
      await visitor.inspect('account-profile');
      await visitor.send('profile');
      await waitUntilDone(visitor, 'profile');
      expect(await panel(visitor, 'profile').innerText()).toContain('김민수');

      const newPassword = unique.password();
      const isPersonal = visitor.page.locator('[data-rule="personal"][data-state="unmet"]');
      await open(visitor, 'password', 'edit');
      await visitor.type('#password-new', '김민수1');
      await isPersonal.waitFor(); // the meter knows the new name
      await visitor.type('#password-current', 'wrong');
      await visitor.type('#password-new', newPassword);
      await visitor.page.locator('[data-bar][data-score="4"]').waitFor();
      await visitor.send('password');
      await visitor.page.locator('#password-current-error:visible').waitFor();
      await visitor.inspect('account-password-wrong');
      await visitor.type('#password-current', ada.password);
      await visitor.send('password');
      await waitUntilDone(visitor, 'password');
      // The new password has ended the session of the other device.
      expect((await ada.client.get('/api/members/me', ada.accessToken)).status).toBe(401);

      const newEmail = unique.email();
      await open(visitor, 'email', 'edit');
      await visitor.type('#email-new', newEmail);
      expect(await visitor.page.locator('#email-password').isVisible()).toBe(false); // the login is fresh
      await visitor.send('email');
      await visitor.page.locator('[data-form="email-code"]').waitFor();
      await visitor.inspect('account-email-code');
      await visitor.type('#email-code', '000000');
      await visitor.send('email-code');
      await visitor.page.locator('#email-code-error').waitFor();
      await visitor.type('#email-code', (await mailbox.to(newEmail).next()).code!);
      await visitor.send('email-code');
      await waitUntilDone(visitor, 'email');
      expect(await panel(visitor, 'email').innerText()).toContain(newEmail);
      await open(visitor, 'password', 'edit');
      await visitor.type('#password-new', newEmail);
      await isPersonal.waitFor();
      await visitor.close();
    });
  }

  it('keeps attributes that were not touched, and takes only decimal numbers as numbers', async () => {
    const { ada, visitor } = await loggedIn(LOOKS[1]!);
    const attributes = { motto: ' Line 1\nLine 2 ', size: SIZES[1], score: 3 };
    await ada.client.patch('/api/members/me', { attributes }, ada.accessToken).expect(200);
    const stored = async (): Promise<object> =>
      (await ada.client.get('/api/members/me', ada.accessToken).expect(200)).body.attributes;
    await visitor.open('account');
    await waitUntilLoggedIn(visitor);
    await open(visitor, 'profile', 'edit');
    expect(await visitor.page.locator('#attribute-size option:checked').innerText()).toBe(JSON.stringify(SIZES[1]));
    await visitor.type('#profile-name', 'Ada');
    await visitor.send('profile');
    await waitUntilDone(visitor, 'profile');
    expect(await stored()).toEqual(attributes);

    await open(visitor, 'profile', 'edit');
    for (const typed of ['1e999', 'Infinity', '0x1F', '0b11']) {
      await visitor.type('#attribute-score', typed);
      await visitor.send('profile');
      await visitor.page.locator('#attribute-score-error:visible').waitFor();
    }
    await visitor.type('#attribute-score', '-1.5e2');
    await visitor.page.locator('#attribute-size').selectOption('');
    await visitor.send('profile');
    await waitUntilDone(visitor, 'profile');
    expect(await stored()).toEqual({ motto: attributes.motto, score: -150 });
    await visitor.close();
  });

  it('ends other sessions, shows the security activity, and closes the account', async () => {
    const { ada, visitor } = await loggedIn(LOOKS[1]!);
    await panel(visitor, 'sessions').locator('[data-end]:visible').click();
    await waitUntilDone(visitor, 'sessions');
    expect(await panel(visitor, 'sessions').locator('li').count()).toBe(1);
    expect((await ada.client.get('/api/members/me', ada.accessToken)).status).toBe(401);
    // The login is an hour old now, so the form asks for the password.
    await browserApp.app.sql.query(`UPDATE sessions SET authenticated_at = now() - interval '1 hour'`);
    await open(visitor, 'closing', 'sure');
    await visitor.send('closing');
    await visitor.type('#closing-password', 'wrong');
    await visitor.send('closing');
    await panel(visitor, 'closing').locator('[data-problem]:visible').waitFor();
    await visitor.inspectInEachLook('account-closing');
    await visitor.type('#closing-password', ada.password);
    await visitor.send('closing');
    await visitor.see('closed');
    await visitor.inspectInEachLook('account-closed');
    // Each change of the language loaded the lists again. Their refusals must not lead to the login page.
    await visitor.page.waitForLoadState('networkidle');
    await visitor.see('closed');
    const { rows } = await browserApp.app.sql.query('SELECT status FROM members WHERE id = $1', [ada.id]);
    expect(rows[0].status).toBe('closed');
    await visitor.close();
  });

  it('RB-06 does not claim to have ended a session that an app has bound to its own key', async () => {
    const { app } = browserApp;
    const ada = await given.member(app);
    const maker = new ProofMaker('ES256', app.publicUrl);
    const login = await app.request('POST', '/api/auth/login', {
      body: { identifier: ada.loginId, password: ada.password, transport: 'cookie' },
      headers: { ...maker.header({ path: '/api/auth/login' }), origin: app.publicUrl },
    });
    const visitor = await browserApp.visitor(LOOKS[1]!);
    await visitor.context.addCookies(
      (login.headers['set-cookie'] as string[]).map((line) => {
        const [name, value] = line.split(';', 1)[0]!.split('=') as [string, string];
        return { name, value, url: `${app.publicUrl}/api/auth` };
      }),
    );
    await visitor.open('logout');
    await visitor.see('ready');
    await visitor.send('log-out');
    await visitor.page.locator('[data-problem]').filter({ hasText: 'please log out there' }).waitFor();
    expect(await visitor.page.locator('[data-state="signed-out"]').isVisible()).toBe(false);
    const { rows } = await app.sql.query('SELECT ended_at FROM sessions WHERE id = $1', [login.body.sessionId]);
    expect(rows).toEqual([{ ended_at: null }]);
    await visitor.close();
  });

  it('does nothing to the account of another member, who has logged in in another tab', async () => {
    const { ada, visitor } = await loggedIn(LOOKS[1]!);
    const grace = await given.member(browserApp.app, { name: 'Grace Hopper' });
    await open(visitor, 'closing', 'sure');
    const tabOfAda = await visitor.newTab();
    await visitor.open('logout');
    await visitor.see('ready');
    await visitor.send('log-out');
    await visitor.page.waitForURL(/\/pages\/login/);
    await logIn(visitor, grace);
    await waitUntilLoggedIn(visitor);
    visitor.page = tabOfAda;
    await visitor.send('closing');
    await panel(visitor, 'profile').filter({ hasText: 'Grace Hopper' }).waitFor(); // the page was loaded again
    const { rows } = await browserApp.app.sql.query('SELECT status FROM members WHERE id = ANY($1)', [
      [ada.id, grace.id],
    ]);
    expect(rows).toEqual([{ status: 'active' }, { status: 'active' }]);
    await visitor.close();
  });

  it('sets up two-step login, requires it, and removes it', async () => {
    const { ada, visitor } = await loggedIn(LOOKS[1]!);
    // The login is too old by now, so the form asks for the password; a fresh one leads to the QR
    // code at once.
    const ageLogin = () =>
      browserApp.app.sql.query(
        `UPDATE sessions SET authenticated_at = now() - interval '1 hour' WHERE member_id = $1`,
        [ada.id],
      );
    await ageLogin();
    await open(visitor, 'two-factor', 'begin');
    await visitor.type('#two-factor-password', ada.password);
    await visitor.send('two-factor-begin');
    await visitor.page.locator('[data-part="scan"]').waitFor();
    // The login is too old again before the code is sent, so the page asks for the password at once.
    await ageLogin();
    await visitor.type('#two-factor-code', '000000');
    await visitor.send('two-factor-scan');
    await visitor.page.locator('#two-factor-password:visible').waitFor();
    await visitor.type('#two-factor-password', ada.password);
    await visitor.send('two-factor-begin');
    await visitor.page.locator('[data-part="scan"]').waitFor();
    const secret = (await visitor.text('.secret')).replaceAll(' ', '');
    await eventually('the QR code is drawn', async () => {
      return (
        (await visitor.page.evaluate<boolean>("document.querySelector('[data-qr]').naturalWidth > 0")) || undefined
      );
    });
    await visitor.inspectInEachLook('account-two-factor-scan');
    await visitor.type('#two-factor-code', codeAt(secret));
    await visitor.send('two-factor-scan');
    await waitUntilDone(visitor, 'two-factor');
    await visitor.page.locator('[data-part="codes"]').waitFor();
    let codes = (await visitor.text('[data-recovery-codes]')).split(/\s+/);
    expect(codes).toHaveLength(10);
    await visitor.inspectInEachLook('account-recovery-codes');
    await visitor.press('codes-kept');
    await waitUntilDone(visitor, 'recovery-codes');
    // The codes cannot be shown again.
    expect(await visitor.page.content()).not.toContain(codes[0]);

    // New recovery codes need a code of the app too, because this session began without the app.
    await open(visitor, 'recovery-codes', 'renew');
    await visitor.send('recovery-codes-renew');
    await visitor.type('#recovery-codes-password', ada.password);
    expect(await visitor.page.locator('#recovery-codes-factor').isVisible()).toBe(false);
    await visitor.send('recovery-codes-renew');
    await visitor.page.locator('#recovery-codes-factor-error').waitFor();
    await visitor.inspectInEachLook('account-recovery-codes-factor');
    await visitor.type('#recovery-codes-factor', codeAt(secret, 1));
    await visitor.send('recovery-codes-renew');
    await visitor.page.locator('[data-part="codes"]').waitFor();
    codes = (await visitor.text('[data-recovery-codes]')).split(/\s+/);
    await visitor.press('codes-kept');

    const phone = await browserApp.visitor(LOOKS[1]!);
    await logIn(phone, ada);
    await phone.see('second-factor');
    await phone.inspectInEachLook('login-second-factor');
    await phone.type('#appCode', '000000');
    await phone.send('second-factor');
    await phone.page.locator('#appCode-error').waitFor();
    await phone.press('use-recovery_code');
    await phone.type('#recoveryCode', codes[0]!);
    await phone.inspectInEachLook('login-recovery-code');
    await phone.send('second-factor');
    await waitUntilLoggedIn(phone);
    await panel(phone, 'recovery-codes').filter({ hasText: '9' }).waitFor();
    // Where the number cannot be loaded, none is shown.
    await phone.page.route('**/api/members/me/totp', (route) =>
      route.fulfill({ status: 429, json: { code: 'too_many_requests', detail: 'Too many requests.' } }),
    );
    await phone.page.locator('[data-language-switch]').click();
    const problem = panel(phone, 'recovery-codes').locator('[data-list-problem]');
    await problem.waitFor();
    expect(await panel(phone, 'recovery-codes').locator('[data-fill="codesLeft"]').textContent()).toBe('');
    await phone.page.unroute('**/api/members/me/totp');
    await problem.locator('button').click();
    await panel(phone, 'recovery-codes').filter({ hasText: '9' }).waitFor();

    await open(phone, 'two-factor', 'remove');
    await phone.send('two-factor-remove'); // the login with a recovery code was recent enough
    await waitUntilDone(phone, 'two-factor');
    await panel(phone, 'recovery-codes').waitFor({ state: 'hidden' }); // removed with the app
    // Setting up the first factor ended all other sessions. After its removal the password is enough
    // again.
    expect((await ada.client.get('/api/members/me/totp', ada.accessToken)).status).toBe(401);
    const credentials = { identifier: ada.loginId, password: ada.password };
    expect((await ada.client.post('/api/auth/login', credentials)).body.status).toBe('authenticated');
    await phone.close();
    await visitor.close();
  });

  it('IM-19 asks a member whose login ID an import made to choose one, once', async () => {
    const ada = await given.member(browserApp.app);
    await browserApp.app.sql.query('UPDATE members SET login_id_generated = true WHERE id = $1', [ada.id]);
    const visitor = await browserApp.visitor(LOOKS[1]!);
    await logIn(visitor, ada);
    await waitUntilLoggedIn(visitor);
    await visitor.page.locator('[data-form="login-id"]').waitFor();
    await visitor.inspectInEachLook('account-login-id');
    await visitor.send('login-id');
    await visitor.page.locator('#chosen-loginId-error:visible').waitFor(); // empty
    await visitor.type('#chosen-loginId', 'admin');
    await visitor.send('login-id');
    await visitor.page.locator('#chosen-loginId[aria-invalid="true"]').waitFor();
    await visitor.inspectInEachLook('account-login-id-refused');
    await panel(visitor, 'profile').locator('[data-form="login-id"] [data-opens="shown"]').click();

    await open(visitor, 'profile', 'login-id');
    const loginId = unique.loginId();
    await visitor.type('#chosen-loginId', loginId);
    await visitor.send('login-id');
    await waitUntilDone(visitor, 'profile');
    expect(await panel(visitor, 'profile').innerText()).toContain(loginId);
    expect(await visitor.text('.account-bar [data-fill="loginId"]')).toBe(loginId);
    expect(await panel(visitor, 'profile').locator('[data-opens="login-id"]').isVisible()).toBe(false);
    await visitor.open('account');
    await waitUntilLoggedIn(visitor);
    expect(await visitor.page.locator('[data-form="login-id"]').isVisible()).toBe(false);
    await visitor.close();
  });

  it('SS-02 sends one request for a double click on ending a session, and after a failure only loads the list again', async () => {
    const { visitor } = await loggedIn(LOOKS[1]!);
    const sessions = panel(visitor, 'sessions');
    const sent: string[] = [];
    let release = (): void => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    await visitor.page.route(/api\/auth\/sessions\/[^/]+$/, async (route) => {
      sent.push(route.request().method());
      await released;
      await route.fulfill({ status: 429, json: { code: 'too_many_requests', detail: 'Please wait a while.' } });
    });
    await sessions.locator('[data-end]:visible').dblclick();
    release();
    const problem = sessions.locator('[data-list-problem]');
    await problem.filter({ hasText: 'That didn’t work.' }).waitFor();
    await problem.locator('button').click();
    await problem.waitFor({ state: 'hidden' });
    expect([sent, await sessions.locator('li').count()]).toEqual([['DELETE'], 2]);
    await visitor.close();
  });

  it('ends sessions long after the login, once the member has entered the password', async () => {
    const { ada, visitor } = await loggedIn(LOOKS[1]!);
    const sessions = panel(visitor, 'sessions');
    const ageLogin = () =>
      browserApp.app.sql.query(
        `UPDATE sessions SET authenticated_at = now() - interval '1 hour' WHERE member_id = $1`,
        [ada.id],
      );
    const confirm = async () => {
      await visitor.page.locator('#session-end-password:visible').waitFor();
      await visitor.type('#session-end-password', ada.password);
      await visitor.send('session-end');
      await waitUntilDone(visitor, 'sessions');
      expect(await sessions.locator('li').count()).toBe(1);
    };
    await ageLogin();
    await sessions.locator('[data-end]:visible').click();
    await visitor.page.locator('#session-end-password:visible').waitFor();
    await visitor.send('session-end');
    await visitor.page.locator('#session-end-password-error').waitFor();
    await visitor.inspectInEachLook('account-session-end');
    await confirm();
    expect((await ada.client.get('/api/members/me', ada.accessToken)).status).toBe(401);

    await browserApp.app
      .client()
      .post('/api/auth/login', { identifier: ada.loginId, password: ada.password })
      .expect(200);
    await visitor.page.reload();
    await waitUntilLoggedIn(visitor);
    await ageLogin();
    await visitor.press('end-others');
    await confirm();
    await visitor.close();
  });

  it('keeps the access token only in memory and hides the refresh token from scripts', async () => {
    const { ada, visitor } = await loggedIn(LOOKS[1]!);
    const reachable = await visitor.page.evaluate<string>(
      'JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }, location.href, history.state])',
    );
    expect(reachable).not.toMatch(/eyJ|refresh|[\w-]{20,}\.[\w-]{20,}/);
    const cookies = await visitor.context.cookies();
    expect(cookies.map(({ name, httpOnly, sameSite }) => [name, httpOnly, sameSite]).sort()).toEqual([
      ['munjigi-device', true, 'Strict'],
      ['munjigi-refresh', true, 'Strict'],
    ]);
    // After a reload the cookie is enough.
    await visitor.page.reload();
    await waitUntilLoggedIn(visitor);
    expect(await panel(visitor, 'profile').innerText()).toContain(ada.loginId);
    await visitor.close();
  });

  it('treats a success that is not from the API, such as the page of a hotel network, as a failure', async () => {
    const { visitor } = await loggedIn(LOOKS[1]!);
    const html = { status: 200, contentType: 'text/html', body: '<!doctype html><title>Hotel</title>' };
    for (const answer of [html, { status: 200, json: {} }]) {
      await visitor.page.route('**/api/auth/refresh', (route) => route.fulfill(answer));
      await visitor.open('account');
      await visitor.see('offline');
      await visitor.page.unroute('**/api/auth/refresh');
    }
    await visitor.press('try-again');
    await waitUntilLoggedIn(visitor);
    await visitor.page.route('**/api/auth/login', (route) => route.fulfill(html));
    await logIn(visitor, { loginId: 'ada', password: 'x' });
    await visitor.page.locator('[data-form="login"] [data-problem]:visible').waitFor();
    await visitor.close();
  });

  it('shows that the session was ended on another device', async () => {
    const { ada, visitor } = await loggedIn(ONE_LOOK);
    await ada.client.delete('/api/auth/sessions', undefined, ada.accessToken).expect(204);
    await open(visitor, 'profile', 'edit');
    await visitor.send('profile');
    await visitor.page.waitForURL(/\/pages\/login/);
    await visitor.page.locator('[data-group="notice"]').waitFor();
    expect(new URL(visitor.page.url()).hash).toBe('');
    await visitor.close();
  });

  it('the login page shows the same notice, or none, after a change of the language', async () => {
    const ada = await enrol(await given.member(browserApp.app));
    const visitor = await browserApp.visitor(LOOKS[1]!);
    const notice = visitor.page.locator('[data-group="notice"]');
    await visitor.open('login#because=logged-out');
    await notice.waitFor();
    await sendPassword(visitor, ada);
    await visitor.see('second-factor');
    await visitor.changeLook(LOOKS[0]!);
    expect(await notice.textContent()).toBe('');

    await visitor.page.route('**/api/auth/login/mfa', (route) =>
      route.fulfill({ status: 401, json: { code: 'token_expired' } }),
    );
    await visitor.type('#appCode', '000000');
    await visitor.send('second-factor');
    await notice.filter({ hasText: '시간이 초과되었습니다' }).waitFor();
    await visitor.changeLook(LOOKS[1]!);
    expect(await notice.innerText()).toContain('That took too long');
    await visitor.close();
  });
});
