import { h } from '../dom.js';
import { form, describeError } from '../form.js';
import { language, texts } from '../language.js';
import { munjigi } from '../munjigi.js';
import type { Page, View } from './view.js';

export const home: View = async (page) => {
  const t = texts();
  const [me, sessions, events] = await Promise.all([
    munjigi.me.get(),
    munjigi.sessions.list(),
    munjigi.me.securityEvents({ limit: 5 }),
  ]);
  const time = (at: string): string => new Date(at).toLocaleString(language.current());
  const onClick = (action: () => Promise<void>) => (): void => {
    action().then(
      () => page.go('home'),
      (error: unknown) => page.go('home', describeError(error)),
    );
  };
  page.show(
    h(
      'header',
      {},
      h('h1', {}, t.hello(me.name ?? me.loginId)),
      h(
        'button',
        { class: 'plain', id: 'log-out', click: () => void munjigi.logOut().catch(() => undefined) },
        t.logOut,
      ),
    ),
    h('p', { class: 'muted' }, `${me.loginId} · ${me.email}`),
    h(
      'section',
      { id: 'sessions' },
      h('h2', {}, t.sessions),
      ...sessions.map(({ id, browser, os, deviceName, ip, lastUsedAt, current }) =>
        h(
          'div',
          { class: 'item' },
          h(
            'div',
            {},
            h('strong', {}, deviceName ?? ([browser, os].filter(Boolean).join(' · ') || t.unknownDevice)),
            h('small', {}, `${ip} · ${t.lastUsed} ${time(lastUsedAt)}`),
          ),
          current
            ? h('span', { class: 'badge' }, t.thisDevice)
            : h('button', { class: 'plain', click: onClick(() => munjigi.sessions.end(id)) }, t.end),
        ),
      ),
      sessions.length > 1 &&
        h('button', { class: 'plain', click: onClick(() => munjigi.sessions.endOthers()) }, t.endOthers),
    ),
    h('section', { id: 'two-factor' }, h('h2', {}, t.twoFactor), h('p', {}, t.twoFactorText), setUpForm(page)),
    h(
      'section',
      {},
      h('h2', {}, t.events),
      ...events.items.map(({ type, at, ip }) =>
        h('div', { class: 'item' }, h('code', {}, type), h('small', {}, `${time(at)} · ${ip}`)),
      ),
    ),
  );
};

function setUpForm(page: Page): HTMLElement {
  const t = texts();
  return form({
    fields: [{ name: 'password', label: t.password, type: 'password', autocomplete: 'current-password' }],
    submit: t.setUp,
    onSubmit: async ({ password }) => {
      await munjigi.reauthenticate({ password });
      const { secret, qrSvg } = await munjigi.totp.enrol({ password });
      page.show(
        h('h1', {}, t.twoFactor),
        h('p', {}, t.scan),
        // As an image, not as inline SVG: scripts in an image do not run.
        h('img', { class: 'qr', alt: 'QR', src: `data:image/svg+xml,${encodeURIComponent(qrSvg)}` }),
        h('p', {}, h('code', { id: 'secret' }, secret)),
        form({
          fields: [
            { name: 'code', label: t.code, hint: t.codeHint, inputmode: 'numeric', autocomplete: 'one-time-code' },
          ],
          submit: t.confirm,
          onSubmit: async ({ code }) => showRecoveryCodes(page, (await munjigi.totp.confirm({ code })).recoveryCodes),
        }),
      );
    },
  });
}

function showRecoveryCodes(page: Page, codes: string[]): void {
  const t = texts();
  page.show(
    h('h1', {}, t.recoveryTitle),
    h('p', {}, t.recoveryText),
    h('ul', { class: 'codes' }, ...codes.map((code) => h('li', {}, h('code', {}, code)))),
    h('button', { class: 'primary', click: () => page.go('home') }, t.next),
  );
}
