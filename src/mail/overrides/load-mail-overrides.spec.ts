import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { offerMailLocales } from '../../platform/i18n/mail-locale.js';
import { MAIL_SAMPLES, SAMPLE_CODE, SAMPLE_LINK } from '../templates/mail-samples.js';
import { MailRenderer, type MailRendererOptions } from '../templates/mail-renderer.js';
import { MAIL_TEMPLATE_NAMES } from '../templates/mail-template-fields.js';
import { loadMailOverrides } from './load-mail-overrides.js';

const OURS = path.join(import.meta.dirname, '../templates');
const OPTIONS: MailRendererOptions = {
  productName: 'Acme',
  brandColor: '#2a51d8',
  logo: null,
  countryOf: (ip) => (ip === 'unknown' ? 'ZZ' : 'KR'),
  defaultLocale: 'en',
};
const ours = new MailRenderer(OPTIONS);
const TEXT = `Hello, enter {{code}} for {{codeMinutes}} minutes on the page that asked.
Or open {{web link}} within {{linkHours}} hours.
{{loginIdMasked}}, {{time requestedAt}} {{country}}
`;
const HTML = `<p>Hello, enter <b>{{code}}</b> for {{codeMinutes}} minutes on the page that asked.</p>
<p>Or open <a href="{{web link}}">this page</a> within {{linkHours}} hours.</p>
<p>{{loginIdMasked}}, {{time requestedAt}} {{country}}</p>
`;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'mail-texts-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
  offerMailLocales([]);
});

function write(name: string, text: string | Buffer): void {
  mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
  writeFileSync(path.join(directory, name), text);
}

/** Copies all texts of a language of ours, as an operator who translates them would. */
function copyOurs(locale: 'en' | 'ko', to: string): void {
  for (const template of MAIL_TEMPLATE_NAMES)
    for (const part of ['subject', 'html', 'text'])
      cpSync(path.join(OURS, template, `${locale}.${part}.hbs`), path.join(directory, to, `${template}.${part}.hbs`));
  for (const file of readdirSync(path.join(OURS, '_layout')).filter((name) => name.startsWith(`${locale}.`)))
    cpSync(path.join(OURS, '_layout', file), path.join(directory, to, '_layout', file.slice(locale.length + 1)));
}

const load = (): MailRenderer => new MailRenderer({ ...OPTIONS, overrides: loadMailOverrides(directory, OPTIONS) });

/** The sentences about faults; empty if the server would start. */
function faults(): string[] {
  try {
    load();
    return [];
  } catch (error) {
    const [, rule] = /MAIL_TEMPLATES_DIR: ([\s\S]*)/.exec((error as Error).message) ?? [];
    return rule!
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
}

describe('mail texts of the operator', () => {
  it('AC-60 replace ours in one language and part, and what is missing falls back to ours', () => {
    write('ko/sign-up.subject.hbs', '{{productName}} 가입 확인');
    const renderer = load();
    const [changed, before] = [renderer, ours].map((each) => each.render('sign-up', 'ko', MAIL_SAMPLES['sign-up']));
    expect(changed).toEqual({ ...before!, subject: 'Acme 가입 확인' });
    for (const [template, locale] of [
      ['sign-up', 'en'],
      ['password-reset', 'ko'],
    ] as const)
      expect(renderer.render(template, locale, MAIL_SAMPLES[template])).toEqual(
        ours.render(template, locale, MAIL_SAMPLES[template]),
      );
  });

  it('AC-60 replace all three parts of a mail, with values escaped in HTML alone', () => {
    write('en/sign-up.subject.hbs', 'Welcome to {{productName}}');
    write('en/sign-up.text.hbs', `${TEXT}{{#if name}}Yours, {{name}}{{/if}}`);
    write('en/sign-up.html.hbs', `${HTML}{{#if name}}<p>Yours, {{name}}</p>{{/if}}`);
    const { subject, text, html } = load().render('sign-up', 'en', { ...MAIL_SAMPLES['sign-up'], name: '<b>A&B' });
    expect(subject).toBe('Welcome to Acme');
    expect(text).toContain(`enter ${SAMPLE_CODE} for 10 minutes`);
    expect(text).toContain(`open ${SAMPLE_LINK} within 24 hours`);
    expect(text).toContain('Yours, <b>A&B');
    expect(html).toContain('Yours, &lt;b&gt;A&amp;B');
  });

  it('AC-60 replace a piece that all mails of a language share', () => {
    write('en/_layout/footer.text.hbs', 'Acme Ltd, 1 Example Street');
    const renderer = load();
    for (const template of MAIL_TEMPLATE_NAMES) {
      expect(renderer.render(template, 'en', MAIL_SAMPLES[template]).text).toMatch(
        /----\nAcme Ltd, 1 Example Street\n$/,
      );
      expect(renderer.render(template, 'ko', MAIL_SAMPLES[template])).toEqual(
        ours.render(template, 'ko', MAIL_SAMPLES[template]),
      );
    }
  });

  it('AC-60 are neither read nor loaded without MAIL_TEMPLATES_DIR', () => {
    const source = path.join(OURS, '../..');
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
      (file) => /(?<!\.spec)\.ts$/.test(file) && !file.startsWith('mail/overrides'),
    );
    const loads = /^(import|export) (?!type\b)([^;']*\bfrom )?'[^']*overrides\/[^']*'/gm;
    const loading = files.flatMap((file) => readFileSync(path.join(source, file), 'utf8').match(loads) ?? []);
    expect([files.length > 500, loading]).toEqual([true, []]);
  });

  it.each(['en', 'ko'] as const)('AC-61 accept a copy of all of ours (%s)', (locale) => {
    copyOurs(locale, locale);
    expect(faults()).toEqual([]);
  });

  it('AC-61 accept the logo in every spelling, and words that only look like attributes', () => {
    write('en/sign-up.text.hbs', `${TEXT}Your action = none`);
    write('en/sign-up.html.hbs', `${HTML}{{#if logo}}<img alt="" src= '{{ logo }}'>{{/if}}<p>Your action = none</p>`);
    expect(faults()).toEqual([]);
  });

  it.each([
    ['ko/signup.text.hbs', TEXT, /^ko\/signup\.text\.hbs: is not the name of a mail/],
    ['ko/sign-up.txt', TEXT, /^ko\/sign-up\.txt: is not the name of a mail/],
    ['en/sign-up.text.hbs', TEXT.replace('{{code}}', '…'), /^en\/sign-up\.text\.hbs:3: lacks \{\{code\}\}/],
    [
      'en/sign-up.html.hbs',
      HTML.replace('{{web link}}', 'https://acme.example'),
      /^en\/sign-up\.html\.hbs:3: lacks \{\{link\}\}/,
    ],
    ['en/sign-up.text.hbs', TEXT.replace('{{time requestedAt}}', ''), /:3: lacks \{\{requestedAt\}\}/],
    [
      'en/sign-up.text.hbs',
      `${TEXT}{{#if name}}{{code}}{{/if}}`.replace('enter {{code}}', 'enter it'),
      /^en\/sign-up\.text\.hbs:4: does not show \{\{code\}\}/,
    ],
    [
      'en/sign-up.html.hbs',
      HTML.replace('<a href="{{web link}}">this page</a>', '{{web link}}'),
      /^en\/sign-up\.html\.hbs:2: does not link to \{\{link\}\}/,
    ],
    [
      'en/sign-up.html.hbs',
      HTML.replace('<b>{{code}}</b>', '<!-- {{code}} -->'),
      /^en\/sign-up\.html\.hbs:1: does not show \{\{code\}\}/,
    ],
    [
      'en/sign-up.text.hbs',
      `${TEXT}\n{{nmae}}`,
      /^en\/sign-up\.text\.hbs:5: uses \{\{nmae\}\}, which does not exist; this mail has loginIdMasked, name, code/,
    ],
    [
      'en/sign-up.text.hbs',
      `${TEXT}{{this.constructor}}`,
      /:4: uses \{\{this\.constructor\}\}; a placeholder is one plain name/,
    ],
    ['en/sign-up.text.hbs', `${TEXT}{{../code}}`, /:4: uses \{\{\.\.\/code\}\}/],
    ['en/sign-up.text.hbs', `${TEXT}{{@root}}`, /:4: uses \{\{@root\}\}/],
    ['en/sign-up.text.hbs', `${TEXT}{{#each name}}x{{/each}}`, /:4: uses \{\{#each\}\}; mails know/],
    ['en/sign-up.text.hbs', `${TEXT}{{lookup name "length"}}`, /:4: uses the helper lookup; mails know time/],
    ['en/sign-up.text.hbs', `${TEXT}{{time requestedAt "UTC"}}`, /:4: gives the helper time 2 values; it takes 1/],
    ['en/sign-up.text.hbs', `${TEXT}{{> (either name "footer")}}`, /:4: computes the name of a partial/],
    [
      'en/sign-up.text.hbs',
      `${TEXT}{{> imprint}}`,
      /:4: uses the partial imprint, which en\/_layout lacks \(imprint\.text\.hbs\)/,
    ],
    ['en/sign-up.text.hbs', `${TEXT}\n\n{{#if name}}`, /^en\/sign-up\.text\.hbs:\d: has a \{\{ or/],
    [
      'en/sign-up.text.hbs',
      `${TEXT}{{time productName}}`,
      /^en\/sign-up\.\w+\.hbs: cannot be rendered: a mail template needs times|^en\/_layout/,
    ],
    ['en/sign-up.html.hbs', `${HTML}<img src="https://acme.example/p.gif">`, /:4: loads something with src=/],
    ['en/sign-up.html.hbs', `${HTML}<td background='//acme.example/p.gif'>`, /:4: loads something with background=/],
    ['en/sign-up.html.hbs', `${HTML}<p style="background:url(//acme.example)">`, /:4: loads something with url\(/],
    ['en/sign-up.html.hbs', `${HTML}<style>@import "a.css"</style>`, /:4: loads something with @import/],
    ['en/sign-up.html.hbs', `${HTML}<link rel="stylesheet" href="https://a.example">`, /:4: has <link>/],
    ['en/sign-up.html.hbs', `${HTML}<SCRIPT>x()</SCRIPT>`, /:4: has <script>/],
    ['en/sign-up.html.hbs', `${HTML}<p onclick="x()">`, /:4: has onclick=/],
    ['en/sign-up.html.hbs', `${HTML}<p\n  onclick="x()">`, /:1: has onclick=/],
    ['en/sign-up.html.hbs', `${HTML}<a href="javascript:x()">x</a>`, /:4: has an address that runs a script/],
    [
      'en/sign-up.html.hbs',
      `${HTML}<a href="{{name}}">x</a>`,
      /has an address that runs a script|has a link to javascript:x/,
    ],
    [
      'en/admin-action.html.hbs',
      `${readFileSync(path.join(OURS, 'admin-action/en.html.hbs'), 'utf8')}{{#if reason}}<a href="{{reason}}">x</a>{{/if}}`,
      /has an address that runs a script|has a link to javascript:x/,
    ],
    ['en/sign-up.html.hbs', `${HTML}{{{name}}}`, /:4: prints a value as HTML/],
    [
      'en/sign-up.html.hbs',
      `{{#> layout title="Hi" preheader=code}}${HTML}{{/layout}}`,
      /:1: shows \{\{code\}\} in the preview/,
    ],
    [
      'en/sign-up.subject.hbs',
      'Your code: {{code}}',
      /^en\/sign-up\.subject\.hbs:1: shows \{\{code\}\}, which a locked phone/,
    ],
    ['en/sign-up.subject.hbs', '', /^en\/sign-up\.subject\.hbs:1: needs 1 to 200 characters/],
    ['en/sign-up.text.hbs', Buffer.from([0x66, 0xff]), /^en\/sign-up\.text\.hbs: needs to be text in UTF-8/],
    ['en/sign-up.text.hbs', 'x'.repeat(65_537), /^en\/sign-up\.text\.hbs: needs at most 64 KiB/],
    ['en/_layout/link.html.hbs', '<p>no link</p>', /^en\/_layout \(in the built-in [a-z-]+\.html\): does not link to/],
    ['en/_layout/footer.html.hbs', '<img src="//x">', /^en\/_layout\/footer\.html\.hbs:1: loads something with src=/],
    ['en/_layout/footer.text.hbs', '{{nmae}}', /^en\/_layout\/footer\.text\.hbs:1: uses \{\{nmae\}\}/],
    ['en/_layout/footer.hbs', '', /^en\/_layout\/footer\.hbs: is not the name of a partial/],
    [
      'ja/sign-up.text.hbs',
      TEXT,
      /^ja\/sign-up\.text\.hbs: needs ja\/sign-up\.subject\.hbs and ja\/sign-up\.html\.hbs/,
    ],
    ['ja/language.json', '{"timeZone": "Asia/Edo", "zoneName": "x"}', /^ja\/language\.json: needs \{"timeZone"/],
  ] as const)('AC-61 are refused at start, with file and line: %s (%#)', (file, text, fault) => {
    write(file, text);
    expect(faults()).toContainEqual(expect.stringMatching(fault));
  });

  it('AC-61 are refused if text and HTML show different placeholders', () => {
    write('en/sign-up.text.hbs', `${TEXT}{{name}}`);
    write('en/sign-up.html.hbs', HTML);
    expect(faults()).toEqual(['en/sign-up.text.hbs:4: has {{name}}, which en/sign-up.html.hbs lacks.']);
  });

  it('AC-61 name once a piece that all mails of a language lack', () => {
    copyOurs('en', 'ja');
    rmSync(path.join(directory, 'ja/_layout/footer.text.hbs'));
    rmSync(path.join(directory, 'ja/_layout/place.html.hbs'));
    const found = faults();
    expect(found).toContain('ja/_layout: lacks footer.text.hbs, which other partials use.');
    expect(found).toContainEqual(expect.stringMatching(/^ja\/sign-up\.html\.hbs:\d+: uses the partial place, which/));
    expect(found.filter((fault) => fault.includes('footer'))).toHaveLength(1);
    expect(found.filter((fault) => fault.includes('cannot be rendered'))).toEqual([]);
  });

  it('AC-61 each fault is one sentence, and the first thirty are listed', () => {
    for (let at = 0; at < 40; at++) write(`en/unknown-${at}.text.hbs`.replace(/\d+/, 'x'.repeat(at + 1)), TEXT);
    const found = faults();
    expect(found).toHaveLength(31);
    expect(found.at(-1)).toBe('and 10 more');
  });

  it.each([
    ['missing', undefined, /needs a directory that can be read/],
    ['klingonisch', 'x', /needs only folders named by a language tag, such as ko, ja or pt-BR; klingonisch is none/],
    ['xx', 'x', /xx is none/],
  ])('AC-61 need folders named by languages: %s', (name, text, rule) => {
    if (text === undefined) rmSync(directory, { recursive: true });
    else write(`${name}/sign-up.text.hbs`, text);
    expect(() => load()).toThrow(rule);
    mkdirSync(directory, { recursive: true });
  });

  it('AC-62 add a language, with its own times, names of countries and direction', () => {
    copyOurs('en', 'ar');
    write('ar/language.json', '{"timeZone": "Asia/Riyadh", "zoneName": "(الرياض)"}');
    const { html, text } = load().render('sign-up', 'ar', MAIL_SAMPLES['sign-up']);
    expect(html).toMatch(/<html lang="ar" dir="rtl">/);
    expect(text).toContain('08:37 (الرياض)');
    expect(text).toContain(new Intl.DisplayNames('ar', { type: 'region' }).of('KR'));
  });

  it('AC-62 a language is written in its own direction', () => {
    copyOurs('en', 'ckb');
    copyOurs('en', 'es-419');
    expect(load().render('sign-up', 'es-419', MAIL_SAMPLES['sign-up']).html).toContain(
      '<html lang="es-419" dir="ltr">',
    );
    expect(load().render('sign-up', 'ckb', MAIL_SAMPLES['sign-up']).html).toContain('<html lang="ckb" dir="rtl">');
  });

  it('AC-62 a mail that a language lacks is sent in the default language, whole', () => {
    for (const part of ['subject', 'text', 'html'])
      write(`ja/sign-up.${part}.hbs`, { subject: '確認', text: TEXT, html: HTML }[part]!);
    const renderer = load();
    expect(renderer.render('sign-up', 'ja', MAIL_SAMPLES['sign-up']).subject).toBe('確認');
    expect(renderer.render('password-reset', 'ja', MAIL_SAMPLES['password-reset'])).toEqual(
      ours.render('password-reset', 'en', MAIL_SAMPLES['password-reset']),
    );
    const newDevice = { ...MAIL_SAMPLES['new-device'], country: 'JP' };
    expect(renderer.render('new-device', 'ja', newDevice).text).toContain('Country: Japan');
  });

  it('AC-62 a mail to a member whose language was removed is sent in the default language', () => {
    for (const locale of ['ja', '../../etc'])
      expect(ours.render('sign-up', locale, MAIL_SAMPLES['sign-up'])).toEqual(
        ours.render('sign-up', 'en', MAIL_SAMPLES['sign-up']),
      );
  });

  it('ours have the same placeholders in both languages, so that either can be the measure', () => {
    const names = (source: string): string[] =>
      [...new Set(source.match(/\b[a-z][A-Za-z_]+\b(?=[^{]*\}\})/g) ?? [])].sort();
    const differing = MAIL_TEMPLATE_NAMES.filter((template) => {
      const [en, ko] = (['en', 'ko'] as const).map((locale) =>
        ['subject', 'html', 'text'].map((part) =>
          names(readFileSync(path.join(OURS, template, `${locale}.${part}.hbs`), 'utf8')).filter(
            (name) => name in MAIL_SAMPLES[template],
          ),
        ),
      );
      return JSON.stringify(en) !== JSON.stringify(ko);
    });
    expect(differing).toEqual([]);
  });
});
