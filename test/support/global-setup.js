// Jest calls this once before the integration and e2e tests. It loads with plain Node.js, hence the
// step to TypeScript.
import { tsImport } from 'tsx/esm/api';

export default async function globalSetup() {
  const { startTestServices } = await tsImport('./test-services.ts', import.meta.url);
  globalThis.testServices = await startTestServices();
}
