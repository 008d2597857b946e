import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { freePort } from '../../dev/free-port.js';
import { describeInBrowser, launchBrowser } from '../support/browser.js';
import { given } from '../support/factories.js';
import { confirmCode } from '../support/second-factor.js';
import { TestApp } from '../support/test-app.js';
import { VirtualAuthenticator } from '../support/virtual-authenticator.js';

/**
 * The service has a fixed origin, and the browser shows a page of it: a browser makes passkeys only for
 * the domain of the page that it shows.
 */
describeInBrowser('passkeys of a real browser', () => {
  let app: TestApp;
  let browser: Browser;
  let page: Page;
  let origin: string;
  beforeAll(async () => {
    const port = String(await freePort());
    origin = `http://localhost:${port}`;
    app = await TestApp.start({ env: { PORT: port, PUBLIC_URL: origin } });
    browser = await launchBrowser();
    page = await browser.newPage();
    // This page of the service's own origin shows a JSON answer. Its content policy does not prevent
    // passkeys, and it has no script of its own.
    await page.goto(`${origin}/health/live`);
    await VirtualAuthenticator.plugInto(page);
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  });

  /**
   * Lets the browser make or use a passkey, as a web app does.
   * @returns the credential, to be sent to the server
   */
  const ceremony = (kind: 'create' | 'get', publicKey: object): Promise<object> =>
    page.evaluate(
      async ([kind, publicKey]) => {
        const { PublicKeyCredential: Credential, navigator } = globalThis as any;
        const options =
          kind === 'create'
            ? Credential.parseCreationOptionsFromJSON(publicKey)
            : Credential.parseRequestOptionsFromJSON(publicKey);
        const credential: any = await navigator.credentials[kind]({ publicKey: options });
        return credential.toJSON();
      },
      [kind, publicKey] as const,
    );

  it('a member creates a passkey and uses it as second factor and without a password', async () => {
    const ada = await given.member(app);
    const { body: creation } = await ada.client
      .post('/api/members/me/passkeys/options', { password: ada.password }, ada.accessToken)
      .expect(200);
    const made = await ceremony('create', creation.publicKey);
    const { body: added } = await ada.client
      .post('/api/members/me/passkeys', { credential: made, name: 'Chromium' }, ada.accessToken)
      .expect(201);
    expect(added.passkey).toMatchObject({ name: 'Chromium', transports: ['internal'] });
    expect(added.recoveryCodes).toHaveLength(10);

    const { body: first } = await ada.client
      .post('/api/auth/login', { identifier: ada.loginId, password: ada.password })
      .expect(200);
    expect(first.methods).toEqual(['passkey', 'recovery_code']);
    const { mfaToken } = first;
    const { body: asked } = await ada.client.post('/api/auth/login/mfa/passkey/options', { mfaToken }).expect(200);
    const second = await ceremony('get', asked.publicKey);
    const { body: tokens } = await ada.client
      .post('/api/auth/login/mfa/passkey', { mfaToken, credential: second })
      .expect(200);
    expect(tokens.status).toBe('authenticated');

    const { body: begun } = await ada.client.post('/api/auth/login/passkey/options').expect(200);
    const alone = await ceremony('get', begun.publicKey);
    const { body: session } = await ada.client.post('/api/auth/login/passkey', { credential: alone }).expect(200);
    expect((await ada.client.get('/api/members/me', session.accessToken).expect(200)).body.id).toBe(ada.id);
    const again = await ada.client.post('/api/auth/login/passkey', { credential: alone });
    expect([again.status, again.body.code]).toEqual([400, 'passkey_invalid']);
  });

  it('a passkey is not created twice on one device, nor for another service', async () => {
    const ada = await given.member(app);
    const begin = async () =>
      (
        await ada.client
          .post('/api/members/me/passkeys/options', { password: ada.password }, ada.accessToken)
          .expect(200)
      ).body.publicKey;
    const credential = await ceremony('create', await begin());
    const { body: added } = await ada.client
      .post('/api/members/me/passkeys', { credential }, ada.accessToken)
      .expect(201);
    await confirmCode(ada, added.recoveryCodes[0]);
    await expect(ceremony('create', await begin())).rejects.toThrow('InvalidStateError');
    const elsewhere = { ...(await begin()), excludeCredentials: [], rp: { id: 'example.com', name: 'Elsewhere' } };
    await expect(ceremony('create', elsewhere)).rejects.toThrow('SecurityError');
  });
});
