import { ProviderRevocationsRepository } from '../../platform/federation/revocations/provider-revocations.repository.js';
import type { WithApplication } from './with-application.js';

/** `munjigi social retry`: makes the given-up revocations at providers due again. */
export async function retryRevocations(withApplication: WithApplication): Promise<void> {
  await withApplication(async (app) => {
    const count = await app.get(ProviderRevocationsRepository).retryDead();
    console.log(`Will be tried again: ${count}.`);
  });
}
