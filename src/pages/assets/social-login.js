// @ts-check

/**
 * The page that providers send visitors back to. It takes the answer out of the address bar, and
 * leads to the page that continues, in the language and with the return address of the beginning.
 */

import { announce, show, text } from './page.js';
import { findJourney, forgetJourney, keepAnswer } from './social-journey.js';

/** How providers report that the person cancelled: RFC 6749 section 4.1.2.1; Apple and LinkedIn use codes of their own. */
const DECLINED = ['access_denied', 'user_cancelled_authorize', 'user_cancelled_login'];

const answer = new URLSearchParams(location.search);
history.replaceState(null, '', location.pathname);
announce(text('loading'));
leave();

function leave() {
  const journey = findJourney(answer.get('state'));
  const [code, error, iss] = [answer.get('code'), answer.get('error'), answer.get('iss')];
  if (journey === null || (code === null && error === null)) return show('unknown');
  const { from, lang, returnTo } = journey;
  const back = new URLSearchParams({ lang, ...(returnTo === '' ? {} : { return_to: returnTo }) });
  const query = from === 'admin' ? journey.query : `?${back}`;
  if (error !== null || code === null) {
    forgetJourney();
    const because = DECLINED.includes(error ?? '') ? 'declined' : 'failed';
    location.replace(`${from}${query}#because=${because}`);
    return;
  }
  keepAnswer(journey, { code, ...(iss === null ? {} : { iss }) });
  location.replace(`${from === 'sign-up' ? 'login' : from}${query}`);
}
