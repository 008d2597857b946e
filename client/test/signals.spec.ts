import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ProblemError } from '../src/index.js';
import { PasskeySignals } from '../src/passkeys/signals.js';

const ACCEPTED = { rpId: 'example.com', userId: 'Sw88', allAcceptedCredentialIds: ['AQI'] };
const LIST = { items: [{}], acceptedCredentials: ACCEPTED } as never;

const api = {
  signalAllAcceptedCredentials: jest.fn<(details: object) => Promise<void>>(),
  signalCurrentUserDetails: jest.fn<(details: object) => Promise<void>>(),
  signalUnknownCredential: jest.fn<(details: object) => Promise<void>>(),
};
const load = jest.fn<() => Promise<never>>();
const signals = new PasskeySignals(load);

function define(credentialClass: unknown): void {
  for (const [name, value] of [
    ['PublicKeyCredential', credentialClass],
    ['navigator', { credentials: {} }],
  ] as const)
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

beforeEach(() => {
  for (const method of Object.values(api)) method.mockReset().mockResolvedValue(undefined);
  load.mockReset().mockResolvedValue(LIST);
  define(api);
});
afterEach(() => define(undefined));

describe('reports about passkeys to the browser', () => {
  it('AC-71 name those that work, after a change as well', async () => {
    await signals.reportAccepted(LIST);
    await signals.reportRemaining();
    expect(api.signalAllAcceptedCredentials.mock.calls).toEqual([[ACCEPTED], [ACCEPTED]]);
    expect(load).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['Ada', 'Ada'],
    [null, 'ada'],
  ])('AC-71 give the present names of the member (%s)', async (name, displayName) => {
    await signals.reportMember({ loginId: 'ada', name });
    const { rpId, userId } = ACCEPTED;
    expect(api.signalCurrentUserDetails.mock.calls).toEqual([[{ rpId, userId, name: 'ada', displayName }]]);
  });

  it('AC-71 give no names of a member without passkeys', async () => {
    load.mockResolvedValue({ items: [], acceptedCredentials: ACCEPTED } as never);
    await signals.reportMember({ loginId: 'ada', name: null });
    expect(api.signalCurrentUserDetails).not.toHaveBeenCalled();
  });

  it('AC-71 name a passkey that the server does not know, and none that it refused otherwise', async () => {
    const refusal = (reason?: string) => new ProblemError(400, { code: 'passkey_invalid', reason });
    for (const error of [refusal(), refusal('other'), new Error('offline')])
      await signals.reportUnknown(error, 'example.com', 'AQI');
    expect(api.signalUnknownCredential).not.toHaveBeenCalled();
    await signals.reportUnknown(refusal('unknown_credential'), 'example.com', 'AQI');
    expect(api.signalUnknownCredential.mock.calls).toEqual([[{ rpId: 'example.com', credentialId: 'AQI' }]]);
  });

  it('request nothing in browsers without the Signal API, and a failed report fails nothing', async () => {
    define({});
    await signals.reportRemaining();
    await signals.reportMember({ loginId: 'ada', name: null });
    await signals.reportAccepted(LIST);
    expect(load).not.toHaveBeenCalled();
    define(api);
    api.signalAllAcceptedCredentials.mockRejectedValue(new Error('SecurityError'));
    load.mockRejectedValueOnce(new Error('offline'));
    await signals.reportRemaining();
    await signals.reportAccepted(LIST);
  });
});
