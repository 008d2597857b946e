import { describe, expect, it } from '@jest/globals';
import { findProviderName, storableAaguid } from './passkey-providers.js';

describe('the provider of a passkey', () => {
  it('is found by the AAGUID', async () => {
    expect(await findProviderName('ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4')).toBe('Google Password Manager');
    expect(await findProviderName('fbfc3007-154e-4ecc-8c0b-6e020557d7bd')).toMatch(/Apple|iCloud/);
  });

  it('is unknown without an AAGUID, and for one that is not in the list', async () => {
    expect(storableAaguid('00000000-0000-0000-0000-000000000000')).toBeNull();
    expect(await findProviderName(null)).toBeNull();
    expect(await findProviderName('12345678-1234-4234-8234-123456789012')).toBeNull();
    expect(await findProviderName('constructor')).toBeNull();
  });
});
