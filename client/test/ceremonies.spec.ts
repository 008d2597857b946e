import { afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { caught } from '../../test/support/caught.js';
import { NetworkError, PasskeyError } from '../src/index.js';
import { Ceremonies } from '../src/passkeys/ceremonies.js';
import type { CredentialRequest } from '../src/passkeys/webauthn.js';
import { OldSignal, skipPauses } from './fake-server.js';

const bytes = (...values: number[]): ArrayBuffer => Uint8Array.from(values).buffer;
const abortError = (): Error => Object.assign(new Error('aborted'), { name: 'AbortError' });
const failure = (name: string): Error => Object.assign(new Error(name), { name });

/** A passkey of a browser without `toJSON`. */
const USED = {
  ...{ id: 'AQI', rawId: bytes(1, 2), type: 'public-key' },
  response: { clientDataJSON: bytes(3), authenticatorData: bytes(251, 239), signature: bytes(5), userHandle: null },
};
const USED_JSON = {
  ...{ id: 'AQI', rawId: 'AQI', type: 'public-key', clientExtensionResults: {} },
  response: { clientDataJSON: 'Aw', authenticatorData: '--8', signature: 'BQ' },
};
const LATER = { publicKey: { challenge: '-_8' }, expiresIn: 300 };

/** A browser whose ceremonies the test decides. */
const browser = {
  get: jest.fn<(request: CredentialRequest) => Promise<any>>(),
  create: jest.fn<(request: CredentialRequest) => Promise<any>>(),
};
/** Autofill waits until it is aborted or until the test chooses a passkey. */
let choose: (credential: unknown) => void;
const waitForChoice = ({ signal }: CredentialRequest): Promise<unknown> =>
  new Promise((resolve, reject) => {
    choose = resolve;
    signal?.addEventListener('abort', () => reject(abortError()));
  });

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

beforeAll(skipPauses);
beforeEach(() => {
  browser.get.mockReset().mockResolvedValue(USED);
  browser.create.mockReset();
  define('PublicKeyCredential', {});
  define('navigator', { credentials: browser });
});
afterEach(() => define('PublicKeyCredential', undefined));

function define(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

describe('a dialog for a passkey', () => {
  it('turns the options into bytes and the result into JSON, in browsers without methods for it', async () => {
    const options = {
      publicKey: { challenge: '-_8', allowCredentials: [{ id: 'AQI', type: 'public-key' }] },
      expiresIn: 300,
    };
    expect(await new Ceremonies().use(options)).toEqual(USED_JSON);
    const { challenge, allowCredentials } = browser.get.mock.calls[0]![0].publicKey as any;
    expect([[...challenge], [...allowCredentials[0].id]]).toEqual([
      [251, 255],
      [1, 2],
    ]);
  });

  it('uses the methods of the browser where there are some', async () => {
    define('PublicKeyCredential', { parseCreationOptionsFromJSON: (json: unknown) => ({ parsed: json }) });
    browser.create.mockResolvedValue({ ...USED, toJSON: () => ({ id: 'AQI' }) });
    expect(await new Ceremonies().create(LATER)).toEqual({ id: 'AQI' });
    expect(browser.create.mock.calls[0]![0].publicKey).toEqual({ parsed: LATER.publicKey });
  });

  it.each([
    ['NotAllowedError', 'cancelled'],
    ['InvalidStateError', 'already_registered'],
    ['NotSupportedError', 'unsupported'],
    ['SecurityError', 'refused'],
  ])('that fails with %s is %s', async (name, reason) => {
    browser.get.mockRejectedValue(failure(name));
    const error = await caught(new Ceremonies().use(LATER));
    expect(error).toBeInstanceOf(PasskeyError);
    expect([error.reason, error.cause.name]).toEqual([reason, name]);
    expect(error.message).toBe(`The passkey could not be created or used: ${reason}.`);
  });

  it('is unsupported outside browsers', async () => {
    define('PublicKeyCredential', undefined);
    expect(await caught(new Ceremonies().use(LATER))).toMatchObject({ reason: 'unsupported' });
  });

  it('is not opened after an abort, also by a signal without a reason', async () => {
    const leaving = new OldSignal();
    leaving.abort();
    expect(await caught(new Ceremonies().use(LATER, leaving.signal))).toMatchObject({ name: 'AbortError' });
    expect(browser.get).not.toHaveBeenCalled();
  });
});

describe('passkeys offered by autofill', () => {
  it('wait for the member, and ask for new options before the old ones expire', async () => {
    const ceremonies = new Ceremonies();
    browser.get.mockImplementation(waitForChoice);
    let asked = 0;
    const requestOptions = async () => ({ ...LATER, expiresIn: ++asked < 3 ? 10 : 300 });
    const chosen = ceremonies.useByAutofill(requestOptions);
    while (asked < 3) await soon();
    await soon();
    choose(USED);
    expect(await chosen).toEqual(USED_JSON);
    expect(browser.get.mock.calls.map(([{ mediation }]) => mediation)).toEqual(Array(3).fill('conditional'));
  });

  it('are offered again after new options could not be loaded, but end if the first ones cannot be loaded', async () => {
    const later = jest.spyOn(globalThis, 'setTimeout').mockImplementation((action) => setImmediate(action) as never);
    browser.get.mockImplementation(waitForChoice);
    const ceremonies = new Ceremonies();
    let asked = 0;
    const requestOptions = async () => {
      asked += 1;
      if (asked === 2) throw new NetworkError('offline');
      return LATER;
    };
    const chosen = ceremonies.useByAutofill(requestOptions);
    while (asked < 3) await soon();
    later.mockRestore();
    skipPauses();
    for (let turn = 0; turn < 10; turn += 1) await soon(); // until no timer is left
    choose(USED);
    expect(await chosen).toEqual(USED_JSON);
    const fails = () => Promise.reject(new NetworkError('offline'));
    expect(await caught(ceremonies.useByAutofill(fails))).toBeInstanceOf(NetworkError);
  });

  it('make way for a dialog, and are offered again after it', async () => {
    const ceremonies = new Ceremonies();
    browser.get.mockImplementation(waitForChoice);
    const chosen = ceremonies.useByAutofill(async () => LATER);
    await soon();
    browser.get.mockRejectedValueOnce(failure('NotAllowedError'));
    expect(await caught(ceremonies.use(LATER))).toMatchObject({ reason: 'cancelled' });
    await soon();
    choose(USED);
    expect(await chosen).toEqual(USED_JSON);
    expect(browser.get.mock.calls.map(([{ mediation }]) => mediation)).toEqual([
      'conditional',
      undefined,
      'conditional',
    ]);
  });

  it('end when a later form offers them, or when the member has logged in otherwise', async () => {
    const ceremonies = new Ceremonies();
    browser.get.mockImplementation(waitForChoice);
    const first = caught(ceremonies.useByAutofill(async () => LATER));
    await soon();
    const second = caught(ceremonies.useByAutofill(async () => LATER));
    expect(await first).toMatchObject({ reason: 'cancelled' });
    await soon();
    ceremonies.endAutofill();
    expect(await second).toMatchObject({ reason: 'cancelled' });
    expect(browser.get).toHaveBeenCalledTimes(2);
  });

  it('end with the reason of the signal, and with an error of the server', async () => {
    const ceremonies = new Ceremonies();
    browser.get.mockImplementation(waitForChoice);
    const leaving = new AbortController();
    const left = caught(ceremonies.useByAutofill(async () => LATER, leaving.signal));
    await soon();
    leaving.abort(new Error('page left'));
    expect(await left).toMatchObject({ message: 'page left' });
    const refused = ceremonies.useByAutofill(() => Promise.reject(new Error('too many requests')));
    expect(await caught(refused)).toMatchObject({ message: 'too many requests' });
  });

  it('end with an AbortError where the signal has no reason', async () => {
    browser.get.mockImplementation(waitForChoice);
    const leaving = new OldSignal();
    const left = caught(new Ceremonies().useByAutofill(async () => LATER, leaving.signal));
    await soon();
    leaving.abort();
    expect(await left).toMatchObject({ name: 'AbortError' });
  });

  it('are not offered if the signal was aborted while a dialog was open', async () => {
    const ceremonies = new Ceremonies();
    browser.get.mockImplementation(waitForChoice);
    const dialog = ceremonies.use(LATER);
    const leaving = new AbortController();
    const left = caught(ceremonies.useByAutofill(async () => LATER, leaving.signal));
    await soon();
    leaving.abort(new Error('page left'));
    browser.get.mockRejectedValue(failure('NotAllowedError')); // so that a wrong offer would reject instead of waiting forever
    choose(USED);
    await dialog;
    expect(await left).toMatchObject({ message: 'page left' });
    expect(browser.get).toHaveBeenCalledTimes(1);
  });
});
