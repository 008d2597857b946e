import type { components } from '../openapi.js';
import { ProblemError } from '../errors.js';
import { findWebAuthn } from './webauthn.js';

type Schemas = components['schemas'];
type PasskeyList = Schemas['PasskeyListResponse'];

/**
 * Reports to the browser what became of passkeys (Signal API, WebAuthn level 3). Password managers
 * then offer no passkey that was removed here, and show the present names. Without the API nothing
 * is requested, and a failed report changes nothing.
 */
export class PasskeySignals {
  /** @param loadPasskeys lists the passkeys of the signed-in member */
  constructor(private readonly loadPasskeys: () => Promise<PasskeyList>) {}

  /** Reports which passkeys of the member work; others are hidden. */
  async reportAccepted({ acceptedCredentials }: PasskeyList): Promise<void> {
    await signal('signalAllAcceptedCredentials', acceptedCredentials);
  }

  /** Does so after a change. */
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
   * Reports a passkey that the server does not know. Only for that refusal: one that was refused for
   * another reason may be right.
   */
  async reportRefused(error: unknown, rpId: unknown, credentialId: unknown): Promise<void> {
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
