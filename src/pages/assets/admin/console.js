// @ts-check

/** The console of administrators: shows one view at a time, which the address of the page names. */

import { toProblem } from '../api.js';
import { reasonOf } from '../form-problems.js';
import { onLanguageChange } from '../language.js';
import { announce, find, onAction, setTitle, show, text } from '../page.js';
import { onSignedOut } from '../panel.js';
import { Left, leaveConsole, leaveEnded, leaveToAccount, logInAgain } from './admin-api.js';
import { closeDialogs } from './dialog.js';
import { onNavigation } from './navigation.js';

/** @typedef {import('./card.js').Card<any>} Card */
/** @typedef {import('./filter-form.js').FilterForm} FilterForm */
/**
 * A view is a list of cards, and forms that select what they show. The cards load together, unless
 * the view loads them itself.
 * @typedef {{ parts: (Card | FilterForm)[], title?: () => string, load?: () => Promise<void> }} View
 */

/** @type {Record<string, () => Promise<{ open: (params: URLSearchParams, onNamed: () => void) => View }>>} */
const VIEWS = {
  overview: () => import('./overview.js'),
  members: () => import('./members.js'),
  member: () => import('./member.js'),
  invitations: () => import('./invitations.js'),
  mails: () => import('./mails.js'),
  'mail-texts': () => import('./mail-texts.js'),
  'api-keys': () => import('./api-keys.js'),
  webhooks: () => import('./webhooks.js'),
  webhook: () => import('./webhook.js'),
  imports: () => import('./imports.js'),
};
const FIRST = 'overview';
/** The link of the navigation that a view belongs to, where it has none itself. */
const PARENTS = /** @type {Record<string, string>} */ ({ member: 'members', webhook: 'webhooks' });

const ready = find('[data-state="ready"]');
/** @type {View} */
let view = { parts: [] };
let name = FIRST;
let turns = 0;

onAction('log-out', () => void attempt(leaveConsole));
onAction('log-in-again', () => void attempt(logInAgain));
onAction('try-again', () => location.reload());
document.querySelector('[data-set-up-factor]')?.addEventListener('click', (event) => {
  event.preventDefault();
  leaveToAccount();
});
onNavigation(() => void attempt(openView));
onLanguageChange(() => {
  for (const part of view.parts) {
    if ('say' in part) part.say(''); // its message is in the previous language
    part.redraw();
  }
  showName();
});
onSignedOut(leaveEnded);
void attempt(async () => {
  await openView();
  // Without social login its script is not loaded (SO-73).
  if (document.body.dataset.socialRedirect !== undefined)
    await (await import('./confirmed-login.js')).takeConfirmedLogin();
});

async function openView() {
  closeDialogs(); // "Back" works while one is open
  announce(text('loading'));
  const turn = ++turns;
  const params = new URLSearchParams(location.search);
  const requested = params.get('view') ?? FIRST;
  name = Object.hasOwn(VIEWS, requested) ? requested : FIRST;
  const { open } = await /** @type {NonNullable<typeof VIEWS[string]>} */ (VIEWS[name])();
  if (turn !== turns) return; // another view was opened while the script of this one was loading
  view = open(params, showName);
  const root = find('[data-view]');
  root.dataset.view = name;
  root.replaceChildren(...view.parts.map(({ root }) => root));
  showName();
  for (const link of document.querySelectorAll('[data-nav]')) {
    const isCurrent = link.getAttribute('data-nav') === (PARENTS[name] ?? name);
    if (isCurrent) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  show('ready');
  await (view.load ? view.load() : Promise.all(view.parts.map(reload)));
}

/** @param {Card | FilterForm} part */
async function reload(part) {
  if ('reload' in part) await part.reload();
}

/** Shows the title of the view, which may be known only when it has loaded. */
function showName() {
  ready.dataset.title = view.title?.() || text(`view-${name}`);
  if (!ready.hidden) setTitle(ready);
}

/** @param {() => Promise<void>} action */
async function attempt(action) {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof Left)) announce(reasonOf(toProblem(error)));
  }
}
