import type { CDPSession, Page } from 'playwright-core';

/** Chromium's virtual authenticator, which confirms at once as if its owner touched it. */
export class VirtualAuthenticator {
  private constructor(
    private readonly devTools: CDPSession,
    private readonly authenticatorId: string,
  ) {}

  /** Adds it to this page, also after navigation. */
  static async plugInto(page: Page): Promise<VirtualAuthenticator> {
    const devTools = await page.context().newCDPSession(page);
    await devTools.send('WebAuthn.enable');
    const { authenticatorId } = await devTools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return new VirtualAuthenticator(devTools, authenticatorId);
  }

  /**
   * Whether it confirms at once. Otherwise a request waits, as for an owner who does not touch it:
   * passkeys offered by autofill stay an offer.
   */
  async confirmsAtOnce(enabled: boolean): Promise<void> {
    const { authenticatorId } = this;
    await this.devTools.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });
  }

  /** The passkeys that it holds, with the name that it shows for each. */
  async passkeys(): Promise<{ id: string; name: string | undefined; displayName: string | undefined }[]> {
    const { credentials } = await this.devTools.send('WebAuthn.getCredentials', {
      authenticatorId: this.authenticatorId,
    });
    return credentials.map(({ credentialId, userName, userDisplayName }) => ({
      id: Buffer.from(credentialId, 'base64').toString('base64url'),
      name: userName,
      displayName: userDisplayName,
    }));
  }

  /** Whether user verification (fingerprint, face or PIN) succeeds. */
  async recognisesOwner(isUserVerified: boolean): Promise<void> {
    await this.devTools.send('WebAuthn.setUserVerified', { authenticatorId: this.authenticatorId, isUserVerified });
  }
}
