import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { LOCALES } from '../i18n/locale.js';
import { MAIL_TEMPLATE_FIELDS, MAIL_TEMPLATE_NAMES } from '../mail/mail-template.js';
import { PageAssets } from './page-assets.js';
import { PAGE_HEADERS } from './page-headers.js';
import { PAGE_NAMES, PageRenderer, type PageName } from './page-renderer.js';
import { en } from './texts/en.js';
import { ko } from './texts/ko.js';

const renderer = new PageRenderer({ productName: 'Acme <b>&</b> "Sons"', loginUrl: 'https://app.example/login' });
const assets = new PageAssets();
/** Pages that ask for more than a press of a button. */
const FORMS: readonly PageName[] = ['confirm-sign-up', 'reset-password'];
const EVERY = PAGE_NAMES.flatMap((page) => LOCALES.map((locale) => [page, locale] as const));

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
  seen.set(file, asset.content);
  for (const [, imported] of asset.content.matchAll(/from '\.\/([^']+)'/g)) scriptsOf(imported!, seen);
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
    const html = renderer.render(page, locale);
    expect(html).toContain(`<html lang="${locale}">`);
    expect(html.match(/<h1\b/g)).toHaveLength(1);
    expect(html).toContain(`href="?lang=${locale === 'en' ? 'ko' : 'en'}"`);
    expect(html).toContain('<noscript>');
    expect(html).not.toMatch(/\{\{|undefined|\[object/);
  });

  it.each(EVERY)('%s in %s runs nothing inline and loads nothing from elsewhere', (page, locale) => {
    const html = renderer.render(page, locale);
    expect(html).not.toMatch(/<style\b|\sstyle=|\son\w+=|javascript:/i);
    expect(html.match(/<script\b[^>]*>/g)).toEqual([`<script type="module" src="assets/${page}.js">`]);
    expect(html).not.toMatch(/(src|<link [^>]*href)="(https?:)?\/\//);
  });

  it.each(EVERY)('%s in %s asks for nothing but what exists in assets', (page, locale) => {
    const html = renderer.render(page, locale);
    const files = [...html.matchAll(/(?:src|href)="assets\/([^"]+)"/g)].map((match) => match[1]!);
    for (const file of files) expect([file, assets.find(file)]).toEqual([file, expect.anything()]);
    expect([...scriptsOf(`${page}.js`).keys()]).toContain('page.js');
  });

  it.each(EVERY)('%s in %s labels every field and tells the browser what it is for', (page, locale) => {
    const html = renderer.render(page, locale);
    const inputs = html.match(/<input\b[^>]*>/g) ?? [];
    expect(inputs.length > 0).toBe(FORMS.includes(page));
    for (const input of inputs) {
      expect(html).toContain(`<label for="${/ id="(\w+)"/.exec(input)![1]}">`);
      expect(input).toMatch(/autocomplete="(new-password|current-password|username)"/);
      for (const id of /aria-describedby="([^"]+)"/.exec(input)![1]!.split(' ')) expect(html).toContain(`id="${id}"`);
    }
  });

  it.each(EVERY)('%s in %s has every state, part and place that its script shows or fills', (page, locale) => {
    const html = renderer.render(page, locale);
    const scripts = [...scriptsOf(`${page}.js`).values()].join('\n');
    const asked = (pattern: RegExp) => [...new Set([...scripts.matchAll(pattern)].map((match) => match[1]!))];
    const states = asked(/\b(?:show|end)\('(\w[\w-]*)'/g);
    expect(states).toEqual(expect.arrayContaining(['ready', 'missing', 'broken']));
    for (const state of states) expect(html).toContain(`data-state="${state}"`);
    for (const group of asked(/\bshowGroup\('(\w+)'/g)) expect(html).toContain(`data-group="${group}"`);
    for (const form of asked(/\bonSubmit\('(\w+)'/g)) {
      expect(html).toMatch(
        new RegExp(`<form data-form="${form}"[^>]*>\\s*<div class="problem" role="alert"[^>]* data-problem`),
      );
    }
    // A state of its own heading is announced by that heading; only the first keeps the title of the page.
    expect(html.match(/<section data-state="(?!ready")[^>]*>/g)!.filter((tag) => !tag.includes('data-title='))).toEqual(
      [],
    );
  });

  it.each([
    ['not-me', 'auth/not-me'],
    ['confirm-email', 'members/me/email/confirm-link'],
    ['undo-email', 'members/me/email/undo'],
  ] as const)('OC-05 %s posts to %s when its button is pressed, not when it is opened', (page, operation) => {
    const source = assets.find(`${page}.js`)!.content;
    expect(source).toContain(`operation: '${operation}'`);
    const posts = [...source.matchAll(/\bpost\('([^']+)'/g)].map((match) => match[1]);
    expect(posts).toEqual(page === 'not-me' ? ['auth/not-me/inspect'] : []); // looking up changes nothing
  });

  it('OC-05 sends nothing by a form of its own: without a script, a click changes nothing', () => {
    for (const [page, locale] of EVERY) expect(renderer.render(page, locale)).not.toMatch(/\s(form)?(action|method)=/i);
  });

  it('escapes what the operator configured', () => {
    for (const [page, locale] of EVERY)
      expect(renderer.render(page, locale)).toContain('Acme &lt;b&gt;&amp;&lt;/b&gt; &quot;Sons&quot;');
  });

  it('links to the login page only where one is configured', () => {
    expect(renderer.render('reset-password', 'en')).toContain('href="https://app.example/login"');
    expect(new PageRenderer({ productName: 'Acme' }).render('reset-password', 'en')).not.toContain('Log in</a>');
  });

  it('is rendered without a raw value: the views escape everything', () => {
    for (const view of ['layout', 'password-field', ...PAGE_NAMES]) {
      const source = readFileSync(fileURLToPath(new URL(`./views/${view}.hbs`, import.meta.url)), 'utf8');
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

  it('never put text into a page as HTML', () => {
    for (const [, source] of PAGE_NAMES.flatMap((page) => [...scriptsOf(`${page}.js`)])) {
      expect(source).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b/);
    }
  });
});

describe('the headers of the pages', () => {
  it('TR-05 allow our own files and nothing else', () => {
    expect(PAGE_HEADERS['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(PAGE_HEADERS).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  });
});
