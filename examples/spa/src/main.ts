import './style.css';
import { SignedOutError } from 'munjigi-client';
import { h } from './dom.js';
import { describeError } from './form.js';
import { language, texts, type Language } from './language.js';
import { munjigi } from './munjigi.js';
import { findLoginId } from './views/find-login-id.js';
import { forgottenPassword } from './views/forgotten-password.js';
import { home } from './views/home.js';
import { login } from './views/login.js';
import { signUp } from './views/sign-up.js';
import { finishSocialLogin } from './views/social.js';
import type { Page, View } from './views/view.js';

const VIEWS: Record<string, View> = {
  login,
  home,
  'sign-up': signUp,
  'forgotten-password': forgottenPassword,
  'find-login-id': findLoginId,
};

/** Shown once, by the next view. */
let notice = '';

/** The name of the view on the screen. The hash may name another one, which is not for this visitor. */
let shown: string | undefined;

const page: Page = {
  show: (...content) => {
    const card = h(
      'main',
      { class: 'card' },
      notice !== '' && h('p', { class: 'notice', role: 'status' }, notice),
      ...content,
    );
    document.querySelector('#app')?.replaceChildren(languages(), card);
    notice = '';
    card.querySelector<HTMLInputElement>(':scope > form input')?.focus();
  },
  go: (route, message = '') => {
    notice = message;
    if (location.hash === `#/${route}`) void render();
    else location.hash = `#/${route}`;
  },
};

function languages(): HTMLElement {
  const button = (code: Language, name: string): HTMLElement =>
    h(
      'button',
      { class: 'plain', 'aria-pressed': String(language.current() === code), click: () => choose(code) },
      name,
    );
  return h('div', { class: 'languages' }, button('en', 'English'), button('ko', '한국어'));
}

function choose(code: Language): void {
  language.choose(code);
  void render();
}

async function render(): Promise<void> {
  document.documentElement.lang = language.current();
  const isSignedIn = (await munjigi.currentSession()) !== undefined;
  const requested = location.hash.slice(2);
  const isForVisitors = Object.hasOwn(VIEWS, requested) && requested !== 'home';
  const route = isSignedIn ? 'home' : isForVisitors ? requested : 'login';
  shown = route;
  try {
    await VIEWS[route]?.(page);
  } catch (error) {
    if (error instanceof SignedOutError) return; // the sessionEnded listener has shown the login
    if ((await munjigi.currentSession()) === undefined) return;
    page.show(
      h('p', { class: 'problem' }, describeError(error)),
      h('button', { class: 'primary', click: () => void render() }, '↻'),
    );
  }
}

// The session has ended in this tab, in another tab or on another device: show the login with the
// reason.
munjigi.on('sessionEnded', ({ reason }) => page.go('login', texts().ended[reason]));
// The member has signed in, in this tab or another one, or the tokens were refreshed.
munjigi.on('tokensChanged', () => {
  if (shown !== 'home') page.go('home');
});
addEventListener('hashchange', () => void render());
if (munjigi.social.isAnswer()) void finishSocialLogin(page);
else void render();
