// @ts-check

/**
 * Offers passkeys in the autofill of the field for the login ID (WebAuthn level 3, conditional
 * mediation). A browser runs one ceremony at a time, so a dialog has to stop the offer first.
 */

import { requestOptions, toJson } from './passkey-json.js';

/** New options are requested this long before the old ones expire. */
const MARGIN_SECONDS = 15;

/** @type {AbortController | null} */
let running = null;
/** Resolves when the browser has ended the last ceremony. @type {Promise<unknown>} */
let ended = Promise.resolve();

/**
 * Resolves with the passkey that the member has chosen. Resolves with null if the browser has no
 * autofill for passkeys, the server gives no options, or the offer was stopped.
 * @param {() => Promise<{ publicKey: object, expiresIn: number }>} loadOptions
 * @returns {Promise<{ credential: object, publicKey: any } | null>}
 */
export async function choosePasskey(loadOptions) {
  const isOffered = await globalThis.PublicKeyCredential?.isConditionalMediationAvailable?.().catch(() => false);
  if (!isOffered) return null;
  await stopAutofill();
  const stopping = (running = new AbortController());
  for (;;) {
    /** @type {AbortSignal | undefined} */
    let round;
    try {
      await whenVisible();
      const { publicKey, expiresIn } = await loadOptions();
      round = AbortSignal.any([stopping.signal, AbortSignal.timeout((expiresIn - MARGIN_SECONDS) * 1000)]);
      const ceremony = navigator.credentials.get({
        publicKey: requestOptions(publicKey),
        mediation: 'conditional',
        signal: round,
      });
      ended = ceremony.catch(() => {});
      return { credential: toJson(/** @type {PublicKeyCredential} */ (await ceremony)), publicKey };
    } catch {
      // Without options from the server the offer ends: the button still works.
      if (stopping.signal.aborted || round === undefined) return null;
      // Expired options are replaced at once. If the member has refused, the offer waits until the
      // member touches the page, because the browser may refuse another ceremony at once.
      if (!round.aborted) await whenTouched(stopping.signal);
      if (stopping.signal.aborted) return null;
    }
  }
}

/** Stops the offer, before another ceremony begins or because the member is logged in. */
export async function stopAutofill() {
  running?.abort();
  running = null;
  await ended;
}

/** @param {AbortSignal} stopping */
function whenTouched(stopping) {
  return new Promise((resolve) => {
    for (const type of ['pointerdown', 'keydown'])
      document.addEventListener(type, resolve, { once: true, signal: stopping });
    stopping.addEventListener('abort', resolve, { once: true });
  });
}

/** A page in the background requests no options. */
function whenVisible() {
  if (document.visibilityState === 'visible') return undefined;
  return new Promise((resolve) => document.addEventListener('visibilitychange', resolve, { once: true }));
}
