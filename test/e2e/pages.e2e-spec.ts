import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LINKED_PAGES, PAGE_NAMES } from '../../src/platform/config/built-in-pages.js';
import { given } from '../support/factories.js';
import { outboxEmpty } from '../support/mailbox.js';
import { TestApp } from '../support/test-app.js';

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><script>alert(1)</script></svg>';

describe('built-in pages', () => {
  let app: TestApp;
  /** A server with a product's name, colour and logo, and two of the pages. */
  let branded: TestApp;
  let folder: string;
  /** The links of mails, for the pages that a server does not have. */
  const elsewhere = Object.fromEntries(
    Object.values(LINKED_PAGES).map((name) => [name, 'https://app.example.test/mail#{token}']),
  );
  beforeAll(async () => {
    app = await TestApp.shared();
    folder = await mkdtemp(path.join(os.tmpdir(), 'munjigi-logo-'));
    const logo = path.join(folder, 'logo.svg');
    await writeFile(logo, SVG);
    const brand = { PRODUCT_NAME: 'Acme & Söhne', BRAND_COLOR: '#FFD400', BRAND_LOGO: logo };
    branded = await app.replica({ env: { ...brand, PAGES: 'login,reset-password', ...elsewhere } });
  });
  afterAll(async () => {
    await app.stop();
    await rm(folder, { recursive: true });
  });

  it('OC-05 change nothing when they are opened, and accept no other method', async () => {
    const member = await given.member(app);
    await outboxEmpty(app);
    const state = async (): Promise<unknown> => {
      const { rows } = await app.sql.query(
        `SELECT (SELECT count(*) FROM members), (SELECT count(*) FROM sessions WHERE ended_at IS NULL), (SELECT count(*) FROM sign_ups),
                (SELECT count(*) FROM security_events), (SELECT count(*) FROM outbox_messages)`,
      );
      return rows[0];
    };
    const before = await state();
    for (const page of PAGE_NAMES) {
      for (const method of ['GET', 'HEAD']) {
        const path = `/pages/${page}?lang=ko&token=${member.refreshToken}`;
        expect([page, (await app.request(method, path)).status]).toEqual([page, 200]);
      }
      expect((await app.post(`/pages/${page}`, {})).status).toBe(404);
    }
    expect(await state()).toEqual(before);
  });

  it('receive a browser that opens / or /pages at the login page; a program gets 404 there', async () => {
    for (const path of ['/', '/pages']) {
      const browser = await app.request('GET', path, { headers: { accept: 'text/html,*/*;q=0.8' } });
      expect([path, browser.status, browser.headers.location]).toEqual([path, 302, `${app.publicUrl}/pages/login`]);
      const program = await app.request('GET', path, { headers: { accept: '*/*' } });
      expect([path, program.status, program.body.code]).toEqual([path, 404, 'not_found']);
    }
    expect((await app.post('/', {})).status).toBe(404);
  });

  it('give a browser a 404 page with a link to the login at an unknown address, and a program a problem document', async () => {
    const browser = await app.request('GET', '/pages/logn?lang=ko', { headers: { accept: 'text/html,*/*;q=0.8' } });
    expect([browser.status, browser.headers['content-language']]).toEqual([404, 'ko']);
    expect(browser.text).toContain('href="login?lang&#x3D;ko"');
    expect((await app.get('/pages/logn')).body.code).toBe('not_found');
  });

  it('use the selected language, else the one of the browser', async () => {
    const language = async (query: string, accepted: string): Promise<unknown> =>
      (await app.request('GET', `/pages/login${query}`, { headers: { 'accept-language': accepted } })).headers[
        'content-language'
      ];
    expect(await language('', 'ko-KR,ko;q=0.9,en;q=0.5')).toBe('ko');
    expect(await language('', 'fr')).toBe('en');
    expect(await language('?lang=ko', 'en')).toBe('ko');
    expect(await language('?lang=<script>', 'ko')).toBe('ko');
  });

  it('load assets that browsers cache but revalidate', async () => {
    const plain = await app.request('GET', '/pages/assets/pages.css', { headers: { 'accept-encoding': 'identity' } });
    expect([plain.status, plain.headers['cache-control'], plain.headers['content-encoding']]).toEqual([
      200,
      'no-cache',
      undefined,
    ]);
    const known = { 'if-none-match': plain.headers.etag };
    const again = await app.request('GET', '/pages/assets/pages.css', { headers: known });
    expect([again.status, again.text]).toEqual([304, '']);
    const raw = await fetch(`${app.origin}/pages/assets/pages.css`, { headers: { 'accept-encoding': 'gzip' } });
    expect([raw.headers.get('content-encoding'), await raw.text()]).toEqual(['gzip', plain.text]);
    expect((await app.get('/pages/assets/logo')).status).toBe(404); // none is configured
  });

  it('AC-40 include the console, whose page and scripts are public and hold no data', async () => {
    const page = await app.request('GET', '/pages/admin?lang=ko', { headers: { 'accept-language': 'en' } });
    expect([page.status, page.headers['content-language'], page.headers['cache-control']]).toEqual([
      200,
      'ko',
      'no-store',
    ]);
    expect(page.headers['content-security-policy']).toContain("script-src 'self';");
    const script = await app.get('/pages/assets/admin/console.js').expect(200);
    expect(script.headers['content-type']).toMatch(/^text\/javascript/);
    const known = { 'if-none-match': script.headers.etag };
    expect((await app.request('GET', '/pages/assets/admin/console.js', { headers: known })).status).toBe(304);
    for (const path of ['assets/admin/..%2fpages.css', 'assets/admin/none.js', 'admin/members'])
      expect([path, (await app.get(`/pages/${path}`)).status]).toEqual([path, 404]);
    expect((await app.post('/pages/admin', {})).status).toBe(404);
    expect((await app.get('/pages/login')).text).toContain(' data-console');
  });

  it('show the configured product name, colour and logo', async () => {
    const { text } = await branded.get('/pages/login').expect(200);
    expect(text).toContain('<img src="assets/logo" alt="" height="28"><span>Acme &amp; Söhne</span>');
    const { text: css } = await branded.get('/pages/assets/brand.css').expect(200);
    expect(css).toContain('--accent: #ffd400; --on-accent: #000000;');
    // An SVG that is opened directly is a document; the sandbox disables its scripts and its
    // origin.
    const logo = await branded.get('/pages/assets/logo').expect(200);
    expect([logo.text, logo.headers['content-type']]).toEqual([SVG, 'image/svg+xml']);
    expect(logo.headers['content-security-policy']).toMatch(/default-src 'none'.*sandbox/);
  });

  it('are not found when they are disabled', async () => {
    const without = await app.replica({ env: { PAGES: 'none', ADMIN_CONSOLE: 'false', ...elsewhere } });
    for (const page of [...PAGE_NAMES, 'admin', 'assets/admin/console.js'])
      expect([page, (await without.get(`/pages/${page}`)).status]).toEqual([page, 404]);
    const opened = await without.request('GET', '/pages/login', { headers: { accept: 'text/html' } });
    expect(opened.body.code).toBe('not_found');
    expect((await branded.get('/pages/login')).status).toBe(200);
    expect((await branded.get('/pages/account')).status).toBe(404);
  });
});
