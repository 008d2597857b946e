import type { components } from '../openapi.js';
import { ProblemError } from '../errors.js';
import { findWebAuthn } from './webauthn.js';

type Schemas = components['schemas'];
type PasskeyList = Schemas['PasskeyListResponse'];

/**
 * Reports to the browser what became of passkeys (Signal API, WebAuthn level 3). Password managers
 * then offer no passkey that was removed here, and show the present names. In a browser without this
 * API nothing is loaded from the server. Failures are ignored.
 */
export class PasskeySignals {
  /** @param loadPasskeys lists the passkeys of the signed-in member */
  constructor(private readonly loadPasskeys: () => Promise<PasskeyList>) {}

  /** Reports which passkeys of the member work; others are hidden. */
  async reportAccepted({ acceptedCredentials }: PasskeyList): Promise<void> {
    await signal('signalAllAcceptedCredentials', acceptedCredentials);
  }

  /** Loads the member's passkeys and reports which work, after one was removed. */
  async reportRemaining(): Promise<void> {
    if (!has('signalAllAcceptedCredentials')) return;
    await this.loadPasskeys().then((list) => this.reportAccepted(list), ignore);
  }

  /** Reports under which names password managers show the member's passkeys. */
  async reportMember({ loginId, name }: Pick<Schemas['ProfileResponse'], 'loginId' | 'name'>): Promise<void> {
    if (!has('signalCurrentUserDetails')) return;
    const list = await this.loadPasskeys().catch(ignore);
    if (!list || list.items.length === 0) return;
    const { rpId, userId } = list.acceptedCredentials;
    await signal('signalCurrentUserDetails', { rpId, userId, name: loginId, displayName: name ?? loginId });
  }

  /**
   * Reports the passkey of a failed login if the server refused it as unknown. After a refusal for
   * another reason, the passkey may still work.
   */
  async reportUnknown(error: unknown, rpId: unknown, credentialId: unknown): Promise<void> {
    if (!(error instanceof ProblemError) || error.reason !== 'unknown_credential') return;
    await signal('signalUnknownCredential', { rpId, credentialId });
  }
}

type Signal = 'signalAllAcceptedCredentials' | 'signalCurrentUserDetails' | 'signalUnknownCredential';

const ignore = (): undefined => undefined;
const has = (name: Signal): boolean => typeof findWebAuthn()?.credentialClass[name] === 'function';

async function signal(name: Signal, details: object): Promise<void> {
  if (has(name)) await findWebAuthn()?.credentialClass[name]?.(details).catch(ignore);
}
