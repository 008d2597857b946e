import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MAIL_TEMPLATE_NAMES } from '../../src/mail/templates/mail-template-fields.js';
import { munjigi } from '../support/command-line.js';
import { unique } from '../support/factories.js';
import { Mailbox } from '../support/mailbox.js';
import { JAPANESE } from '../support/language-pack.js';
import { TestApp } from '../support/test-app.js';

const PRODUCTION = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://accounts.example.test',
  SMTP_REQUIRE_TLS: 'false',
};

describe('mail texts and their preview', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'mail-texts-'));
  let app: TestApp;
  const write = (name: string, text: string): void => {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), text);
  };
  beforeAll(async () => {
    for (const [name, text] of Object.entries(JAPANESE)) write(`ja/${name}`, text);
    write('ko/sign-up.subject.hbs', '{{productName}}에 오신 것을 환영합니다');
    app = await TestApp.start({ env: { NODE_ENV: 'development', MAIL_TEMPLATES_DIR: directory } });
  });
  afterAll(async () => {
    await app.stop();
    rmSync(directory, { recursive: true });
  });

  it('AC-60 the preview shows every mail in every language, as HTML and as text', async () => {
    const { text: list } = await app.get('/dev/mails').expect(200);
    for (const template of MAIL_TEMPLATE_NAMES) {
      for (const locale of ['en', 'ko', 'ja']) {
        expect(list).toContain(`src="mails/${template}/${locale}/html"`);
        const html = await app.get(`/dev/mails/${template}/${locale}/html`).expect(200);
        const language = locale === 'ja' && template !== 'sign-up' ? 'en' : locale;
        expect(html.text).toContain(`<html lang="${language}"`);
        expect(html.headers['content-security-policy']).toContain("default-src 'none'");
        const text = await app.get(`/dev/mails/${template}/${locale}/text`).expect(200);
        expect(text.headers['content-type']).toBe('text/plain; charset=utf-8');
        expect(text.text).toMatch(
          locale === 'ko' && template === 'sign-up' ? /^Subject: Munjigi에 오신/ : /^Subject: \[Munjigi\] /,
        );
      }
    }
  });

  it('answers 404 for an unknown template, language or part', async () => {
    for (const place of ['_layout/en/html', 'sign-up/fr/html', 'sign-up/en/subject', '..%2f..%2fmain/en/html'])
      expect([place, (await app.get(`/dev/mails/${place}`)).status]).toEqual([place, 404]);
  });

  it.each([['production'], ['test']])('the preview does not exist with NODE_ENV=%s', async (mode) => {
    const env = { ...PRODUCTION, MAIL_TEMPLATES_DIR: '', ADMIN_CONSOLE: 'false' };
    const other = mode === 'test' ? await TestApp.shared() : await app.replica({ env });
    const places = ['/dev/mails', '/dev/mails/sign-up/en/html'];
    if (mode !== 'test') places.push('/pages/admin/mails/sign-up/en/html'); // the shared server has the console
    for (const place of places) {
      const { status, body } = await other.get(place);
      expect([place, status, body.code]).toEqual([place, 404, 'not_found']);
    }
    await other.stop(); // the replica would send mails of later tests without the operator's texts
  });

  it('AC-63 the console gets single mails in frames that run nothing, without a session and without a way to the list', async () => {
    const { headers, text } = await app.get('/pages/admin/mails/sign-up/ja/html').expect(200);
    expect(text).toContain('048213'); // the code of the samples
    expect(headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'self'/);
    expect(headers['x-frame-options']).toBe('SAMEORIGIN');
    expect((await app.get('/pages/admin/mails/sign-up/ja/text')).text).toMatch(/^Subject: /);
    for (const place of ['', '/sign-up/fr/html', '/sign-up/ja/subject', '/_layout/en/html'])
      expect([place, (await app.get(`/pages/admin/mails${place}`)).status]).toEqual([place, 404]);
    expect((await app.get('/pages/admin')).headers['content-security-policy']).toMatch(/frame-src 'self'$/);
    expect((await app.get('/pages/login')).headers['content-security-policy']).not.toContain('frame-src');
  });

  it('AC-62 a member signs up, and is mailed, in a language that the operator added', async () => {
    const visitor = app.client({ headers: { 'accept-language': 'ja-JP,ja;q=0.9,en;q=0.5' } });
    const values = unique.signUp();
    const { body: claim } = await visitor.post('/api/auth/sign-up', values).expect(202);
    const mail = await new Mailbox().to(values.email).next();
    expect([mail.subject, mail.text]).toEqual(['[Munjigi] ご登録の確認', expect.stringContaining('(日本時間)')]);
    const confirmation = { signUpId: claim.signUpId, code: mail.code };
    const { body: session } = await visitor.post('/api/auth/sign-up/confirm-code', confirmation).expect(200);
    const change = (locale: string) => visitor.patch('/api/members/me', { locale }, session.accessToken);
    expect((await visitor.get('/api/members/me', session.accessToken)).body.locale).toBe('ja');
    expect((await change('ko')).body.locale).toBe('ko');
    expect((await change('ja')).body.locale).toBe('ja');
    const refusal = await change('fr');
    expect([refusal.status, refusal.body.errors[0].message]).toEqual([422, expect.stringContaining('en, ko, ja')]);
  });

  it('AC-62 the API document and the account page offer the language', async () => {
    const { body } = await app.get('/docs-json').expect(200);
    expect(body.components.schemas.Locale.enum).toEqual(['en', 'ko', 'ja']);
    const { text } = await app.get('/pages/account').expect(200);
    expect(text).toContain('<span lang="ja">日本語</span>');
    expect((await app.get('/pages/sign-up')).text).toContain('data-mail-languages="ja ');
  });

  it('AC-61 the command line writes the mails to files, and refuses faults as a start does', async () => {
    const target = path.join(directory, '.preview');
    const good = await munjigi(['mail', 'preview', target], { MAIL_TEMPLATES_DIR: directory });
    expect([good.code, good.stdout]).toEqual([0, expect.stringContaining('mails without a text in ja are sent in en')]);
    expect(readFileSync(path.join(target, 'ja/sign-up.txt'), 'utf8')).toMatch(/^Subject: \[Munjigi\] ご登録の確認\n/);
    write('ja/sign-up.text.hbs', '確認');
    for (const command of [['mail', 'preview', target], ['config', 'check', '--offline'], ['serve']]) {
      const bad = await munjigi(command, { MAIL_TEMPLATES_DIR: directory });
      expect([command, bad.code, bad.stderr]).toEqual([
        command,
        1,
        expect.stringContaining('ja/sign-up.text.hbs:1: lacks {{code}}'),
      ]);
    }
  });
});
