import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { PROJECT_ROOT } from '../../dev/project.js';
import { describeInBrowser, findChromium } from '../support/browser.js';
import { unique } from '../support/factories.js';
import { mailbox, outboxEmpty } from '../support/mailbox.js';
import { afterCooldown } from '../support/recovery.js';
import { type StaticSite, serveFolder } from '../support/static-site.js';
import { TestApp } from '../support/test-app.js';
import { codeAt } from '../support/second-factor.js';

describeInBrowser('the example app', () => {
  let folder: string;
  let site: StaticSite;
  let app: TestApp;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'munjigi-spa-'));
    site = await serveFolder(folder);
    app = await TestApp.start({ env: { CORS_ORIGINS: site.origin } });
    const vite = path.join(PROJECT_ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
    const config = path.join(PROJECT_ROOT, 'examples', 'spa', 'vite.config.js');
    await promisify(execFile)(
      process.execPath,
      [vite, 'build', '--config', config, '--outDir', folder, '--emptyOutDir', '--logLevel', 'warn'],
      { cwd: PROJECT_ROOT, env: { ...process.env, VITE_MUNJIGI_URL: app.origin } },
    );
    browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    await site?.close();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    await context?.close();
    context = await browser.newContext({ locale: 'en-GB' });
    page = await context.newPage();
    complaints.splice(0);
    page.on('pageerror', ({ message }) => complaints.push(message));
    await page.goto(site.origin);
  });

  /** Fills the fields by label and presses the button. */
  async function fill(fields: Record<string, string>, button: string): Promise<void> {
    for (const [label, value] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(value);
    await page.getByRole('button', { name: button, exact: true }).click();
  }
  const sees = (text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor();
  const follow = (name: string): Promise<void> => page.getByRole('link', { name }).click();

  /** Runs `ask` and returns the code of the mail that it causes. */
  async function mailedCode(email: string, ask: () => Promise<void>): Promise<string> {
    await outboxEmpty(app);
    const earlier = (await mailbox.to(email).all()).at(-1);
    await ask();
    const { code = '' } = await mailbox.to(email).next({ after: earlier });
    return code;
  }

  async function signUp(): Promise<{ loginId: string; email: string; password: string }> {
    const values = { loginId: unique.loginId(), email: unique.email(), password: unique.password() };
    await follow('New here? Sign up');
    const code = await mailedCode(values.email, async () => {
      await fill({ 'Login ID': values.loginId, 'E-mail': values.email, Password: values.password }, 'Sign up');
      await sees(/Type the code/);
    });
    await fill({ Code: code }, 'Confirm');
    await sees(`Hello, ${values.loginId}`);
    return values;
  }

  it('a member signs up by mailed code, stays signed in over a reload, signs out and signs in again', async () => {
    const { loginId, password } = await signUp();
    await page.reload();
    await sees(`Hello, ${loginId}`);
    await sees('this device');
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await sees('You have signed out.');
    await page.reload();
    await sees('Welcome back');

    await fill({ 'Login ID or e-mail': loginId, Password: 'not the password' }, 'Log in');
    await page.getByRole('alert').filter({ hasText: /./ }).waitFor();
    await fill({ 'Login ID or e-mail': loginId, Password: password }, 'Log in');
    await sees(`Hello, ${loginId}`);
    expect(complaints).toEqual([]);
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
    await page.locator('#two-factor').getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Set up' }).click();
    const secret = (await page.locator('#secret').textContent()) ?? '';
    await fill({ Code: codeAt(secret) }, 'Confirm');
    await sees('Two-step login is on');
    expect(await page.locator('.codes li').count()).toBe(10);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await sees('You have signed out.');
    await fill({ 'Login ID or e-mail': loginId, Password: password }, 'Log in');
    await sees('Second factor');
    await fill({ Code: codeAt(secret, 1) }, 'Log in');
    await sees(`Hello, ${loginId}`);
    expect(complaints).toEqual([]);
  });

  it('recovers a login ID and continues to a new password', async () => {
    const { loginId, email } = await signUp();
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await sees('You have signed out.');
    await afterCooldown(app);
    await follow('Forgot your login ID?');
    const code = await mailedCode(email, async () => fill({ 'E-mail': email }, 'Send the code'));
    await fill({ Code: code }, 'Continue');
    await sees(`${loginId.slice(0, 2)}***${loginId.slice(-1)}`);
    await page.getByRole('button', { name: 'Forgot your password?' }).click();
    const password = unique.password();
    await fill({ 'New password': password }, 'Confirm');
    await sees(/The new password is set/);
    await fill({ 'Login ID or e-mail': loginId, Password: password }, 'Log in');
    await sees(`Hello, ${loginId}`);
  });

  it('a new password set by mailed code ends the session of another tab', async () => {
    const { loginId, email } = await signUp();
    const elsewhere = await browser.newContext({ locale: 'en-GB' });
    const signedIn = page;
    page = await elsewhere.newPage();
    await page.goto(site.origin);
    await afterCooldown(app);
    await follow('Forgot your password?');
    const code = await mailedCode(email, async () => fill({ 'E-mail': email }, 'Send the code'));
    await fill({ Code: code }, 'Continue');
    const password = unique.password();
    await fill({ 'New password': password }, 'Confirm');
    await sees(/The new password is set/);
    await fill({ 'Login ID or e-mail': email, Password: password }, 'Log in');
    await sees(`Hello, ${loginId}`);
    await elsewhere.close();

    page = signedIn;
    await page.reload();
    await sees('This session has been ended. Please log in again.');
  });
});
