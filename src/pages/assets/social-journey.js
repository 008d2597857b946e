// @ts-check

/**
 * A journey to a provider and back. It leaves the pages, so this tab remembers it: in
 * sessionStorage, which no other tab reads. A link that an attacker sends finds no journey.
 */

import { post } from './api.js';
import { returnTo } from './return-to.js';

/**
 * @typedef {{ provider: string, requestId: string, state: string, from: Page, lang: string, returnTo:
 * string }} Journey `requestId` is a secret of this tab
 * @typedef {{ code: string, iss?: string }} Answer as the provider sent it
 * @typedef {'login' | 'sign-up' | 'account'} Page
 */

const KEY = 'munjigi.social';
const PAGES = ['login', 'sign-up', 'account'];

/**
 * Leaves for a provider.
 * @param {string} provider
 * @param {Page} from where the journey begins
 */
export async function leaveToProvider(provider, from) {
  const { authorizationUrl, requestId } = await post(`auth/social/${encodeURIComponent(provider)}/start`, {
    redirectUri: document.body.dataset.socialRedirect,
    transport: 'cookie',
  });
  const state = new URL(authorizationUrl).searchParams.get('state') ?? '';
  const { lang } = document.documentElement;
  sessionStorage.setItem(KEY, JSON.stringify({ provider, requestId, state, from, lang, returnTo }));
  location.assign(authorizationUrl);
}

/**
 * Returns the journey that an answer belongs to, or null. An answer to another one is not from the
 * provider that this tab has asked (SO-03).
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
 * Returns the answer that the server has to check, once; null if there is none for this page.
 * @param {boolean} isLinking whether the journey began at the account page
 * @returns {{ provider: string, proof: object } | null}
 */
export function takeAnswer(isLinking) {
  const journey = recall();
  if (journey?.answer === undefined) return null;
  forgetJourney();
  // An answer that was to link an account does not wait for the next member who logs in in this tab.
  if ((journey.from === 'account') !== isLinking) return null;
  const { provider, requestId, state, answer } = journey;
  return { provider, proof: { requestId, state, ...answer } };
}

/** @returns {(Journey & { answer?: Answer }) | null} */
function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? 'null');
  } catch {
    return null; // blocked, or written by another script
  }
}
