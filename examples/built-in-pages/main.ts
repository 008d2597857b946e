import { MunjigiClient, ProblemError, SignedOutError, type PageName } from 'munjigi-client';
import { language, texts } from './texts.js';

/** With cookie transport the client finds the session that the built-in pages have opened. */
const munjigi = new MunjigiClient({
  baseUrl: (import.meta.env.VITE_MUNJIGI_URL as string | undefined) ?? 'http://localhost:3000',
  transport: 'cookie',
  locale: language,
});

/** A link to a built-in page that leads back to where the visitor is now. */
function pageLink(page: PageName, text: string): HTMLElement {
  const link = document.createElement('a');
  link.href = munjigi.pageAddress(page, { returnTo: location.href });
  link.textContent = text;
  return link;
}

function button(text: string, onClick: () => void): HTMLElement {
  const element = document.createElement('button');
  element.type = 'button';
  element.textContent = text;
  element.addEventListener('click', onClick);
  return element;
}

function show(message: string, ...actions: HTMLElement[]): void {
  const heading = document.createElement('h1');
  heading.textContent = texts.title;
  const paragraph = document.createElement('p');
  paragraph.textContent = message;
  const navigation = document.createElement('nav');
  navigation.append(...actions);
  document.querySelector('#app')?.replaceChildren(heading, paragraph, navigation);
}

async function render(): Promise<void> {
  try {
    const { name, loginId } = await munjigi.me.get();
    show(
      texts.hello(name ?? loginId),
      pageLink('account', texts.account),
      // Rejects if the server was not reached; the client then ends the session at its next start.
      button(texts.logOut, () => void munjigi.logOut().catch(() => undefined)),
    );
  } catch (error) {
    // 401: the session has ended. The event `sessionEnded` reports it, too.
    const isSignedOut = error instanceof SignedOutError || (error instanceof ProblemError && error.status === 401);
    if (isSignedOut) showSignedOut();
    else
      show(
        texts.offline,
        button(texts.tryAgain, () => void render()),
      );
  }
}

function showSignedOut(): void {
  show(
    texts.signedOut,
    pageLink('login', texts.logIn),
    pageLink('sign-up', texts.signUp),
    pageLink('reset-password', texts.resetPassword),
  );
}

document.documentElement.lang = language;
document.title = texts.title;
munjigi.on('sessionEnded', showSignedOut); // also when another tab has logged out
addEventListener('hashchange', () => void render());
void render();
