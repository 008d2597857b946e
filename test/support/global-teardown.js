// Jest calls this once after the last test, failed or not.
export default async function globalTeardown() {
  await globalThis.testServices?.stop();
}
