// Jest calls this once before all tests that need services. Jest loads this file with plain Node.js,
// so tsx has to load the TypeScript.
import { tsImport } from 'tsx/esm/api';

export default async function globalSetup() {
  const { startTestServices } = await tsImport('./test-services.ts', import.meta.url);
  globalThis.testServices = await startTestServices();
}
