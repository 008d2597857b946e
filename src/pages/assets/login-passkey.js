// @ts-check

/**
 * Logs in with a passkey alone. No login ID is needed: the browser offers its passkeys for this
 * service, in a dialog or in the autofill of the login form, and the selected one identifies the
 * member.
 */

import { ApiProblem } from './api.js';
import { formOf, onSubmit } from './form.js';
import { showGroup } from './page.js';
import { hasPasskeys, usePasskey } from './passkey.js';
import { choosePasskey, stopAutofill } from './passkey-autofill.js';
import { reportUnknown } from './passkey-signals.js';

/** @typedef {{ credential: any, publicKey: { rpId?: string } }} Choice */

/** Offers the dialog and the autofill. */
export class PasskeyLogin {
  /** The passkey chosen in the autofill, until the form sends it. @type {Choice | null} */
  #chosen = null;
  #send;
  #finish;

  /**
   * @param {(operation: string, body?: object) => Promise<any>} send
   * @param {(result: any) => void} finish
   */
  constructor(send, finish) {
    this.#send = send;
    this.#finish = finish;
    showGroup('passkeyLogin', hasPasskeys);
    onSubmit('passkey', () => this.#logIn());
  }

  /** Offers passkeys in the autofill. Sends the chosen one through the form of the button, which shows problems. */
  async offerAutofill() {
    this.#chosen = await choosePasskey(() => this.#send('auth/login/passkey/options'));
    if (this.#chosen !== null) formOf('passkey').requestSubmit();
  }

  async #logIn() {
    const choice = this.#chosen ?? (await this.#chooseInDialog());
    this.#chosen = null;
    try {
      this.#finish(await this.#send('auth/login/passkey', { credential: choice.credential, transport: 'cookie' }));
    } catch (error) {
      if (error instanceof ApiProblem && error.reason === 'unknown_credential')
        reportUnknown(choice.publicKey.rpId, choice.credential.id);
      void this.offerAutofill(); // the member may have another passkey
      throw error;
    }
  }

  /** @returns {Promise<Choice>} */
  async #chooseInDialog() {
    await stopAutofill();
    try {
      const { publicKey } = await this.#send('auth/login/passkey/options');
      return { credential: await usePasskey(publicKey), publicKey };
    } catch (error) {
      void this.offerAutofill(); // the dialog has ended
      throw error;
    }
  }
}
