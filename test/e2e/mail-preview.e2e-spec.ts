import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LOCALES } from '../../src/platform/i18n/locale.js';
import { MAIL_TEMPLATE_NAMES } from '../../src/mail/templates/mail-template.js';
import { TestApp } from '../support/test-app.js';

const PRODUCTION = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://accounts.example.test',
  SMTP_REQUIRE_TLS: 'false',
};

describe('the mail preview', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start({ env: { NODE_ENV: 'development' } });
  });
  afterAll(() => app.stop());

  it('it shows every mail in every language, as HTML and as text', async () => {
    const { text: list } = await app.get('/dev/mails').expect(200);
    for (const template of MAIL_TEMPLATE_NAMES) {
      for (const locale of LOCALES) {
        expect(list).toContain(`src="mails/${template}/${locale}/html"`);
        const html = await app.get(`/dev/mails/${template}/${locale}/html`).expect(200);
        expect(html.text).toContain(`<html lang="${locale}"`);
        expect(html.headers['content-security-policy']).toContain("default-src 'none'");
        const text = await app.get(`/dev/mails/${template}/${locale}/text`).expect(200);
        expect([text.headers['content-type'], text.text]).toEqual([
          'text/plain; charset=utf-8',
          expect.stringMatching(/^Subject: \[Munjigi\] /),
        ]);
      }
    }
  });

  it('answers 404 for an unknown template, language or part', async () => {
    for (const path of ['_layout/en/html', 'sign-up/fr/html', 'sign-up/en/subject', '..%2f..%2fmain/en/html'])
      expect([path, (await app.get(`/dev/mails/${path}`)).status]).toEqual([path, 404]);
  });

  it.each([['production'], ['test']])('it does not exist with NODE_ENV=%s', async (mode) => {
    const other = await app.replica({ env: { ...PRODUCTION, NODE_ENV: mode } });
    for (const path of ['/dev/mails', '/dev/mails/sign-up/en/html']) {
      const { status, body } = await other.get(path);
      expect([path, status, body.code]).toEqual([path, 404, 'not_found']);
    }
  });
});
