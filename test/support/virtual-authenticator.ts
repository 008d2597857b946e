import type { CDPSession, Page } from 'playwright-core';

/** Chromium's virtual authenticator, which confirms at once as if its owner touched it. */
export class VirtualAuthenticator {
  private constructor(
    private readonly devTools: CDPSession,
    private readonly authenticatorId: string,
  ) {}

  /** Adds an authenticator to this page. It stays after a navigation. */
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
   * Makes the authenticator confirm at once, or wait as for an owner who does not touch it. While it
   * waits, passkeys that autofill offers stay an offer.
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

  /** Makes user verification (fingerprint, face or PIN) succeed or fail. */
  async recognisesOwner(isUserVerified: boolean): Promise<void> {
    await this.devTools.send('WebAuthn.setUserVerified', { authenticatorId: this.authenticatorId, isUserVerified });
  }
}
