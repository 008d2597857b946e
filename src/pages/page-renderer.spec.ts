import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { PAGE_NAMES, type PageName } from '../platform/config/built-in-pages.js';
import { SECURITY_EVENT_TYPES } from '../security/audit-log/security-events.js';
import { LOCALES, type Locale } from '../platform/i18n/locale.js';
import { SIGNALS } from '../security/risk/signals.js';
import { MAIL_TEMPLATE_FIELDS, MAIL_TEMPLATE_NAMES } from '../mail/templates/mail-template-fields.js';
import { PageAssets } from './page-assets.js';
import { PageRenderer, type PageRendererOptions } from './page-renderer.js';
import { en } from './texts/en.js';
import { ko } from './texts/ko.js';

const OPTIONS: PageRendererOptions = {
  productName: 'Acme <b>&</b> "Sons"',
  hasLogo: true,
  pages: PAGE_NAMES,
  loginUrl: undefined,
  appUrl: undefined,
  sharesCookie: true,
  returnOrigins: ['https://app.example', 'https://m.example'],
  passwordMinLength: 10,
  passwordMinScore: 3,
  resendSeconds: 60,
  erasureGraceSeconds: 14 * 86_400,
  signUp: 'open',
  signUpDomains: [],
  attributes: new Map(),
  hasConsents: true,
  socialProviders: ['google', 'kakao', 'naver', 'apple', 'acme'].map((id) => ({ id, name: id })),
  socialRedirectUri: 'https://accounts.example/pages/social-login',
  hasConsole: false,
};
const renderer = new PageRenderer(OPTIONS);
const assets = new PageAssets({ color: '#2a51d8', logo: null });
/** Pages with buttons but no fields. */
const BUTTON_PAGES: readonly PageName[] = ['confirm-email', 'logout', 'social-login'];
const EVERY = PAGE_NAMES.flatMap((page) => LOCALES.map((locale) => [page, locale] as const));

/** Renders a page; throws if it is not enabled. */
function render(page: PageName, locale: Locale, from = renderer): string {
  const html = from.render(page, locale);
  if (html === null) throw new Error(`no page ${page}`);
  return html;
}

/** All texts of a language with their keys. */
function texts(language: typeof en): [string, string][] {
  return Object.entries(language).flatMap(([part, entries]) =>
    Object.entries(entries).map(([key, text]): [string, string] => [`${part}.${key}`, text]),
  );
}

/** A script with all its direct and indirect imports; throws if an imported file does not exist. */
function scriptsOf(file: string, seen = new Map<string, string>()): Map<string, string> {
  if (seen.has(file)) return seen;
  const asset = assets.find(file);
  if (asset === null) throw new Error(`no ${file} in assets`);
  const source = asset.content.toString();
  seen.set(file, source);
  for (const [, imported] of source.matchAll(/(?:from |import\()'\.\/([^']+)'/g)) scriptsOf(imported!, seen);
  return seen;
}

function placeholders(text: string): string[] {
  return (text.match(/\{\w+\}/g) ?? []).sort();
}

describe('the texts of the pages', () => {
  it('exist in every language, with the same placeholders', () => {
    const shape = (language: typeof en) =>
      texts(language)
        .map(([key, text]) => [key, placeholders(text)])
        .sort();
    expect(shape(ko)).toEqual(shape(en));
    for (const [key, text] of [...texts(en), ...texts(ko)]) expect([key, text.trim()]).not.toEqual([key, '']);
  });

  it('are written in their own language', () => {
    for (const [, text] of texts(ko)) expect(text).toMatch(/[가-힣]/);
    for (const [, text] of texts(en)) expect(text).not.toMatch(/[가-힣]/);
  });

  it('use no key in both `common` and a page, because scripts look texts up by key alone', () => {
    for (const page of PAGE_NAMES) expect(Object.keys(en[page]).filter((key) => key in en.common)).toEqual([]);
  });

  it('describe the event of every mail with an “It wasn’t me” link', () => {
    const alerts = MAIL_TEMPLATE_NAMES.filter((name) => 'notMeLink' in MAIL_TEMPLATE_FIELDS[name]);
    const named = Object.keys(en['not-me']).filter((key) => key.startsWith('event-'));
    expect(named.sort()).toEqual(alerts.map((name) => `event-${name}`).sort());
  });

  it('describe every type of security event', () => {
    const named = Object.keys(en.account).filter((key) => key.startsWith('event-'));
    expect(named.sort()).toEqual(SECURITY_EVENT_TYPES.map((type) => `event-${type}`).sort());
  });

  it('describe every risk signal and every outcome', () => {
    const named = (prefix: string) => Object.keys(en.account).filter((key) => key.startsWith(prefix));
    const signals = [...Object.keys(SIGNALS), 'token_reuse'];
    expect(named('signal-').sort()).toEqual(signals.map((signal) => `signal-${signal}`).sort());
    const outcomes = ['login', 'second-factor', 'refresh'].flatMap((where) =>
      ['notify', 'ask', 'end'].map((outcome) => `outcome-${where}-${outcome}`),
    );
    expect(named('outcome-').sort()).toEqual(outcomes.sort());
  });

  it('include every text that a script uses', () => {
    for (const page of PAGE_NAMES) {
      const known = new Set([...Object.keys(en.common), ...Object.keys(en[page])]);
      const scripts = [...scriptsOf(`${page}.js`).values()].join('\n');
      const usedKeys = [...scripts.matchAll(/\btext\(('\w+'|[^()?\n]+ \? '\w+' : '\w+')/g)].flatMap((match) =>
        match[1]!.match(/'\w+'/g)!.slice(-2),
      );
      expect(usedKeys.length).toBeGreaterThan(2);
      expect(usedKeys.map((key) => key.slice(1, -1)).filter((key) => !known.has(key))).toEqual([]);
    }
  });
});

describe('a built-in page', () => {
  it.each(EVERY)('%s in %s states its language, has one heading and links to the other language', (page, locale) => {
    const html = render(page, locale);
    expect(html).toContain(`<html lang="${locale}">`);
    expect(html.match(/<h1\b/g)).toHaveLength(1);
    expect(html).toContain(`href="?lang=${locale === 'en' ? 'ko' : 'en'}"`);
    expect(html).toContain('<noscript>');
    expect(html).not.toMatch(/\{\{|undefined|\[object/);
  });

  it.each(EVERY)('%s in %s has no inline scripts or styles and loads nothing from other hosts', (page, locale) => {
    const html = render(page, locale);
    expect(html).not.toMatch(/<style\b|\sstyle=|\son\w+=|javascript:/i);
    expect(html.match(/<script\b[^>]*>/g)).toEqual([`<script type="module" src="assets/${page}.js">`]);
    expect(html).not.toMatch(/(src|<link [^>]*href)="(https?:)?\/\//);
  });

  it.each(EVERY)('%s in %s loads only assets that exist', (page, locale) => {
    const html = render(page, locale);
    const files = [...html.matchAll(/(?:src|href)="assets\/([^"]+)"/g)].map((match) => match[1]!);
    const served = new PageAssets({ color: '#2a51d8', logo: { contentType: 'image/png', content: Buffer.from('x') } });
    for (const file of files) expect([file, served.find(file)]).toEqual([file, expect.anything()]);
    expect([...scriptsOf(`${page}.js`).keys()]).toContain('page.js');
  });

  it.each(EVERY)('%s in %s labels every field and sets its autocomplete purpose', (page, locale) => {
    const html = render(page, locale);
    // Hidden inputs are for password managers and scripts.
    const inputs = (html.match(/<input\b[^>]*>/g) ?? []).filter((input) => !/\shidden\b|="hidden"/.test(input));
    expect(inputs.length > 0).toBe(!BUTTON_PAGES.includes(page));
    for (const input of inputs.filter((tag) => !/type="(checkbox|radio)"/.test(tag))) {
      expect(html).toContain(`<label for="${/ id="([\w-]+)"/.exec(input)![1]}">`);
      expect(input).toMatch(
        /autocomplete="(new-password|current-password|username( webauthn)?|email|name|one-time-code|off)"/,
      );
      for (const id of /aria-describedby="([^"]+)"/.exec(input)![1]!.split(' ')) expect(html).toContain(`id="${id}"`);
    }
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    expect(ids.length).toBe(new Set(ids).size);
  });

  it.each(EVERY)('%s in %s has every state, group and form that its script uses', (page, locale) => {
    const html = render(page, locale);
    const scripts = [...scriptsOf(`${page}.js`).values()].join('\n');
    const usedNames = (pattern: RegExp) => [...new Set([...scripts.matchAll(pattern)].map((match) => match[1]!))];
    const states = usedNames(/\b(?:show|end)\('(\w[\w-]*)'/g);
    expect(states.length).toBeGreaterThan(0);
    for (const state of states) expect(html).toContain(`data-state="${state}"`);
    for (const group of usedNames(/\bshowGroup\('(\w+)'/g)) expect(html).toContain(`data-group="${group}"`);
    for (const form of usedNames(/\bonSubmit\('([\w-]+)'/g)) {
      expect(html).toMatch(
        new RegExp(`<form data-form="${form}"[^>]*>\\s*<div class="problem" role="alert"[^>]* data-problem`),
      );
    }
    // Every later state has its own heading, which screen readers announce.
    const laterStates = html.match(/<section\b[^>]* data-state="(?!ready")[^>]*>/g) ?? [];
    expect(laterStates.filter((tag) => !tag.includes('data-title='))).toEqual([]);
  });

  it.each([
    ['not-me', 'auth/not-me', 'auth/not-me/inspect'],
    ['confirm-email', 'members/me/email/confirm-link', 'members/me/email/inspect-link'],
    ['undo-email', 'members/me/email/undo', 'members/me/email/undo/inspect'],
  ] as const)(
    'OC-05 %s posts to %s when its button is pressed, to %s when it is opened',
    (page, operation, inspection) => {
      const source = assets.find(`${page}.js`)!.content.toString();
      expect(source).toContain(`operation: '${operation}'`);
      expect(source).toContain(`inspection: '${inspection}'`);
      expect(source).not.toMatch(/\bpost\(/);
    },
  );

  it.each(EVERY)('%s in %s ends each journey with a button for the next step', (page, locale) => {
    const ends = [
      ...render(page, locale).matchAll(/<section\b[^>]* data-state="([\w-]+)"[^>]*>([\s\S]*?)<\/section>/g),
    ];
    const without = ends.filter(([, , content]) => !/<button|<a class="(primary|secondary)"/.test(content!));
    // After a login or a logout only the app knows what comes next, and no APP_URL is set here.
    expect(without.map((end) => end[1])).toEqual(
      page === 'login' ? ['done'] : ['account', 'logout'].includes(page) ? ['signed-out'] : [],
    );
  });

  it('OC-05 has no native form submits: without scripts, a click changes nothing', () => {
    for (const [page, locale] of EVERY) expect(render(page, locale)).not.toMatch(/\s(form)?(action|method)=/i);
  });

  it.each(EVERY)('%s in %s names the origins that visitors may be sent back to', (page, locale) => {
    expect(render(page, locale)).toContain('data-return-origins="https://app.example https://m.example"');
  });

  it('escapes the configured product name', () => {
    for (const [page, locale] of EVERY)
      expect(render(page, locale)).toContain('Acme &lt;b&gt;&amp;&lt;/b&gt; &quot;Sons&quot;');
  });

  it('links to the operator’s login page, else to the built-in one if it is enabled', () => {
    const without = PAGE_NAMES.filter((page) => page !== 'login');
    const href = (options: Partial<PageRendererOptions>) =>
      /data-login-url="([^"]*)"/.exec(render('reset-password', 'ko', new PageRenderer({ ...OPTIONS, ...options })))![1];
    expect(href({ loginUrl: 'https://app.example/login' })).toBe('https://app.example/login');
    expect(href({})).toBe('login?lang&#x3D;ko');
    expect(href({ pages: without })).toBe('');
  });

  it('is not rendered and not linked to when it is disabled', () => {
    const pages: PageName[] = ['login', 'reset-password'];
    const few = new PageRenderer({ ...OPTIONS, loginUrl: undefined, pages });
    expect(few.render('account', 'en')).toBeNull();
    for (const page of pages) {
      const html = render(page, 'en', few);
      for (const other of PAGE_NAMES.filter((name) => !pages.includes(name)))
        expect([page, html]).toEqual([page, expect.not.stringContaining(`"${other}?`)]);
    }
    expect(render('login', 'en', few)).toContain('href="reset-password?');
  });

  it('shows the configured password rules and the grace period for closed accounts', () => {
    expect(render('sign-up', 'en')).toContain('At least 10 characters');
    expect(render('sign-up', 'ko')).toContain('10자 이상');
    expect(render('sign-up', 'ko')).toContain('data-min-length="10" data-min-score="3"');
    expect(render('account', 'en')).toContain('erased after 14 days.');
    expect(render('account', 'ko')).toContain('14일 뒤에 삭제');
    const atOnce = new PageRenderer({ ...OPTIONS, erasureGraceSeconds: 0 });
    expect(render('account', 'en', atOnce)).toContain(
      '<p class="soft">Your account and its data will be permanently erased.',
    );
    const soon = new PageRenderer({ ...OPTIONS, erasureGraceSeconds: 3600 });
    expect(render('account', 'en', soon)).toContain('erased after 1 day.');
  });

  it.each([
    ['there is no provider', { socialProviders: [] }],
    ['providers send members back to apps alone', { socialRedirectUri: null }],
    ['the login page is the operator’s own', { loginUrl: 'https://app.example/login' }],
    ['the page that providers lead to is not served', { pages: ['login', 'sign-up', 'account'] }],
  ] as [string, Partial<PageRendererOptions>][])('SO-73 has neither button nor script where %s', (_, options) => {
    const without = new PageRenderer({ ...OPTIONS, ...options });
    for (const page of ['login', 'sign-up', 'account'] as const) {
      const html = render(page, 'en', without);
      expect(html).not.toMatch(/data-form="social|data-social-redirect|data-panel="identities"/);
      const loaded = [
        ...assets
          .find(`${page}.js`)!
          .content.toString()
          .matchAll(/from '\.\/([^']+)'/g),
      ];
      expect(loaded.map(([, file]) => file).filter((file) => /social|identities/.test(file!))).toEqual([]);
    }
  });

  it('SO-74 shows each provider under a name and in colours that it allows', () => {
    const labels = (page: PageName, locale: Locale) =>
      [...render(page, locale).matchAll(/class="(social-\w+|secondary)" value="\w+" data-name="\w+">([^<]+)</g)].map(
        ([, look, label]) => [look, label],
      );
    expect(labels('login', 'ko')).toEqual([
      ['social-google', 'Google 계정으로 로그인'],
      ['social-kakao', '카카오 로그인'],
      ['social-naver', '네이버 로그인'],
      ['social-apple', 'Apple로 로그인'],
      ['secondary', 'acme 계정으로 로그인'],
    ]);
    expect(labels('sign-up', 'en').map(([, label]) => label)).toEqual([
      'Sign up with Google',
      'Login with Kakao',
      'Log in with NAVER',
      'Sign up with Apple',
      'Sign up with acme',
    ]);
    const css = assets.find('pages.css')!.content.toString();
    for (const color of ['#fee500', '#03a94d', '#131314']) expect(css).toContain(`background: ${color};`);
    for (const [, file] of css.matchAll(/url\('([^']+)'\)/g))
      expect([file, assets.find(file!)?.contentType]).toEqual([file, 'image/svg+xml']);
  });

  it('escapes every value: no view uses raw output', () => {
    const folder = fileURLToPath(new URL('./views/', import.meta.url));
    const views = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.hbs'));
    expect(views.length).toBeGreaterThan(PAGE_NAMES.length);
    for (const view of views) {
      const source = readFileSync(folder + view, 'utf8');
      expect([view, source]).toEqual([view, expect.not.stringMatching(/\{\{~?\s*(\{|&)/)]);
    }
  });

  it('inserts texts as text, never as HTML', () => {
    for (const [, source] of PAGE_NAMES.flatMap((page) => [...scriptsOf(`${page}.js`)])) {
      expect(source).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b/);
    }
  });
});
