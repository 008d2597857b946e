// @ts-check

/**
 * A journey to a provider and back. It leaves the pages, so this tab remembers it in
 * sessionStorage, which other tabs do not read. If an attacker sends a link with an answer, the
 * answer belongs to no journey.
 */

import { post } from './api.js';
import { returnTo } from './return-to.js';

/**
 * @typedef {{ provider: string, requestId: string, state: string, from: Page, lang: string, returnTo:
 * string, query: string, waiting?: WaitingForm }} Journey `requestId` is a secret of this tab;
 * `query` names the view of the console
 * @typedef {{ code: string, iss?: string }} Answer as the provider sent it
 * @typedef {{ memberId: string, form: string, fields: import('./form.js').Values, chosen: string }}
 * WaitingForm a form of the account page or the console that needs a recent login; `chosen` is what
 * it is about
 * @typedef {{ provider: string, proof: object, waiting?: WaitingForm }} TakenAnswer
 * @typedef {'login' | 'sign-up' | 'account' | 'admin'} Page
 */

const KEY = 'munjigi.social';
const PAGES = ['login', 'sign-up', 'account', 'admin'];

/**
 * Leaves for a provider.
 * @param {string} provider
 * @param {Page} from where the journey begins
 * @param {WaitingForm} [waiting] for which the provider has to ask for the login again
 */
export async function leaveToProvider(provider, from, waiting) {
  const redirectUri = document.body.dataset.socialRedirect ?? '';
  const { authorizationUrl, requestId } = await post(`auth/social/${encodeURIComponent(provider)}/start`, {
    redirectUri,
    transport: 'cookie',
    ...(waiting && { reauthenticate: true }),
  });
  // The page was opened at another origin than PUBLIC_URL, such as 127.0.0.1 in development. The
  // provider sends visitors back to PUBLIC_URL, whose pages cannot read what this origin remembers.
  // So the visitor goes there first.
  const { origin } = new URL(redirectUri);
  if (origin !== location.origin) return location.assign(origin + location.pathname + location.search);
  const state = new URL(authorizationUrl).searchParams.get('state') ?? '';
  const { lang } = document.documentElement;
  const query = location.search;
  sessionStorage.setItem(KEY, JSON.stringify({ provider, requestId, state, from, lang, returnTo, query, waiting }));
  location.assign(authorizationUrl);
}

/**
 * Returns the journey that an answer belongs to, or null. An answer with another `state` does not
 * belong to the journey that this tab has begun (SO-03).
 * @param {string | null} state
 * @returns {Journey | null}
 */
export function findJourney(state) {
  const journey = recall();
  return journey !== null && journey.state === state && PAGES.includes(journey.from) ? journey : null;
}

/** Keeps an answer for the page that continues. @param {Journey} journey @param {Answer} answer */
export function keepAnswer(journey, answer) {
  sessionStorage.setItem(KEY, JSON.stringify({ ...journey, answer }));
}

export function forgetJourney() {
  sessionStorage.removeItem(KEY);
}

/**
 * Returns the answer, which the server has to check, and forgets it. Returns null if there is none
 * for these pages.
 * @param {readonly Page[]} pages where the journey may have begun
 * @returns {TakenAnswer | null}
 */
export function takeAnswer(pages) {
  const journey = recall();
  if (journey?.answer === undefined) return null;
  forgetJourney();
  // An answer for another page is forgotten, too. Otherwise the next member who logs in in this tab
  // could use it.
  if (!pages.includes(journey.from)) return null;
  const { provider, requestId, state, answer, waiting } = journey;
  return { provider, proof: { requestId, state, ...answer }, ...(waiting && { waiting }) };
}

/** @returns {(Journey & { answer?: Answer }) | null} */
function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? 'null');
  } catch {
    return null; // blocked, or written by another script
  }
}
