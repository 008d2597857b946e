import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { describeInBrowser, launchBrowser } from '../support/browser.js';
import { unique } from '../support/factories.js';
import { mailbox } from '../support/mailbox.js';
import { TestApp } from '../support/test-app.js';

describeInBrowser('Swagger UI as a workbench', () => {
  let app: TestApp;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    app = await TestApp.shared();
    browser = await launchBrowser();
    page = await browser.newPage();
    await page.goto(`${app.origin}/docs`);
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  });

  /**
   * Opens an operation, fills in what differs from its example, presses Execute and reads the
   * answer.
   */
  async function execute(operationId: string, changes?: object): Promise<{ status: number; body: any; sent: any }> {
    const operation = page.locator(`.opblock[id$="-${operationId}"]`);
    await operation.locator('.opblock-summary-control').click();
    const editor = operation.locator('textarea.body-param__text');
    if (changes) await editor.fill(JSON.stringify({ ...JSON.parse(await editor.inputValue()), ...changes }));
    const answered = page.waitForResponse((response) => response.url().includes('/api/'));
    await operation.getByRole('button', { name: 'Execute' }).click();
    const response = await answered;
    await operation.locator('.live-responses-table').waitFor();
    await operation.locator('.opblock-summary-control').click();
    return {
      status: response.status(),
      body: await response.json(),
      sent: JSON.parse(response.request().postData() ?? 'null'),
    };
  }

  it('Swagger UI walks the whole journey with its examples, the mailed code and earlier responses', async () => {
    expect((await execute('meGet')).status).toBe(401);
    const { email, loginId } = unique.signUp(); // other tests on this server use those of the example
    const signUp = await execute('signUpRequest', { email, loginId });
    expect(signUp.status).toBe(202);
    const { code } = await mailbox.to(signUp.sent.email).next();
    const confirmed = await execute('signUpConfirmCode', { signUpId: signUp.body.signUpId, code, loginId });
    expect(confirmed.status).toBe(200);
    expect(await execute('meGet')).toMatchObject({ status: 200, body: { email: signUp.sent.email } });
    expect(await execute('refreshTokens')).toMatchObject({ status: 200, body: { outcome: 'rotated' } });
    expect((await execute('sessionsList')).body.items).toHaveLength(1);
  });

  it('the filter box finds operations by their summary and their path', async () => {
    const shown = async (phrase: string): Promise<string[]> => {
      await page.locator('.operation-filter-input').fill(phrase);
      return page.locator('.opblock .opblock-summary-path').allInnerTexts();
    };
    const all = (await shown('')).length;
    expect(await shown('recovery codes')).toEqual([expect.stringContaining('recovery')]);
    const sessions = await shown('auth/SESSIONS');
    expect(sessions.length).toBeGreaterThan(1);
    expect(sessions.length).toBeLessThan(all);
    const admin = await shown('administration'); // the name of a group
    expect(admin.length).toBeGreaterThan(1);
    expect(admin.filter((path) => !path.includes('admin'))).toEqual([]);
    expect(await page.locator('.operation-filter-input').getAttribute('placeholder')).toMatch(/operation/);
    await shown('');
  });

  it('an opened operation fits a screen: its refusals are one folded table', async () => {
    await page.setViewportSize({ width: 1280, height: 900 });
    const operation = page.locator('.opblock[id$="-logIn"]');
    await operation.locator('.opblock-summary-control').click();
    const errors = operation.locator('details.errors');
    await errors.waitFor();
    expect((await operation.boundingBox())!.height).toBeLessThanOrEqual(900);
    expect(
      await operation.locator('tr.response').evaluateAll((rows) => rows.map((row: any) => row.dataset.code)),
    ).toEqual(['200']);
    await errors.locator('summary').click();
    expect(await errors.locator('tr').allInnerTexts()).toContainEqual(
      expect.stringMatching(/^401\s+invalid_credentials\s+Login refused$/),
    );
  });
});
