// @ts-check

/**
 * Notices that a sign-up was confirmed elsewhere, such as by the mailed link on a phone, while this
 * page waits for the code.
 */

import { ApiProblem, post } from './api.js';

const INTERVAL_MS = 5_000;
/** After this many intervals the timer no longer checks. Returning to the page still checks. */
const CHECKS = 120;

/** @param {() => void} onConfirmed */
export function watchSignUp(onConfirmed) {
  let signUpId = '';
  let checksLeft = 0;

  /** @returns {Promise<boolean>} true if the sign-up is confirmed */
  async function check() {
    if (signUpId === '') return false;
    try {
      await post('auth/sign-up/inspect', { signUpId });
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.code !== 'already_confirmed' || signUpId === '') return false;
      stop();
      onConfirmed();
      return true;
    }
    return false;
  }

  function stop() {
    signUpId = '';
    checksLeft = 0;
  }

  const checkIfVisible = () => {
    if (document.visibilityState === 'visible') void check();
  };
  setInterval(() => {
    if (checksLeft-- > 0) checkIfVisible();
  }, INTERVAL_MS);
  document.addEventListener('visibilitychange', checkIfVisible);
  window.addEventListener('storage', checkIfVisible); // another tab has used the link

  return {
    check,
    stop,
    /** @param {string} id of the sign-up that waits for its code */
    start(id) {
      signUpId = id;
      checksLeft = CHECKS;
      void check();
    },
  };
}
