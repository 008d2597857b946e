import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { PAGE_NAMES, type PageName } from '../platform/config/built-in-pages.js';
import { SECURITY_EVENT_TYPES } from '../security/audit-log/security-events.js';
import { LOCALES, type Locale } from '../platform/i18n/locale.js';
import { SIGNALS } from '../security/risk/signals.js';
import { MAIL_TEMPLATE_FIELDS, MAIL_TEMPLATE_NAMES } from '../mail/templates/mail-template.js';
import { PageAssets } from './page-assets.js';
import { ASSET_HEADERS, PAGE_HEADERS } from './page-headers.js';
import { PageRenderer, type PageRendererOptions } from './page-renderer.js';
import { en } from './texts/en.js';
import { ko } from './texts/ko.js';

const OPTIONS: PageRendererOptions = {
  productName: 'Acme <b>&</b> "Sons"',
  hasLogo: true,
  pages: PAGE_NAMES,
  loginUrl: 'https://app.example/login',
  appUrl: undefined,
  passwordMinLength: 10,
  passwordMinScore: 3,
  erasureGraceDays: 14,
};
const renderer = new PageRenderer(OPTIONS);
const assets = new PageAssets({ color: '#2a51d8', logo: null });
/** Pages that ask for nothing more than a press of a button. */
const BUTTONS: readonly PageName[] = ['not-me', 'confirm-email', 'undo-email'];
const EVERY = PAGE_NAMES.flatMap((page) => LOCALES.map((locale) => [page, locale] as const));

/** The page as it is served; fails for one that is not. */
function render(page: PageName, locale: Locale, from = renderer): string {
  const html = from.render(page, locale);
  if (html === null) throw new Error(`no page ${page}`);
  return html;
}

/** Every text of a language with the path to it. */
function texts(language: typeof en): [string, string][] {
  return Object.entries(language).flatMap(([part, entries]) =>
    Object.entries(entries).map(([key, text]): [string, string] => [`${part}.${key}`, text]),
  );
}

/** A script with all that it imports, directly or not; fails on an import that does not exist. */
function scriptsOf(file: string, seen = new Map<string, string>()): Map<string, string> {
  if (seen.has(file)) return seen;
  const asset = assets.find(file);
  if (asset === null) throw new Error(`no ${file} in assets`);
  const source = asset.content.toString();
  seen.set(file, source);
  for (const [, imported] of source.matchAll(/from '\.\/([^']+)'/g)) scriptsOf(imported!, seen);
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

  it('have one meaning for each name, because scripts ask by name alone', () => {
    for (const page of PAGE_NAMES) expect(Object.keys(en[page]).filter((key) => key in en.common)).toEqual([]);
  });

  it('name what each mail with an “It wasn’t me” link was about', () => {
    const alerts = MAIL_TEMPLATE_NAMES.filter((name) => 'notMeLink' in MAIL_TEMPLATE_FIELDS[name]);
    const named = Object.keys(en['not-me']).filter((key) => key.startsWith('event-'));
    expect(named.sort()).toEqual(alerts.map((name) => `event-${name}`).sort());
  });

  it('name every security event that a member’s timeline can hold', () => {
    const named = Object.keys(en.account).filter((key) => key.startsWith('event-'));
    expect(named.sort()).toEqual(SECURITY_EVENT_TYPES.map((type) => `event-${type}`).sort());
  });

  it('say why something looked risky, and what was done about it', () => {
    const named = (prefix: string) => Object.keys(en.account).filter((key) => key.startsWith(prefix));
    const signals = [...Object.keys(SIGNALS), 'token_reuse'];
    expect(named('signal-').sort()).toEqual(signals.map((signal) => `signal-${signal}`).sort());
    const outcomes = ['login', 'second-factor', 'refresh'].flatMap((where) =>
      ['notify', 'ask', 'end'].map((outcome) => `outcome-${where}-${outcome}`),
    );
    expect(named('outcome-').sort()).toEqual(outcomes.sort());
  });

  it('include every one that a script asks for', () => {
    for (const page of PAGE_NAMES) {
      const known = new Set([...Object.keys(en.common), ...Object.keys(en[page])]);
      const scripts = [...scriptsOf(`${page}.js`).values()].join('\n');
      const asked = [...scripts.matchAll(/\btext\(('\w+'|[^()?\n]+ \? '\w+' : '\w+')/g)].flatMap((match) =>
        match[1]!.match(/'\w+'/g)!.slice(-2),
      );
      expect(asked.length).toBeGreaterThan(3);
      expect(asked.map((key) => key.slice(1, -1)).filter((key) => !known.has(key))).toEqual([]);
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

  it.each(EVERY)('%s in %s runs nothing inline and loads nothing from elsewhere', (page, locale) => {
    const html = render(page, locale);
    expect(html).not.toMatch(/<style\b|\sstyle=|\son\w+=|javascript:/i);
    expect(html.match(/<script\b[^>]*>/g)).toEqual([`<script type="module" src="assets/${page}.js">`]);
    expect(html).not.toMatch(/(src|<link [^>]*href)="(https?:)?\/\//);
  });

  it.each(EVERY)('%s in %s asks for nothing but what exists in assets', (page, locale) => {
    const html = render(page, locale);
    const files = [...html.matchAll(/(?:src|href)="assets\/([^"]+)"/g)].map((match) => match[1]!);
    const served = new PageAssets({ color: '#2a51d8', logo: { contentType: 'image/png', content: Buffer.from('x') } });
    for (const file of files) expect([file, served.find(file)]).toEqual([file, expect.anything()]);
    expect([...scriptsOf(`${page}.js`).keys()]).toContain('page.js');
  });

  it.each(EVERY)('%s in %s labels every field and tells the browser what it is for', (page, locale) => {
    const html = render(page, locale);
    // What is hidden for good is there for password managers alone.
    const inputs = (html.match(/<input\b[^>]*>/g) ?? []).filter((input) => !/\shidden\b/.test(input));
    expect(inputs.length > 0).toBe(!BUTTONS.includes(page));
    for (const input of inputs.filter((one) => !/type="(checkbox|radio)"/.test(one))) {
      expect(html).toContain(`<label for="${/ id="([\w-]+)"/.exec(input)![1]}">`);
      expect(input).toMatch(/autocomplete="(new-password|current-password|username|email|name|one-time-code|off)"/);
      for (const id of /aria-describedby="([^"]+)"/.exec(input)![1]!.split(' ')) expect(html).toContain(`id="${id}"`);
    }
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    expect(ids.length).toBe(new Set(ids).size);
  });

  it.each(EVERY)('%s in %s has every state, part and place that its script shows or fills', (page, locale) => {
    const html = render(page, locale);
    const scripts = [...scriptsOf(`${page}.js`).values()].join('\n');
    const asked = (pattern: RegExp) => [...new Set([...scripts.matchAll(pattern)].map((match) => match[1]!))];
    const states = asked(/\b(?:show|end)\('(\w[\w-]*)'/g);
    expect(states.length).toBeGreaterThan(1);
    for (const state of states) expect(html).toContain(`data-state="${state}"`);
    for (const group of asked(/\bshowGroup\('(\w+)'/g)) expect(html).toContain(`data-group="${group}"`);
    for (const form of asked(/\bonSubmit\('([\w-]+)'/g)) {
      expect(html).toMatch(
        new RegExp(`<form data-form="${form}"[^>]*>\\s*<div class="problem" role="alert"[^>]* data-problem`),
      );
    }
    // A state of its own heading is announced by that heading; only the first keeps the title of the page.
    const laterStates = html.match(/<section\b[^>]* data-state="(?!ready")[^>]*>/g) ?? [];
    expect(laterStates.filter((tag) => !tag.includes('data-title='))).toEqual([]);
  });

  it.each([
    ['not-me', 'auth/not-me'],
    ['confirm-email', 'members/me/email/confirm-link'],
    ['undo-email', 'members/me/email/undo'],
  ] as const)('OC-05 %s posts to %s when its button is pressed, not when it is opened', (page, operation) => {
    const source = assets.find(`${page}.js`)!.content.toString();
    expect(source).toContain(`operation: '${operation}'`);
    const posts = [...source.matchAll(/\bpost\('([^']+)'/g)].map((match) => match[1]);
    expect(posts).toEqual(page === 'not-me' ? ['auth/not-me/inspect'] : []); // looking up changes nothing
  });

  it('OC-05 sends nothing by a form of its own: without a script, a click changes nothing', () => {
    for (const [page, locale] of EVERY) expect(render(page, locale)).not.toMatch(/\s(form)?(action|method)=/i);
  });

  it('escapes what the operator configured', () => {
    for (const [page, locale] of EVERY)
      expect(render(page, locale)).toContain('Acme &lt;b&gt;&amp;&lt;/b&gt; &quot;Sons&quot;');
  });

  it('links to the operator’s login page, or the built-in one, or none', () => {
    const without = PAGE_NAMES.filter((page) => page !== 'login');
    const href = (options: Partial<PageRendererOptions>) =>
      /data-login-url="([^"]*)"/.exec(render('reset-password', 'ko', new PageRenderer({ ...OPTIONS, ...options })))![1];
    expect(href({})).toBe('https://app.example/login');
    expect(href({ loginUrl: undefined })).toBe('login?lang&#x3D;ko');
    expect(href({ loginUrl: undefined, pages: without })).toBe('');
  });

  it('links to no page that is switched off, and is not there when it is', () => {
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

  it('says what this server asks of a password, and how long a closed account can be had back', () => {
    expect(render('sign-up', 'en')).toContain('At least 10 characters');
    expect(render('sign-up', 'ko')).toContain('10자 이상');
    expect(render('sign-up', 'ko')).toContain('data-min-length="10" data-min-score="3"');
    expect(render('account', 'en')).toContain('erased after 14 days');
    const atOnce = new PageRenderer({ ...OPTIONS, erasureGraceDays: 0 });
    expect(render('account', 'en', atOnce)).toContain(
      '<p class="soft">Your account and its data will be permanently erased.',
    );
  });

  it('is rendered without a raw value: the views escape everything', () => {
    const folder = fileURLToPath(new URL('./views/', import.meta.url));
    const views = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.hbs'));
    expect(views.length).toBeGreaterThan(PAGE_NAMES.length);
    for (const view of views) {
      const source = readFileSync(folder + view, 'utf8');
      expect([view, source]).toEqual([view, expect.not.stringMatching(/\{\{~?\s*(\{|&)/)]);
    }
  });
});

describe('the assets of the pages', () => {
  it('have the type that browsers insist on', () => {
    expect(assets.find('pages.css')?.contentType).toBe('text/css; charset=utf-8');
    expect(assets.find('api.js')?.contentType).toBe('text/javascript; charset=utf-8');
  });

  it('are scripts and styles, nothing else, and no way out of the folder', () => {
    for (const file of ['tsconfig.json', '../pages.module.ts', '..', '', 'constructor', '__proto__']) {
      expect(assets.find(file)).toBeNull();
    }
  });

  it('hold an estimator for the strength meter that judges as the server does', async () => {
    const estimator = await assets.findStrength('strength-estimator.js');
    const words = await assets.findStrength('strength-words.js');
    const load = async (asset: typeof words): Promise<any> =>
      import(`data:text/javascript;base64,${asset!.content.toString('base64')}`);
    const [{ ZxcvbnFactory }, { dictionary, graphs }] = [await load(estimator), await load(words)];
    const meter = new ZxcvbnFactory({ dictionary, graphs });
    expect(meter.check('password1', []).score).toBe(0);
    expect(meter.check('tall giraffes nap at noon', []).score).toBe(4);
    expect(await assets.findStrength('strength-meter.js')).toBeNull();
  });

  it('never put text into a page as HTML', () => {
    for (const [, source] of PAGE_NAMES.flatMap((page) => [...scriptsOf(`${page}.js`)])) {
      expect(source).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b/);
    }
  });
});

describe('the headers of the pages', () => {
  it('TR-05 allow our own files and nothing else', () => {
    expect(PAGE_HEADERS['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(PAGE_HEADERS).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    expect(ASSET_HEADERS['content-security-policy']).toMatch(/^default-src 'none'; .*sandbox/);
  });
});
