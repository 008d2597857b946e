import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { PROJECT_ROOT } from '../../dev/project.js';
import { describeInBrowser, launchBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { given, type GivenMember } from '../support/factories.js';
import { mailbox, outboxEmpty } from '../support/mailbox.js';
import { type StaticSite, serveFolder } from '../support/static-site.js';
import { TestApp } from '../support/test-app.js';
import { IS_LONG } from '../support/test-length.js';
import { VirtualAuthenticator } from '../support/virtual-authenticator.js';

const HOUR_MS = 3_600_000;
const REFRESH = '**/api/auth/refresh';

/**
 * The test page with the built client and its recorded events. Code in strings runs in the page.
 */
const pageFor = (transport: string, more = ''): string => `<!doctype html><title>tab</title><script type="module">
  import { MunjigiClient } from './index.js';
  const baseUrl = new URLSearchParams(location.search).get('api');
  window.client = new MunjigiClient({ baseUrl, transport: '${transport}'${more} });
  window.ended = [];
  window.client.on('sessionEnded', (event) => window.ended.push(event));
  window.ready = true;
</script>`;

/** Packs the client as for a registry, and unpacks the tarball. */
async function unpackClient(folder: string): Promise<void> {
  const run = promisify(execFile);
  await run('npm', ['pack', './client', '--pack-destination', folder], { cwd: PROJECT_ROOT });
  const { version } = JSON.parse(await readFile(path.join(PROJECT_ROOT, 'package.json'), 'utf8')) as {
    version: string;
  };
  await run('tar', ['-xzf', `munjigi-client-${version}.tgz`], { cwd: folder });
}

/** The same address by the name of the host: passkeys belong to a domain, not to an IP address. */
const byName = (origin: string): string => origin.replace('127.0.0.1', 'localhost');

describeInBrowser('the client in a browser', () => {
  let folder: string;
  let site: StaticSite;
  let app: TestApp;
  let browser: Browser;
  let context: BrowserContext | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'munjigi-client-'));
    await unpackClient(folder);
    const dist = path.join(folder, 'package', 'dist');
    site = await serveFolder(dist, {
      '/body.html': pageFor('body'),
      '/cookie.html': pageFor('cookie'),
      '/bound-cookie.html': pageFor('cookie', ", binding: 'refresh'"),
      '/unbound-body.html': pageFor('body', ", binding: 'none'"),
    });
    app = await TestApp.start({ env: { CORS_ORIGINS: `${site.origin},${byName(site.origin)}` } });
    browser = await launchBrowser();
  });
  afterEach(() => context?.close());
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    await site?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Opens tabs of one browser and logs in in the first one. */
  async function tabs(transport: string, count: number, before?: (context: BrowserContext) => Promise<unknown>) {
    const member = await given.member(app);
    context = await browser.newContext();
    await before?.(context);
    const pages: Page[] = [];
    for (let i = 0; i < count; i++) {
      const page = await context.newPage();
      await page.goto(`${site.origin}/${transport}.html?api=${app.origin}`);
      await page.waitForFunction('window.ready');
      await page.evaluate('client.currentSession().then(() => undefined)'); // has asked for a session in the cookie
      pages.push(page);
    }
    const refreshes: string[] = [];
    context.on('response', (response) => {
      if (response.request().method() === 'POST' && response.url().endsWith('/api/auth/refresh'))
        void response.json().then(
          // The clock of the pages is moved, so the first proof is refused; the repeat counts.
          ({ outcome, code }) => code === 'proof_stale' || refreshes.push(outcome ?? code),
          () => refreshes.push('lost'),
        );
    });
    const credentials = JSON.stringify({ identifier: member.loginId, password: member.password });
    await pages[0]!.evaluate(`client.logIn(${credentials}).then(() => undefined)`);
    for (const page of pages)
      await page.waitForFunction('client.currentSession().then((session) => session !== undefined)');
    return { member, pages, refreshes, context };
  }

  /** Advances the clock of the pages by an hour, so that their access tokens have expired. */
  const anHourLater = (pages: Page[]) =>
    Promise.all(
      pages.map((page) => page.evaluate(`{ const now = Date.now; Date.now = () => now() + ${HOUR_MS}; undefined }`)),
    );
  /** Sends calls at the same time and returns the login IDs of their responses. */
  const calls = (page: Page, count: number): Promise<string[]> =>
    page.evaluate(
      `Promise.all(Array.from({ length: ${count} }, () => client.me.get())).then((all) => [...new Set(all.map(({ loginId }) => loginId))])`,
    );
  const endedIn = (page: Page): Promise<{ reason: string; inThisTab: boolean }[]> => page.evaluate('window.ended');

  async function expectSignedIn(pages: Page[], member: GivenMember): Promise<void> {
    for (const page of pages) {
      expect(await endedIn(page)).toEqual([]);
      expect(await calls(page, 1)).toEqual([member.loginId]);
    }
  }

  describe.each(['body', 'cookie'])('with the refresh token in the %s', (transport) => {
    it('handles a hundred parallel calls with an expired token by one refresh', async () => {
      const { member, pages, refreshes } = await tabs(transport, 1);
      await anHourLater(pages);
      expect(await calls(pages[0]!, 100)).toEqual([member.loginId]);
      expect(refreshes).toEqual(['rotated']);
    });

    it('refreshes once for three tabs at the same moment', async () => {
      const { member, pages, refreshes } = await tabs(transport, 3);
      await anHourLater(pages);
      expect(await Promise.all(pages.map((page) => calls(page, 10)))).toEqual(Array(3).fill([member.loginId]));
      expect(refreshes).toEqual(['rotated']);
      await expectSignedIn(pages, member);
    });

    it('stays signed in when three tabs refresh at once without Web Locks and BroadcastChannel', async () => {
      const { member, pages, refreshes } = await tabs(transport, 3, (fresh) =>
        fresh.addInitScript(
          `Object.defineProperty(Navigator.prototype, 'locks', { value: undefined }); delete globalThis.BroadcastChannel;`,
        ),
      );
      await anHourLater(pages);
      expect(await Promise.all(pages.map((page) => calls(page, 10)))).toEqual(Array(3).fill([member.loginId]));
      for (const outcome of refreshes) expect(['rotated', 'replayed']).toContain(outcome);
      await expectSignedIn(pages, member);
    });

    it('stays signed in after a reload and in a new tab', async () => {
      const { member, pages, context: opened } = await tabs(transport, 1);
      await pages[0]!.reload();
      const later = await opened.newPage();
      await later.goto(`${site.origin}/${transport}.html?api=${app.origin}`);
      await Promise.all([pages[0]!, later].map((page) => page.waitForFunction('window.ready')));
      await expectSignedIn([pages[0]!, later], member);
    });

    it('survives a lost response to a refresh', async () => {
      const { member, pages, refreshes, context: opened } = await tabs(transport, 2);
      await anHourLater(pages);
      let lost = 0;
      await opened.route(REFRESH, async (route) => {
        if (route.request().method() !== 'POST' || lost > 0) return route.continue();
        lost++;
        await route.fetch(); // the server rotates the token, and the response is lost
        return route.abort('connectionreset');
      });
      expect(await Promise.all(pages.map((page) => calls(page, 10)))).toEqual(Array(2).fill([member.loginId]));
      expect(lost).toBe(1);
      expect(refreshes.at(-1)).toMatch(/^(rotated|replayed)$/);
      await expectSignedIn(pages, member);
    });

    it('reports once per tab that the session was ended on another device', async () => {
      const { member, pages, refreshes } = await tabs(transport, 3);
      await app.delete('/api/auth/sessions', undefined, member.accessToken).expect(204);
      const outcomes: string[] = await pages[1]!.evaluate(
        `Promise.all(Array.from({ length: 20 }, () => client.me.get().then(() => 'answered', ({ code, name }) => code ?? name)))`,
      );
      expect([...new Set(outcomes)].filter((one) => one !== 'session_ended' && one !== 'SignedOutError')).toEqual([]);
      for (const page of pages)
        await eventually('the end', async () => ((await endedIn(page)).length > 0 ? true : undefined));
      const ends = await Promise.all(pages.map(endedIn));
      expect(ends.map((events) => events.map(({ reason, inThisTab }) => [reason, inThisTab]))).toEqual([
        [['ended', false]],
        [['ended', true]],
        [['ended', false]],
      ]);
      expect(refreshes).toEqual(['session_ended']);
    });

    it('signs out in all tabs and leaves no usable credential behind', async () => {
      const { pages, context: opened } = await tabs(transport, 2);
      await pages[1]!.evaluate('client.logOut()');
      await eventually('the end', async () => ((await endedIn(pages[0]!)).length > 0 ? true : undefined));
      expect(await endedIn(pages[0]!)).toEqual([expect.objectContaining({ reason: 'logged-out', inThisTab: false })]);
      // The storage of one tab reaches the process of another a moment later.
      await eventually('no credential in the storage', async () =>
        /refreshToken|munjigi-refresh/.test(JSON.stringify(await opened.storageState())) ? undefined : true,
      );
    });
  });

  describe.each(['body', 'bound-cookie'])('with a key (%s)', (page) => {
    it('RB-06 binds the session to a key that scripts cannot take, for all tabs', async () => {
      const { member, pages, refreshes } = await tabs(page, 2);
      const [current] = await pages[1]!.evaluate<{ bound: boolean; current: boolean }[]>(
        'client.sessions.list().then((sessions) => sessions.filter((session) => session.current))',
      );
      expect(current).toMatchObject({ bound: true });
      const exported = await pages[0]!.evaluate(`new Promise((resolve) => {
        const opening = indexedDB.open('munjigi');
        opening.onsuccess = () => {
          const reading = opening.result.transaction('keys').objectStore('keys').getAll();
          reading.onsuccess = () => resolve(Promise.all(reading.result.map(({ privateKey }) =>
            crypto.subtle.exportKey('jwk', privateKey).then(() => 'exported', ({ name }) => name))));
        };
      })`);
      expect(exported).toEqual(['InvalidAccessError']);
      await anHourLater(pages);
      expect(await calls(pages[1]!, 10)).toEqual([member.loginId]);
      await expectSignedIn(pages, member);
      expect(refreshes.at(-1)).toBe('rotated');
    });

    it('RB-03 reports that the key is lost, once the browser has dropped it', async () => {
      const { pages } = await tabs(page, 1);
      await pages[0]!.evaluate(`new Promise((resolve) => (indexedDB.deleteDatabase('munjigi').onsuccess = resolve))`);
      await pages[0]!.reload();
      await pages[0]!.waitForFunction('window.ready');
      await anHourLater(pages);
      const outcome = 'client.me.get().then(() => undefined, ({ code }) => code)';
      expect(await pages[0]!.evaluate(outcome)).toBe('proof_required');
      expect(await endedIn(pages[0]!)).toEqual([expect.objectContaining({ reason: 'key-lost' })]);
    });
  });

  // The short form has both transports, once with a key and once without.
  it.each(IS_LONG ? ['body', 'bound-cookie', 'unbound-body', 'cookie'] : ['body', 'cookie'])(
    'RB-01 survives a tab that is killed before the answer, days without network, and one more loss (%s)',
    async (page) => {
      const { member, pages, context: opened } = await tabs(page, 1);
      const mails = await mailbox.count(member.email, app);
      let tab = pages[0]!;
      for (let round = 1; round <= 2; round += 1) {
        await anHourLater([tab]);
        const committed = new Promise<void>((resolve) => {
          void opened.route(REFRESH, async (route) => {
            if (route.request().method() !== 'POST') return route.continue();
            await route.fetch(); // the server rotates the token, and the tab dies before the answer
            resolve();
          });
        });
        void tab.evaluate('client.me.get().catch(() => undefined)').catch(() => undefined);
        await committed;
        await tab.close();
        await opened.unroute(REFRESH);
        await app.sql.query(`UPDATE sessions SET rotated_at = rotated_at - interval '3 days' WHERE member_id = $1`, [
          member.id,
        ]);
        tab = await opened.newPage();
        await tab.goto(`${site.origin}/${page}.html?api=${app.origin}`);
        await tab.waitForFunction('window.ready');
        if (page.endsWith('body')) await anHourLater([tab]); // the access token from before the loss has expired
        await opened.setOffline(true);
        const offline = 'client.me.get().then(() => undefined, ({ name }) => name)';
        expect(await tab.evaluate(offline)).toBe('NetworkError');
        await opened.setOffline(false);
        await expectSignedIn([tab], member);
      }
      await outboxEmpty(app);
      expect(await mailbox.to(member.email).all()).toHaveLength(mails);
    },
  );

  it('RB-06 binds neither a cookie session of a page on another origin nor a session in a browser without WebCrypto', async () => {
    const isBound = 'client.sessions.list().then((all) => all.some(({ bound }) => bound))';
    const { pages } = await tabs('cookie', 1);
    expect(await pages[0]!.evaluate(isBound)).toBe(false);
    await pages[0]!.context().close();
    const plain = await tabs('body', 1, (fresh) =>
      fresh.addInitScript('delete globalThis.indexedDB; delete Crypto.prototype.subtle'),
    );
    expect(await plain.pages[0]!.evaluate(isBound)).toBe(false);
  });

  it('hides the refresh token from scripts with cookie transport', async () => {
    const { pages } = await tabs('cookie', 1);
    const seen = await pages[0]!.evaluate('document.cookie + JSON.stringify(localStorage)');
    expect(seen).toContain('sessionId');
    expect(seen).not.toMatch(/eyJ|refreshToken|accessToken/);
  });

  it('finds the session of a cookie by one refresh, when two tabs open at the same moment', async () => {
    const { member, pages, context: opened, refreshes } = await tabs('cookie', 1);
    await pages[0]!.evaluate('localStorage.clear()'); // as if the built-in pages had opened the session
    await pages[0]!.close();
    const later = await Promise.all([opened.newPage(), opened.newPage()]);
    const address = `${site.origin}/cookie.html?api=${app.origin}`;
    await Promise.all(later.map((page) => page.goto(address)));
    for (const page of later)
      await page.waitForFunction('client.currentSession().then((session) => session !== undefined)');
    expect(refreshes).toEqual(['rotated']);
    await expectSignedIn(later, member);
  });

  it('registers a passkey, and logs in with it as the second factor, alone and by autofill', async () => {
    const ada = await given.member(app);
    context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${byName(site.origin)}/cookie.html?api=${byName(app.origin)}`);
    const device = await VirtualAuthenticator.plugInto(page);
    await page.waitForFunction('window.ready');
    const logIn = `client.logIn(${JSON.stringify({ identifier: ada.loginId, password: ada.password })})`;
    const run = (code: string): Promise<any> => page.evaluate(`(async () => { ${code} })()`);
    const password = JSON.stringify({ password: ada.password });
    const added = await run(`
      await ${logIn};
      if (!client.passkeys.isSupported()) throw new Error('no passkeys');
      const { passkey, recoveryCodes } = await client.passkeys.register({ ...${password}, name: 'Laptop' });
      const refused = await client.passkeys.register(${password}).catch(({ code }) => code);
      await client.passkeys.reauthenticate(${password});
      const again = await client.passkeys.register(${password}).catch(({ reason }) => reason);
      const [listed] = await client.passkeys.list();
      await client.logOut();
      return { passkey, recoveryCodes, refused, again, listed };`);
    expect(added).toMatchObject({
      passkey: { name: 'Laptop' },
      again: 'already_registered',
      listed: { id: added.passkey.id },
    });
    expect(added.refused).toBe('factor_proof_required');
    expect(added.recoveryCodes).toHaveLength(10);
    const outcomes = await run(`
      const { mfaToken } = await ${logIn};
      const second = await client.logInSecondFactorPasskey({ mfaToken });
      const { loginId } = await client.me.get();
      await client.logOut();
      const autofill = await client.logInWithPasskeyAutofill();
      await client.logOut();
      const alone = await client.logInWithPasskey();
      await client.passkeys.rename('${added.passkey.id}', { name: null });
      const [renamed] = await client.passkeys.list();
      await client.reauthenticate(${password});
      await client.passkeys.remove('${added.passkey.id}', ${password});
      const left = await client.passkeys.list();
      return { second: second.status, loginId, alone: alone.status, autofill: autofill.status, renamed, left };`);
    expect(outcomes).toEqual({
      second: 'authenticated',
      loginId: ada.loginId,
      alone: 'authenticated',
      autofill: 'authenticated',
      renamed: expect.objectContaining({ name: null }),
      left: [],
    });
    expect(await device.passkeys()).toEqual([]); // AC-71: the client reported the removal
  });
});
