import { fileURLToPath, URL } from 'node:url';

/** @type {import('vite').UserConfig} */
export default {
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Uses the client's source, so that the example runs without building the client first.
  resolve: { alias: { 'munjigi-client': fileURLToPath(new URL('../../client/src/index.ts', import.meta.url)) } },
  server: { port: 5174, strictPort: true },
};
