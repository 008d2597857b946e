// @ts-check

/**
 * Remembers the step of a journey in the browser's history entry, so that a reload shows it again.
 * A visit that begins anew has an entry of its own, and starts at the first step.
 */

/**
 * Nothing of it is a secret: the id of a request is of no use without its mailed code.
 * @typedef {{ email: string, id: string, resendAt: number }} Step `resendAt` in milliseconds
 */

/** @param {Step} step */
export function rememberStep(step) {
  history.replaceState({ ...history.state, step }, '');
}

/** @returns {Step | null} */
export function rememberedStep() {
  return history.state?.step ?? null;
}

export function forgetStep() {
  history.replaceState({ ...history.state, step: null }, '');
}
