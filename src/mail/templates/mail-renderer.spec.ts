import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { brandColors } from '../../platform/brand/brand-colors.js';
import { LOCALES, type Locale } from '../../platform/i18n/locale.js';
import { MailRenderer, type MailRendererOptions, type RenderedMail } from './mail-renderer.js';
import {
  MAIL_SAMPLES as SAMPLES,
  SAMPLE_CODE as CODE,
  SAMPLE_LINK as LINK,
  SAMPLE_TOKEN as TOKEN,
} from './mail-samples.js';
import { suspicionFields, type SuspicionReason } from './mail-kinds.js';
import type { MailTemplateName } from './mail-template.js';
import { MAIL_TEMPLATE_FIELDS, MAIL_TEMPLATE_NAMES } from './mail-template-fields.js';

const EVERY = MAIL_TEMPLATE_NAMES.flatMap((name) => LOCALES.map((locale) => [name, locale] as const));
const SUSPICIONS = [
  'new_device',
  'new_network',
  'new_country',
  'impossible_travel',
  'refresh_burst',
  'many_countries',
  'success_after_failures',
  'wrong_second_factor',
  'late_replay',
  'country_not_allowed',
] satisfies SuspicionReason[] as SuspicionReason[];
const CHALLENGE_MAILS = EVERY.filter(([name]) => 'code' in SAMPLES[name]);
const ALERTS = EVERY.filter(([name]) => 'notMeLink' in SAMPLES[name]);
/** The notice of a provider comes from the provider's network, so its mail shows no country of the member. */
const LOCATED = EVERY.filter(([name]) => 'network' in SAMPLES[name] && name !== 'provider-notice');
const NAMED = EVERY.filter(([name]) => 'name' in SAMPLES[name]);

const OPTIONS: MailRendererOptions = {
  productName: 'Acme',
  brandColor: '#2a51d8',
  logo: null,
  countryOf: (ip) => (ip === '198.18.3.0' ? 'KR' : null),
  defaultLocale: 'en',
};
const renderer = new MailRenderer(OPTIONS);

/** Renders a sample with some fields replaced. Untyped, because a stored row may contain any value. */
function mail(name: MailTemplateName, locale: Locale, changes: Record<string, unknown> = {}): RenderedMail {
  return renderer.render(name, locale, { ...SAMPLES[name], ...changes });
}

/** The text of an HTML part as a reader sees it. */
function visible(html: string): string {
  return html
    .replace(/^[\s\S]*<h1/, '<h1')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#x3D;/g, '=')
    .replace(/&#x27;/g, "'")
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ');
}

/** Numbers, times, ids and addresses in a text. */
function facts(words: string): string[] {
  return [...new Set(words.match(/https?:\S+|[\w./*#=-]*\d[\w./*#=:-]*|[a-z]+\*+[a-z]*|[a-z]+\.[a-z]+/g) ?? [])].sort();
}

describe('a mail', () => {
  it.each(EVERY)('%s in %s has a subject, an HTML part and a text part', (name, locale) => {
    const { subject, html, text } = mail(name, locale);
    expect(subject).toMatch(/^\[Acme\] \S/);
    expect(html).toMatch(new RegExp(`^<!DOCTYPE html>\\s*<html lang="${locale}"`));
    expect(text.length).toBeGreaterThan(100);
    expect(subject + html + text).not.toMatch(/\{\{|\}\}|undefined|\[object|NaN/);
  });

  it.each(EVERY)('%s in %s is written in that language', (name, locale) => {
    const { subject, html, text } = mail(name, locale);
    for (const words of [subject, visible(html), text]) {
      expect(/[가-힣]/.test(words)).toBe(locale === 'ko');
    }
  });

  it.each(EVERY)('%s in %s has the same facts in text and HTML', (name, locale) => {
    const { html, text } = mail(name, locale);
    expect(facts(visible(html))).toEqual(facts(text));
    expect(facts(text)).toEqual(expect.arrayContaining([{ en: '05:37', ko: '14:37' }[locale]]));
  });

  it.each(LOCATED)(
    'ML-06 %s in %s shows the time with its time zone and the country, and no network',
    (name, locale) => {
      const { html, text } = mail(name, locale);
      const country = { en: 'South Korea', ko: '대한민국' }[locale];
      expect(text).toContain({ en: `Country: ${country}`, ko: `국가: ${country}` }[locale]);
      expect(html + text).not.toContain('198.18.3.0');
      const elsewhere = mail(name, locale, { network: 'unknown', country: undefined });
      expect(elsewhere.text).not.toMatch(/Country:|국가:/);
      expect(text).toContain({ en: '22 November 2026, 05:37 UTC', ko: '2026년 11월 22일 14:37 (한국 시각)' }[locale]);
    },
  );

  it.each(EVERY)(
    'ML-06 %s in %s keeps code, token, link and login ID out of the subject and the preview',
    (name, locale) => {
      const { subject, html } = mail(name, locale);
      const preview = html.slice(0, html.indexOf('<h1'));
      for (const secret of [CODE, TOKEN, 'https:', 'minsu.kim', 'mi***m']) {
        expect(subject).not.toContain(secret);
        expect(preview).not.toContain(secret);
      }
    },
  );

  it.each(CHALLENGE_MAILS)(
    'ML-06 %s in %s shows code, link and their lifetimes, and warns never to share the code',
    (name, locale) => {
      const { html, text } = mail(name, locale);
      // A login ID is shown on the page where it was requested, so the mail has no link.
      const hasLink = name !== 'find-login-id';
      for (const words of [visible(html), text]) {
        expect(words).toContain(CODE);
        expect(words.includes(LINK)).toBe(hasLink);
        const life = name === 'invitation' ? { en: '24 hours', ko: '24시간' } : { en: '10 minutes', ko: '10분' };
        expect(words).toContain(life[locale]);
        expect(words).toContain({ en: 'Never share this code with anyone', ko: '누구에게도 알려 주지 마세요' }[locale]);
        expect(words).toContain({ en: 'ignore this email', ko: '무시해 주세요' }[locale]);
      }
      expect(html.includes(`href="${LINK.replace('=', '&#x3D;')}"`)).toBe(hasLink);
    },
  );

  it.each(EVERY)('ML-05 %s in %s loads no remote content', (name, locale) => {
    const { html } = mail(name, locale);
    expect(html).not.toMatch(/<(img|link|script|iframe|object|embed|video|audio|source|svg|form)\b/i);
    expect(html).not.toMatch(/\bsrc\s*=|\bsrcset\s*=|\bbackground\s*=|url\(|@import|@font-face/i);
    // Every address in the source is a link or its visible text.
    const addresses = html.match(/[^\s"'<>]*https?:[^\s"'<>]*/g) ?? [];
    const links = [...html.matchAll(/<a [^>]*href="([^"]*)"/g)].map((match) => match[1]);
    expect(addresses.filter((address) => !links.includes(address))).toEqual([]);
  });

  const branded = ['#ffd400', '#0a2540', '#7f7f7f'].map((color) => ({
    color,
    renderer: new MailRenderer({ ...OPTIONS, brandColor: color }),
  }));

  it.each(EVERY)('%s in %s has the brand colour, readable as on the pages', (name, locale) => {
    for (const { color, renderer } of branded) {
      const { onAccent, lightInk, darkInk } = brandColors(color);
      const { html } = renderer.render(name, locale, SAMPLES[name]);
      expect(html).toContain(`.button { background-color: ${color} !important; color: ${onAccent} !important; }`);
      expect(html).toContain(`.link { color: ${darkInk} !important; }`);
      for (const [, text, fill] of html.matchAll(/<a class="button"[^>]*;color:(#\w+);background-color:(#\w+);/g))
        expect([text, fill]).toEqual([onAccent, color]);
      for (const [, ink] of html.matchAll(/<a class="(?:link|outlined)"[^>]*[";]color:(#\w+);/g))
        expect(ink).toBe(lightInk);
      expect(html).not.toContain('#2a51d8');
    }
  });

  const logo = { cid: 'logo@munjigi.invalid', content: Buffer.from('png'), width: 84, height: 28 };
  const withLogo = new MailRenderer({ ...OPTIONS, logo });

  it.each(EVERY)('ML-05 %s in %s carries the logo in the mail itself', (name, locale) => {
    const { html } = withLogo.render(name, locale, SAMPLES[name]);
    expect(html.match(/<img [^>]*>/g)).toEqual([
      expect.stringMatching(/^<img src="cid:logo@munjigi\.invalid" alt="" width="84" height="28"/),
    ]);
  });

  it.each([
    ['not-me', 'en', 'You pressed “It wasn’t me”', 'on the page where you pressed the button'],
    ['not-me', 'ko', '‘제가 한 일이 아닙니다’ 버튼을 누르셔서', '버튼을 누르신 화면에'],
    ['email-undo', 'en', 'You undid the change of your email address', 'on the page where you undid the change'],
    ['email-undo', 'ko', '이메일 변경을 되돌리셔서', '변경을 되돌리신 화면에'],
  ] as const)(
    'describes what secured the account and where its code is typed: %s in %s',
    (after, locale, what, where) => {
      const { subject, html, text } = mail('password-reset', locale, { after });
      expect(subject).toContain({ en: 'Your account is secure', ko: '계정을 보호했습니다' }[locale]);
      expect(facts(visible(html))).toEqual(facts(text));
      for (const words of [visible(html), text]) {
        expect(words).toContain(what);
        expect(words).toContain(where);
        expect(words).not.toMatch(/You requested|ignore this email|stays as it is|요청하셨습니다|무시해 주세요/);
      }
    },
  );

  it.each(LOCALES)('informs the owner of a closed account that logging in opens it again (%s)', (locale) => {
    const { subject, html, text } = mail('sign-up-existing', locale, { closed: 1 });
    const sentence = {
      en: 'to open your account again, as it was',
      ko: '로그인하시면 탈퇴하신 계정이 그대로 복구됩니다',
    }[locale];
    expect(subject).toContain(
      { en: 'Logging in opens your account again', ko: '로그인하시면 계정이 복구됩니다' }[locale],
    );
    for (const words of [visible(html), text]) expect(words).toContain(sentence);
    expect(mail('sign-up-existing', locale).text).not.toContain(sentence);
  });

  it.each(EVERY)('%s in %s supports dark mode and phones', (name, locale) => {
    const { html } = mail(name, locale);
    expect(html).toContain('<meta name="color-scheme" content="light dark">');
    expect(html).toContain('prefers-color-scheme: dark');
    expect(html).toContain('width=device-width');
  });

  it.each(LOCALES)('AD-02 describes in %s each action of an administrator differently, without a network', (locale) => {
    const mails = [
      ...[
        'disabled',
        'enabled',
        'made-admin',
        'no-longer-admin',
        'logged-out',
        'session-ended',
        'two-factor-removed',
        'factor-removed',
        'passkey-removed',
        'account-unlinked',
        'accounts-unlinked',
        'unlocked',
      ],
    ].map((what) => mail('admin-action', locale, { what }));
    expect(new Set(mails.map(({ text }) => text)).size).toBe(mails.length);
    for (const { html, text } of mails) {
      expect(text).toContain({ en: '22 November 2026, 05:37 UTC', ko: '2026년 11월 22일 14:37 (한국 시각)' }[locale]);
      expect(visible(html)).not.toMatch(/network|네트워크/i);
    }
  });

  it.each(LOCALES)('AD-02 links in %s to the page for setting a password and gives the reason', (locale) => {
    const texts = ['account-created', 'reset-demanded'].map((why) => mail('set-password', locale, { why }).text);
    expect(new Set(texts).size).toBe(2);
    for (const text of texts) expect(text).toContain(LINK);
  });

  it('uses the singular for one minute', () => {
    expect(mail('find-login-id', 'en', { codeMinutes: 1 }).text).toContain('works for 1 minute,');
  });

  it('distinguishes a changed password from a reset one', () => {
    expect(mail('password-changed', 'en', { how: 'changed' }).text).toContain('All other devices were logged out');
    expect(mail('password-changed', 'en', { how: 'reset' }).text).toContain('All devices were logged out');
  });

  it.each([
    ['enabled', 'en', 'Two-step login is on', 'Two-step login was turned on'],
    ['disabled', 'en', 'Two-step login is off', 'your password alone is enough'],
    ['recovery-codes-replaced', 'en', 'New recovery codes were created', 'The old ones no longer work'],
    ['recovery-codes-removed', 'en', 'The recovery codes were removed', 'They no longer work'],
    ['recovery-code-used', 'en', 'A recovery code was used', 'It can’t be used again'],
    ['app-removed', 'en', 'The authenticator app was removed', 'Your passkeys remain your second step'],
    [
      'removal-scheduled',
      'en',
      'A second step will be removed',
      'log in with your password and this second step: it then stays',
    ],
    ['removal-cancelled', 'en', 'The second step stays', 'that was going to be removed'],
    ['passkey-added', 'en', 'A passkey was added', 'your second step after your password'],
    ['passkey-removed', 'en', 'A passkey was removed', 'can no longer be used to log in'],
    ['enabled', 'ko', '2단계 인증이 켜졌습니다', '한 번 더 인증해야 합니다'],
    ['disabled', 'ko', '2단계 인증이 꺼졌습니다', '비밀번호만으로 로그인할 수 있습니다'],
    ['recovery-codes-replaced', 'ko', '새 복구 코드가 발급되었습니다', '이전 복구 코드는 더 이상 사용할 수 없습니다'],
    ['recovery-codes-removed', 'ko', '복구 코드가 삭제되었습니다', '더 이상 사용할 수 없습니다'],
    ['recovery-code-used', 'ko', '복구 코드가 사용되었습니다', '이 복구 코드는 다시 사용할 수 없습니다'],
    ['app-removed', 'ko', '인증 앱이 해제되었습니다', '패스키를 계속 사용합니다'],
    ['removal-scheduled', 'ko', '2단계 인증 수단이 해제될 예정입니다', '비밀번호와 이 인증 수단으로 로그인해 주세요'],
    ['removal-cancelled', 'ko', '2단계 인증 수단이 유지됩니다', '이 인증 수단은 해제되지 않습니다'],
    ['passkey-added', 'ko', '패스키가 추가되었습니다', '비밀번호 없이 로그인할 수 있습니다'],
    ['passkey-removed', 'ko', '패스키가 삭제되었습니다', '더 이상 로그인할 수 없습니다'],
  ] as const)('describes each change of two-step login: %s in %s', (what, locale, title, sentence) => {
    const removeOn = what === 'removal-scheduled' ? '2026-12-06T05:37:12.345Z' : undefined;
    const { subject, html, text } = mail('two-factor-changed', locale, {
      what,
      recoveryCodesLeft: undefined,
      removeOn,
    });
    expect(subject).toBe(`[Acme] ${title}`);
    expect(html).toContain(`<title>${title}</title>`);
    expect(facts(visible(html))).toEqual(facts(text));
    expect(text).toMatch(new RegExp(`^${title}\n\n\\S`));
    for (const words of [visible(html), text]) expect(words).toContain(sentence);
  });

  it.each([
    ['en', 'If you didn’t add it, there is nothing else you need to do'],
    ['ko', '직접 추가하신 것이 아닌가요? 예정된 시각에 해제되므로 따로 하실 일은 없습니다'],
  ] as const)('advises no action before a second step of someone else is removed (%s)', (locale, advice) => {
    const changes = { what: 'removal-scheduled', recoveryCodesLeft: undefined, removeOn: '2026-12-06T05:37:12.345Z' };
    const { html, text } = mail('two-factor-changed', locale, changes);
    for (const words of [visible(html), text]) {
      expect(words).toContain(advice);
      expect(words).not.toMatch(/If this was|직접 하신 일/); // the member has reported that already
    }
  });

  it.each([
    ['linked', 'en', 'A login with Google was added', 'without your password'],
    ['unlinked', 'en', 'The login with Google was removed', 'no longer be used to log in'],
    ['signed-up', 'en', 'Your account was created with Google', 'which Google has verified'],
    ['signed-up', 'ko', 'Google 계정으로 가입되었습니다', 'Google에서 확인된 이 이메일로'],
    ['linked', 'ko', 'Google 로그인이 연결되었습니다', '비밀번호 없이 로그인할 수 있습니다'],
    ['unlinked', 'ko', 'Google 로그인 연결이 해제되었습니다', '더 이상 로그인할 수 없습니다'],
  ] as const)('SO-13 describes a linked, unlinked or new account: %s in %s', (what, locale, title, sentence) => {
    const { subject, html, text } = mail('identity-changed', locale, { what });
    expect(subject).toBe(`[Acme] ${title}`);
    expect(facts(visible(html))).toEqual(facts(text));
    for (const words of [visible(html), text]) expect(words).toContain(sentence);
  });

  it.each(LOCALES)('explains to a member who used a provider how to link it (%s)', (locale) => {
    const { html, text } = mail('sign-up-existing', locale, { provider: 'Google' });
    for (const words of [visible(html), text]) expect(words).toMatch(/link your Google account|Google 계정을 연결/);
    expect(mail('sign-up-existing', locale).text).not.toContain('Google');
  });

  it.each([
    ['en', 'no new account can use this address'],
    ['ko', '이 이메일로는 새 계정을 만들 수 없습니다'],
  ] as const)('CC-11 states until when the previous address of a member is reserved (%s)', (locale, sentence) => {
    const existing = (reservedUntil?: string) => mail('sign-up-existing', locale, { reservedUntil });
    const { html, text } = existing('2026-12-06T05:37:12.345Z');
    expect(facts(visible(html))).toEqual(facts(text));
    for (const words of [visible(html), text]) expect(words).toContain(sentence);
    expect(existing().text).not.toContain(sentence);
  });

  it('OC-08 shows the number of recovery codes left, and warns if there are none', () => {
    const left = (recoveryCodesLeft: number) => mail('two-factor-changed', 'en', { recoveryCodesLeft });
    expect(left(3).text).toContain('Recovery codes left: 3');
    expect(left(3).text).not.toContain('no recovery codes left');
    expect(left(0).text).toContain('Recovery codes left: 0');
    for (const words of [visible(left(0).html), left(0).text]) expect(words).toContain('no recovery codes left');
  });

  it.each(LOCALES)('names the passkey, and states if it was the last second step (%s)', (locale) => {
    const removed = (isSecondStepOff?: 1) =>
      mail('two-factor-changed', locale, { what: 'passkey-removed', passkeyName: 'Blue key', isSecondStepOff });
    const off = locale === 'en' ? 'password alone is enough' : '비밀번호만으로 로그인할 수 있습니다';
    for (const words of [visible(removed(1).html), removed(1).text]) {
      expect(words).toContain('Blue key');
      expect(words).toContain(off);
    }
    expect(removed().text).not.toContain(off);
  });

  it.each(LOCALES)('SS-06 lists the reasons why a login looks suspicious, and no others (%s)', (locale) => {
    const none = Object.fromEntries(SUSPICIONS.map((reason) => [reason, undefined]));
    const named = (reasons: SuspicionReason[]) => {
      const { html, text } = mail('suspicious-login', locale, { ...none, ...suspicionFields(reasons) });
      const items = [...html.matchAll(/<li>(.*)<\/li>/g)].map((match) => match[1]);
      expect([...text.matchAll(/^- (.*)$/gm)].map((match) => match[1])).toEqual(items);
      return items;
    };
    const sentences = SUSPICIONS.flatMap((reason) => named([reason]));
    expect(new Set(sentences).size).toBe(SUSPICIONS.length);
    expect(named(SUSPICIONS).sort()).toEqual(sentences.sort());
  });

  it('SS-06 is refused without a reason for the suspicion', () => {
    expect(() => suspicionFields([])).toThrow('needs a reason');
  });

  it.each(ALERTS)('%s in %s offers “It wasn’t me” and states that opening the link changes nothing', (name, locale) => {
    const { html, text } = mail(name, locale);
    for (const words of [visible(html), text]) {
      expect(words).toContain({ en: 'It wasn’t me', ko: '제가 한 일이 아닙니다' }[locale]);
      expect(words.toLowerCase()).toContain({ en: 'nothing changes until', ko: '아무것도 바뀌지 않습니다' }[locale]);
      expect(words).toContain({ en: 'all devices are logged out', ko: '모든 기기에서 로그아웃' }[locale]);
      expect(words).toContain(LINK);
    }
    expect(html.match(/<a class="(button|outlined)"/g)).toHaveLength(1); // one action only, so that a worried reader need not choose
  });

  it.each(ALERTS)('%s in %s explains what to do if there is no such link', (name, locale) => {
    const { html, text } = mail(name, locale, { notMeLink: undefined });
    expect(html + text).not.toContain({ en: 'It wasn’t me', ko: '제가 한 일이 아닙니다' }[locale]);
    for (const words of [visible(html), text]) {
      expect(words).toMatch({ en: /password/, ko: /비밀번호/ }[locale]);
      expect(words).not.toMatch({ en: /below and confirm/, ko: /누르고 확인|열고 확인/ }[locale]);
    }
  });

  it('SS-07 informs the old address how long the change can be undone', () => {
    expect(mail('email-changed', 'en', { undoDays: 1 }).text).toContain('for 1 day.');
    expect(mail('email-changed', 'en').text).toContain('for 7 days.');
    expect(mail('email-changed', 'ko').text).toContain('7일 동안 되돌리실 수 있습니다');
  });

  it.each(['en', 'ko'] as const)(
    'CC-11 offers no undo where the member moved back to an earlier address (%s)',
    (locale) => {
      const { html, text } = mail('email-changed', locale, { undoLink: undefined });
      for (const words of [visible(html), text]) {
        expect(words).toMatch({ en: /cannot undo the change/, ko: /되돌리실 수 없습니다/ }[locale]);
        expect(words).not.toMatch({ en: /below/, ko: /아래/ }[locale]);
      }
    },
  );

  it('shows until when a closed account can be restored', () => {
    expect(mail('account-closed', 'en').text).toContain('Erased on: 6 December 2026, 05:37 UTC');
    expect(mail('account-closed', 'ko').text).toContain('삭제 예정일: 2026년 12월 6일 14:37 (한국 시각)');
  });

  it('BF-04 informs the owner of an attacked account that known devices keep working', () => {
    expect(mail('login-locked', 'en').text).toContain('Devices you have used before are not affected');
    expect(mail('login-locked', 'ko').text).toContain('전에 사용하시던 기기는 그대로 이용하실 수 있습니다');
  });

  it.each(EVERY)('%s in %s renders without its optional fields', (name, locale) => {
    const optional = Object.entries<string>(MAIL_TEMPLATE_FIELDS[name]).filter(([, need]) => need === 'optional');
    const { html, text } = mail(name, locale, Object.fromEntries(optional.map(([field]) => [field, undefined])));
    expect(facts(visible(html))).toEqual(facts(text));
    expect(html + text).not.toMatch(/undefined|, ?님|Hello ,/);
  });
});

describe('free text from an attacker in a mail', () => {
  it.each(NAMED)('ML-05 is escaped and never executed as a template (%s in %s)', (name, locale) => {
    const hostile = '<img src=x onerror="alert(1)"> {{7*7}} {{code}} ${7*7}';
    const { subject, html, text } = mail(name, locale, { name: hostile });
    expect(html).toContain('&lt;img src&#x3D;x onerror&#x3D;&quot;alert(1)&quot;&gt; {{7*7}} {{code}}');
    expect(html).not.toContain('<img');
    expect(text).toContain('{{7*7}} {{code}}');
    expect(html + text).not.toContain('49');
    expect(subject).toBe(mail(name, locale).subject);
  });

  it.each(EVERY)('ML-05 every field is escaped in HTML (%s in %s)', (name, locale) => {
    for (const [field, value] of Object.entries(SAMPLES[name])) {
      if (typeof value !== 'string' || /At$|^at$|On$|Since$|^how$|^what$/.test(field)) continue;
      const poison = value.startsWith('https:') ? `https://x.example/"><b id=x>` : '"><b id=x>';
      expect(mail(name, locale, { [field]: poison }).html).not.toMatch(/<b\b|="[^"<>]*"><b/);
    }
  });

  it.each(EVERY)('ML-01 cannot add a line (%s in %s)', (name, locale) => {
    for (const field of ['name', 'deviceName', 'loginIdMasked', 'country', 'code']) {
      if (!(field in SAMPLES[name])) continue;
      const broken = 'a\r\nBcc: x@example.org\u0000\u2028\u0085b\u202ec\ud800';
      const { subject, html, text } = mail(name, locale, { [field]: broken });
      expect(subject).not.toMatch(/[\p{Cc}]/u);
      expect(text).not.toMatch(/^\s*Bcc:/m);
      expect(html + text).not.toMatch(/(?!\n)\p{Cc}|[\u2028\u202e]|\p{Cs}/u);
      expect(text).toContain('a Bcc');
    }
  });

  it.each([
    ['You won, see https://evil.example/win', /https:\/\/|evil\.example/],
    ['www.evil.example', /www\.evil|evil\.example/],
    ['mail a@evil.example', /@evil\.example/],
  ])('does not become a link: %s', (name, link) => {
    const { html, text } = mail('new-device', 'en', { name, deviceName: name, notMeLink: undefined });
    expect(html).not.toMatch(link);
    expect(text).not.toMatch(link);
  });

  it.each(LOCALES)(
    'AC-01 the reason of an administrator is shown in %s, without links, and left out where none was given',
    (locale) => {
      for (const name of ['admin-action', 'set-password'] as const) {
        const { html, text } = mail(name, locale, { reason: `Ticket 7 <b>, evil.example ${'x'.repeat(600)}` });
        expect(text).toMatch(/: Ticket 7 <b>, evil\. example x+…/);
        expect(html).toContain('Ticket 7 &lt;b&gt;, evil. example');
        expect(html + text).not.toMatch(/x{500}/);
        expect(mail(name, locale, { reason: undefined }).text).not.toMatch(/Reason|사유/);
      }
    },
  );

  it('is shortened', () => {
    expect(mail('sign-up', 'en', { name: '가'.repeat(500) }).text).toContain(`Hello ${'가'.repeat(60)}…,`);
  });

  it('does not change ordinary names', () => {
    for (const name of ["Miles O'Brien", '김민수', 'José María', 'Anna-Lena']) {
      expect(mail('sign-up', 'en', { name }).text).toContain(`Hello ${name},`);
    }
  });
});

describe('an invalid mail', () => {
  it.each(EVERY)('%s in %s is refused if a required field is missing', (name, locale) => {
    for (const [field, need] of Object.entries<string>(MAIL_TEMPLATE_FIELDS[name])) {
      if (need === 'optional') continue;
      expect(() => mail(name, locale, { [field]: undefined })).toThrow(`needs ${field}`);
      expect(() => mail(name, locale, { [field]: null })).toThrow(`needs ${field}`);
      expect(() => mail(name, locale, { [field]: { toString: 'x' } })).toThrow(`cannot print ${field}`);
    }
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', ' JaVaScRiPt:alert(1)', '/relative', 'myapp://reset', ''])(
    'ML-05 is refused if its button would open %j',
    (link) => {
      expect(() => mail('password-reset', 'en', { link })).toThrow('only to http and https');
    },
  );

  it('is refused if a time is not ISO 8601', () => {
    expect(() => mail('new-device', 'ko', { at: 'yesterday' })).toThrow('ISO 8601');
  });

  it('is refused if the template is unknown; with an unknown language it is rendered in the default one', () => {
    const render = renderer.render.bind(renderer) as (...values: unknown[]) => RenderedMail;
    expect(() => render('../secrets', 'en', {})).toThrow('unknown mail template');
    expect(() => render('toString', 'en', {})).toThrow('unknown mail template');
    expect(render('new-device', '../../en', SAMPLES['new-device'])).toEqual(mail('new-device', 'en'));
  });

  it('keeps values out of the error message, because it is logged', () => {
    expect(() => mail('password-reset', 'en', { link: `javascript:${TOKEN}` })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(TOKEN) }),
    );
  });
});

describe('the template files', () => {
  const root = fileURLToPath(new URL('./', import.meta.url));
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.hbs'));

  it('never print a value unescaped', () => {
    for (const file of files)
      expect([file, readFileSync(root + file, 'utf8')]).toEqual([file, expect.not.stringMatching(/\{\{~?\s*(\{|&)/)]);
  });

  it('are complete: three parts in each language, and nothing else', () => {
    const expected = EVERY.flatMap(([name, locale]) =>
      ['html', 'subject', 'text'].map((part) => `${name}/${locale}.${part}.hbs`),
    );
    expect(files.filter((file) => !file.startsWith('_layout')).sort()).toEqual(expected.sort());
  });
});
