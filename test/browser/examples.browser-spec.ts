import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { freePort } from '../../dev/free-port.js';
import { PROJECT_ROOT } from '../../dev/project.js';
import { describeInBrowser, launchBrowser } from '../support/browser.js';
import { ConsentsFile, ledgerOf, OPTIONAL_DOCUMENTS } from '../support/consents.js';
import { given, unique } from '../support/factories.js';
import { mailbox, outboxEmpty, type Mail } from '../support/mailbox.js';
import { afterCooldown } from '../support/recovery.js';
import { type StaticSite, serveFolder } from '../support/static-site.js';
import { TestApp } from '../support/test-app.js';
import { codeAt, enrol } from '../support/second-factor.js';
import { CLIENT, OpenIdPartner, PECULIARITIES } from '../support/social/openid-partner.js';

const VITE = path.join(PROJECT_ROOT, 'node_modules', 'vite', 'bin', 'vite.js');

/** A built example on its own site. */
class Example {
  private constructor(
    private readonly name: string,
    private readonly folder: string,
    private readonly site: StaticSite,
  ) {}

  static async serve(name: string): Promise<Example> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'munjigi-example-'));
    return new Example(name, folder, await serveFolder(folder));
  }

  /** By name, like the server: cookies of the server are sent from pages of the same site only. */
  get origin(): string {
    return this.site.origin.replace('127.0.0.1', 'localhost');
  }

  async build(server: string): Promise<void> {
    const config = path.join(PROJECT_ROOT, 'examples', this.name, 'vite.config.js');
    await promisify(execFile)(
      process.execPath,
      [VITE, 'build', '--config', config, '--outDir', this.folder, '--emptyOutDir', '--logLevel', 'warn'],
      { cwd: PROJECT_ROOT, env: { ...process.env, VITE_MUNJIGI_URL: server } },
    );
  }

  async close(): Promise<void> {
    await this.site.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

let spa: Example;
let pagesExample: Example;
let app: TestApp;
let kakao: OpenIdPartner;
let consents: ConsentsFile;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const complaints: string[] = [];

async function start(): Promise<void> {
  [spa, pagesExample] = [await Example.serve('spa'), await Example.serve('built-in-pages')];
  const port = String(await freePort());
  const publicUrl = `http://localhost:${port}`; // the built-in pages work at this address only
  const origins = [spa.origin, pagesExample.origin].join();
  kakao = await OpenIdPartner.start(`${spa.origin}/`, PECULIARITIES.kakao);
  // All documents are optional, so a test can sign up without a consent.
  consents = await ConsentsFile.write(OPTIONAL_DOCUMENTS);
  const social = {
    SOCIAL_REDIRECT_URIS: `${spa.origin}/`,
    SOCIAL_KAKAO_CLIENT_ID: CLIENT.id,
    SOCIAL_KAKAO_CLIENT_SECRET: CLIENT.secret,
    SOCIAL_KAKAO_ISSUER: kakao.issuer,
  };
  [app] = await Promise.all([
    TestApp.start({
      env: {
        ...{ PORT: port, PUBLIC_URL: publicUrl, CORS_ORIGINS: origins, CODE_RESEND_SECONDS: '1' },
        ...{ CONSENTS: consents.path, ...social },
      },
    }),
    spa.build(publicUrl).then(() => pagesExample.build(publicUrl)),
  ]);
  browser = await launchBrowser();
}

async function stop(): Promise<void> {
  await browser?.close();
  await app?.stop();
  await kakao?.stop();
  await consents?.remove();
  await spa?.close();
  await pagesExample?.close();
}

/** Opens an address in a new browser without cookies. */
async function visit(address: string, locale = 'en-GB'): Promise<void> {
  await context?.close();
  context = await browser.newContext({ locale });
  page = await context.newPage();
  complaints.splice(0);
  page.on('pageerror', ({ message }) => complaints.push(message));
  await page.goto(address);
}

const sees = (text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor();
const follow = (name: string): Promise<void> => page.getByRole('link', { name }).first().click();
const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();

describeInBrowser('the examples', () => {
  beforeAll(start);
  afterAll(stop);

  describe('app with its own forms', () => {
    beforeEach(() => visit(spa.origin));

    /** Fills the fields by label and presses the button. */
    async function fill(fields: Record<string, string>, button: string): Promise<void> {
      for (const [label, value] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(value);
      await page.getByRole('button', { name: button, exact: true }).click();
    }
    /** Runs `ask` and returns the code of the mail that it causes. */
    async function mailedCode(email: string, ask: () => Promise<void>): Promise<string> {
      await outboxEmpty(app);
      const earlier = (await mailbox.to(email).all()).at(-1);
      await ask();
      const { code = '' } = await mailbox.to(email).next({ after: earlier });
      return code;
    }

    /** Opens an address of the app without loading the app again. */
    async function openRoute(route: string): Promise<void> {
      await page.evaluate(`document.querySelector('main').remove(); location.hash = '#/${route}'`);
      await page.locator('main').waitFor();
    }

    const agreed = async (email: string): Promise<string[]> => {
      const { rows } = await app.sql.query('SELECT id FROM members WHERE email = $1', [email]);
      return ledgerOf(app, rows[0].id);
    };

    async function signUp(): Promise<{ loginId: string; email: string; password: string }> {
      const values = { loginId: unique.loginId(), email: unique.email(), password: unique.password() };
      await follow('New here? Sign up');
      const code = await mailedCode(values.email, async () => {
        await fill({ 'Login ID': values.loginId, 'Email address': values.email, Password: values.password }, 'Sign up');
        await sees(/Type the code/);
      });
      await fill({ Code: code }, 'Confirm');
      await sees(`Hello, ${values.loginId}`);
      return values;
    }

    it('a member signs up by mailed code, stays signed in over a reload, signs out and signs in again', async () => {
      const { loginId, email, password } = await signUp();
      expect(await agreed(email)).toEqual([]); // the box was not ticked
      await page.reload();
      await sees(`Hello, ${loginId}`);
      await sees('this device');
      await page.getByRole('button', { name: 'Log out', exact: true }).click();
      await sees('You have logged out.');
      await page.reload();
      await sees('Welcome back');
      // A visitor sees the login at an unknown address, and at that of the view for members.
      for (const route of ['toString', 'home']) {
        await openRoute(route);
        await sees('Welcome back');
      }

      await fill({ 'Login ID or email address': loginId, Password: 'not the password' }, 'Log in');
      await page.getByRole('alert').filter({ hasText: /./ }).waitFor();
      await fill({ 'Login ID or email address': loginId, Password: password }, 'Log in');
      await sees(`Hello, ${loginId}`);
      expect(complaints).toEqual([]);
    });

    it('CO-01 agrees to the documents that are ticked, and shows a refusal at the box', async () => {
      const { loginId, email, password } = unique.signUp();
      await follow('New here? Sign up');
      await page.getByRole('link', { name: 'Read' }).waitFor();
      await page.getByLabel('News by e-mail (optional)').check();
      const message = 'Please agree to this document.';
      await page.route(
        '**/api/auth/sign-up',
        (route) =>
          route.fulfill({
            ...{ status: 400, contentType: 'application/problem+json' },
            json: { code: 'consent_required', errors: [{ field: 'consents.news', code: 'required', message }] },
          }),
        { times: 1 },
      );
      await fill({ 'Login ID': loginId, 'Email address': email, Password: password }, 'Sign up');
      await page.locator('[id="consents.news-problem"]', { hasText: message }).waitFor();
      const code = await mailedCode(email, async () => {
        await press('Sign up');
        await sees(/Type the code/);
      });
      await fill({ Code: code }, 'Confirm');
      await sees(`Hello, ${loginId}`);
      expect(await agreed(email)).toEqual(['news 1 given']);
      expect(complaints).toEqual([]);
    });

    it('shows no boxes where the server declares no documents', async () => {
      await page.route('**/api/auth/consents', (route) => route.fulfill({ json: { items: [] } }));
      await follow('New here? Sign up');
      await sees('Create an account');
      expect(await page.getByRole('checkbox').count()).toBe(0);
    });

    it('shows problems beside their fields in the selected language', async () => {
      await page.getByRole('button', { name: '한국어' }).click();
      await follow('처음이신가요? 가입하기');
      await fill({ 아이디: 'A', 이메일: unique.email(), 비밀번호: unique.password() }, '가입하기');
      await page
        .locator('#loginId-problem')
        .filter({ hasText: /[가-힣]/ })
        .waitFor();
      expect(await page.locator('html').getAttribute('lang')).toBe('ko');
    });

    it('sets up an authenticator app and asks for its code at the next login', async () => {
      const { loginId, password } = await signUp();
      await openRoute('sign-up'); // a member sees the home view also at the address of another view
      await sees(`Hello, ${loginId}`);
      await page.locator('#two-factor').getByLabel('Password').fill(password);
      await page.getByRole('button', { name: 'Set up' }).click();
      const secret = (await page.locator('#secret').textContent()) ?? '';
      await fill({ Code: codeAt(secret) }, 'Confirm');
      await sees('Two-step login is on');
      // New tokens, which another tab has fetched, do not replace codes that are shown once.
      await page.evaluate(`globalThis.messages = [];
        new BroadcastChannel('munjigi:session:${app.publicUrl}').addEventListener('message', ({ data }) => messages.push(data.type));`);
      const other = await context.newPage();
      await other.goto(spa.origin);
      await page.waitForFunction("messages.includes('session')");
      expect(new URL(page.url()).hash).toBe('#/sign-up');
      expect(await page.locator('.codes li').count()).toBe(10);
      await other.close();
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByRole('button', { name: 'Log out', exact: true }).click();
      await sees('You have logged out.');
      await fill({ 'Login ID or email address': loginId, Password: password }, 'Log in');
      await sees('Two-step login');
      await fill({ Code: codeAt(secret, 1) }, 'Log in');
      await sees(`Hello, ${loginId}`);
      expect(complaints).toEqual([]);
    });

    it('IM-18 the owner of an imported account proves the address at the first login', async () => {
      const { loginId, email, password } = await signUp();
      await press('Log out');
      await sees('You have logged out.');
      await app.sql.query(
        `WITH old AS (DELETE FROM members WHERE login_id = $1 RETURNING *)
         INSERT INTO imported_claims (id, login_id, email, email_key, password_hash, locale, created_at)
         SELECT gen_random_uuid(), login_id, email, email_key, password_hash, locale, created_at FROM old`,
        [loginId],
      );
      const code = await mailedCode(email, async () => {
        await fill({ 'Login ID or email address': loginId, Password: password }, 'Log in');
        await sees(/To confirm your email address/);
      });
      await fill({ Code: code }, 'Confirm');
      await sees(`Hello, ${loginId}`);
      expect(complaints).toEqual([]);
    });

    it('a visitor signs up with an account at a provider, and logs in with it', async () => {
      const { loginId, email } = unique.signUp();
      const logIn = async (): Promise<void> => {
        await press('Log in with Kakao');
        await page.locator('input[name="account"]').fill(loginId);
        await press('Log in');
      };
      await logIn();
      await sees('Create an account');
      expect(page.url()).not.toContain('code='); // the address no longer has the answer of the provider
      const code = await mailedCode(email, async () => {
        await page.getByLabel('News by e-mail (optional)').check();
        await fill({ 'Login ID': loginId, 'Email address': email }, 'Sign up');
        await sees(/Type the code/);
      });
      await fill({ Code: code }, 'Confirm');
      await sees(`Hello, ${loginId}`);
      expect(await agreed(email)).toEqual(['news 1 given']);
      await press('Log out');
      await sees('You have logged out.');
      await logIn();
      await sees(`Hello, ${loginId}`);
      expect(complaints).toEqual([]);
    });

    it('recovers a login ID and continues to a new password', async () => {
      const { loginId, email } = await signUp();
      await page.getByRole('button', { name: 'Log out', exact: true }).click();
      await sees('You have logged out.');
      await afterCooldown(app);
      await follow('Forgot your login ID?');
      const code = await mailedCode(email, async () => fill({ 'Email address': email }, 'Send the code'));
      await fill({ Code: code }, 'Continue');
      await sees(`${loginId.slice(0, 2)}***${loginId.slice(-1)}`);
      await page.getByRole('button', { name: 'Forgot your password?' }).click();
      const password = unique.password();
      await fill({ 'New password': password }, 'Confirm');
      await sees(/The new password is set/);
      await fill({ 'Login ID or email address': loginId, Password: password }, 'Log in');
      await sees(`Hello, ${loginId}`);
    });

    it('a new password set by mailed code ends the session in another browser', async () => {
      const { loginId, email } = await signUp();
      const elsewhere = await browser.newContext({ locale: 'en-GB' });
      const signedIn = page;
      page = await elsewhere.newPage();
      await page.goto(spa.origin);
      await afterCooldown(app);
      await follow('Forgot your password?');
      const code = await mailedCode(email, async () => fill({ 'Email address': email }, 'Send the code'));
      await fill({ Code: code }, 'Continue');
      const password = unique.password();
      await fill({ 'New password': password }, 'Confirm');
      await sees(/The new password is set/);
      await fill({ 'Login ID or email address': email, Password: password }, 'Log in');
      await sees(`Hello, ${loginId}`);
      await elsewhere.close();

      page = signedIn;
      await page.reload();
      await sees('This session has been ended. Please log in again.');
    });
  });

  describe('app that leaves its forms to the built-in pages', () => {
    /** The address of the visitor in the app. No server receives its fragment. */
    const here = (): string => `${pagesExample.origin}/?order=17#/items`;
    const onPage = (name: string): Promise<void> => page.waitForURL(new RegExp(`/pages/${name}\\?`));
    const type = (field: string, value: string): Promise<void> => page.locator(field).fill(value);
    const send = (form: string): Promise<void> => page.locator(`[data-form="${form}"] [type="submit"]`).click();
    const linkIn = (mail: Mail): string => mail.links.find((link) => link.includes('#token='))!;

    async function logIn({ loginId, password }: { loginId: string; password: string }): Promise<void> {
      await onPage('login');
      await type('#identifier', loginId);
      await type('#password', password);
      await send('login');
    }

    async function isBack(loginId: string): Promise<void> {
      await page.waitForURL(here());
      await sees(`Hello, ${loginId}`);
      expect(complaints).toEqual([]);
    }

    it('a member comes back to the same place after the login, and stays signed in until the logout', async () => {
      const ada = await given.member(app);
      await visit(here());
      await sees('Log in to see your orders.');
      const refreshes: number[] = [];
      context.on('response', (response) => {
        if (response.url().endsWith('/auth/refresh') && response.request().method() === 'POST')
          refreshes.push(response.status());
      });
      await follow('Log in');
      await logIn(ada);
      await isBack(ada.loginId);
      expect(refreshes).toEqual([200]);
      await page.reload();
      await sees(`Hello, ${ada.loginId}`);

      await follow('Your account');
      await onPage('account');
      await follow('Back to the app');
      await isBack(ada.loginId);
      await press('Log out');
      await sees('Log in to see your orders.');
      await page.reload();
      await sees('Log in to see your orders.');
    });

    it('a member comes back to the app after a logout on the account page or the logout page', async () => {
      const ada = await given.member(app);
      await visit(here());
      await follow('Log in');
      await logIn(ada);
      await isBack(ada.loginId);
      await follow('Your account');
      await page.locator('[data-action="log-out"]').click();
      await page.waitForURL(here());
      await sees('Log in to see your orders.');

      await follow('Log in');
      await logIn(ada);
      await isBack(ada.loginId);
      await page.goto(`${app.publicUrl}/pages/logout?return_to=${encodeURIComponent(here())}`);
      await send('log-out');
      await page.waitForURL(here());
      await sees('Log in to see your orders.');
    });

    it('a member comes back to the app after a change of language, a demanded password change and a second factor', async () => {
      const ada = await enrol(await given.member(app));
      await app.sql.query('UPDATE members SET must_change_password = true WHERE id = $1', [ada.id]);
      await visit(here());
      await follow('Log in');
      await page.locator('[data-state="ready"]').waitFor();
      await follow('한국어');
      await page.waitForURL(/lang=ko/);
      await logIn(ada);
      await page.locator('#appCode').fill(codeAt(ada.secret, 1));
      await send('second-factor');
      await page.locator('[data-action="change-password"]').click();
      await onPage('reset-password');
      const password = unique.password();
      await type('#newPassword', password);
      await send('reset');
      await page.locator('[data-state="done"] a').click();
      await logIn({ loginId: ada.loginId, password });
      await page.locator('[data-action="use-recovery_code"]').click();
      await type('#recoveryCode', ada.recoveryCodes[0]!);
      await send('second-factor');
      await isBack(ada.loginId);
    });

    it('a visitor comes back to the app after a sign-up by code or by the link in the mail', async () => {
      for (const way of ['code', 'link']) {
        const ada = unique.signUp();
        await visit(here());
        await follow('Sign up');
        await onPage('sign-up');
        await type('#loginId', ada.loginId);
        await type('#email', ada.email);
        await type('#password', ada.password);
        await send('sign-up');
        const mail = await mailbox.to(ada.email).next();
        if (way === 'code') {
          await type('#code', mail.code!);
          await send('code');
        } else {
          page = await context.newPage(); // the mail program opens a new tab
          await page.goto(linkIn(mail));
          await send('confirm');
          await page.locator('[data-state="confirmed"] a').click();
        }
        await isBack(ada.loginId);
      }
    });

    it('a member comes back to the app after a password reset by the link in the mail and a login', async () => {
      const ada = await given.member(app);
      const earlier = (await mailbox.to(ada.email).all()).at(-1);
      await visit(here());
      await follow('Forgot your password?');
      await onPage('reset-password');
      await type('#email', ada.email);
      await send('start');
      const mail = await mailbox.to(ada.email).next({ after: earlier });
      page = await context.newPage();
      await page.goto(linkIn(mail));
      const password = unique.password();
      await type('#newPassword', password);
      await send('reset');
      await page.locator('[data-state="done"] a').click();
      await logIn({ loginId: ada.loginId, password });
      await isBack(ada.loginId);
      // The next visit to the login page does not use the earlier return address.
      await page.goto(`${app.publicUrl}/pages/login`);
      expect(await page.locator('body').getAttribute('data-next-url')).toBe('account?lang=en');
    });

    it('the login page does not lead to an address of another site, and no link of the page carries it', async () => {
      await visit(pagesExample.origin);
      for (const address of [
        'https://evil.test/',
        '//evil.test/',
        'javascript:alert(1)',
        'https://localhost@evil.test/',
      ]) {
        await page.goto(`${app.publicUrl}/pages/login?lang=en&return_to=${encodeURIComponent(address)}`);
        await page.locator('[data-state="ready"]').waitFor();
        expect(await page.locator('body').getAttribute('data-next-url')).toBe('account?lang=en');
        const links = await page.locator('a').evaluateAll((all) => all.map((link: any) => link.href));
        expect(links.filter((link) => /return_to|evil|alert/.test(link))).toEqual([]);
      }
    });
  });
});
