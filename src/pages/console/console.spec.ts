import { describe, expect, it } from '@jest/globals';
import { SERIES } from '../../admin/overview/overview-counts.service.js';
import { FINDING_ACTIONS, FINDING_CODES } from '../../auth/login-diagnosis/login-finding.js';
import { OPEN_CHALLENGE_KINDS } from '../../mfa/challenges/open-challenges.service.js';
import { PAGE_NAMES } from '../../platform/config/built-in-pages.js';
import { LOCALES } from '../../platform/i18n/locale.js';
import { PageAssets } from '../page-assets.js';
import { PageRenderer } from '../page-renderer.js';
import { en as pageTexts } from '../texts/en.js';
import { consoleTexts, loadConsole, VIEWS } from './console.js';
import { en } from './texts.en.js';
import { ko } from './texts.ko.js';

const renderer = new PageRenderer({
  ...{ productName: 'Acme <b>', hasLogo: false, pages: PAGE_NAMES, returnOrigins: [], sharesCookie: false },
  ...{
    passwordMinLength: 10,
    passwordMinScore: 3,
    resendSeconds: 60,
    erasureGraceSeconds: 14 * 86_400,
    attributes: new Map(),
  },
  ...{ signUp: 'open' as const, signUpDomains: [] },
  ...{ socialProviders: [], socialRedirectUri: null, hasConsents: false, hasConsole: true },
});
const { assets, render } = loadConsole(renderer, { login: true });
const shared = new PageAssets({ color: '#2a51d8', logo: null });
const scripts = [...assets].filter(([file]) => file.endsWith('.js')).map(([, { content }]) => content.toString());

describe('the texts of the console', () => {
  it('exist in every language, with the same placeholders, and are written in that language', () => {
    const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
    expect(Object.keys(ko).sort()).toEqual(Object.keys(en).sort());
    for (const [key, text] of Object.entries(ko)) {
      expect([key, placeholders(text)]).toEqual([key, placeholders(en[key as keyof typeof en])]);
      expect([key, text]).toEqual([key, expect.stringMatching(/[가-힣]/)]);
    }
    for (const text of Object.values(en)) expect(text).not.toMatch(/[가-힣]/);
  });

  it('include every text that a script uses, and no other', () => {
    const known = Object.keys(en);
    const source = [...scripts, render('en')].join('\n');
    const literals = [...source.matchAll(/\btext\(\s*'([\w-]+)'/g)].map(([, key]) => key!);
    expect(literals.length).toBeGreaterThan(50);
    const everyKey = new Set([...known, ...Object.keys(consoleTexts().en), ...Object.keys(pageTexts.common)]);
    expect(literals.filter((key) => !everyKey.has(key))).toEqual([]);
    // Keys that a script puts together, such as `status-${status}`.
    const prefixes = [...source.matchAll(/`([\w]+-)\$\{/g)].map(([, prefix]) => prefix!);
    // Keys that a script adds an ending to, such as `${name}Effect`.
    const endings = [...source.matchAll(/`\$\{\w+\}([A-Z]\w+)`/g)].map(([, ending]) => ending!);
    // The page itself contains texts, in which the placeholders may have been filled.
    const isInPage = (begin: string): boolean => begin !== '' && source.includes(begin);
    const isUsed = (key: string): boolean =>
      source.includes(`'${key}'`) ||
      prefixes.some((prefix) => key.startsWith(prefix)) ||
      endings.some((ending) => key.endsWith(ending)) ||
      isInPage(en[key as keyof typeof en].split('{')[0]!);
    expect(known.filter((key) => !isUsed(key))).toEqual([]);
  });

  it.each([
    ['finding-', FINDING_CODES],
    ['series-', SERIES],
    ['challenge-', OPEN_CHALLENGE_KINDS],
    ['mail-', ['pending', 'sent', 'dead', 'dropped', 'withheld']],
    ['view-', [...VIEWS, 'member', 'webhook']],
  ])('have one key that begins with %s for each known value', (prefix, names) => {
    const named = Object.keys(en).filter((key) => key.startsWith(prefix));
    expect(named.sort()).toEqual(names.map((name) => prefix + name).sort());
  });

  it('use no key of the texts that all pages have', () => {
    expect(Object.keys(en).filter((key) => key in pageTexts.common)).toEqual([]);
  });
});

describe('the console', () => {
  it('offers each action that the diagnosis names', () => {
    const source = assets.get('diagnosis.js')!.content.toString();
    for (const action of FINDING_ACTIONS) expect(source).toContain(action);
  });

  it.each(LOCALES)('AC-40 in %s has no inline scripts or styles, and loads nothing from other hosts', (locale) => {
    const html = render(locale);
    expect(html).toContain(`<html lang="${locale}">`);
    expect(html).not.toMatch(/<style\b|\sstyle=|\son\w+=|javascript:|\{\{|undefined|\[object|<b>/i);
    expect(html.match(/<script\b[^>]*>/g)).toEqual(['<script type="module" src="assets/admin/console.js">']);
    expect(html).not.toMatch(/(src|<link [^>]*href)="(https?:)?\/\//);
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    expect(ids.length).toBe(new Set(ids).size);
    for (const [, id] of html.matchAll(/<label for="([^"]+)"/g)) expect(ids).toContain(id);
  });

  it('AC-40 inserts what it shows as text, never as HTML', () => {
    for (const source of scripts) {
      expect(source).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|DOMParser/);
      // No attribute of an element may be code or lead to another site.
      expect(source).not.toMatch(/\b(el|button)\([^)]*\b(on\w+|srcdoc|style):/);
    }
  });

  it('loads only scripts that exist', () => {
    for (const source of scripts) {
      for (const [, file] of source.matchAll(/(?:from |import\()'\.\/([^']+)'/g)) expect(assets.has(file!)).toBe(true);
      for (const [, file] of source.matchAll(/from '\.\.\/([^']+)'/g)) expect(shared.find(file!)).not.toBeNull();
    }
    expect(assets.has('console.css')).toBe(true);
    for (const view of VIEWS) expect(render('en')).toContain(`data-nav="${view}"`);
  });

  it('AC-40 loads nothing in other pages, and is not linked from them', () => {
    for (const page of PAGE_NAMES) expect(renderer.render(page, 'en')).not.toMatch(/assets\/admin|href="admin/);
  });
});
