import { makeValidator } from 'envalid';
import { parseItems } from './setting-types.js';

/** An Android app that shares passwords and passkeys with the pages (Digital Asset Links). */
export interface AndroidApp {
  readonly packageName: string;
  /** SHA-256 of the certificate that signs the app, as `keytool` writes it: `14:6D:E9:…`. */
  readonly fingerprint: string;
}

const PACKAGE = /^[a-zA-Z]\w*(\.[a-zA-Z]\w*)+$/;
const FINGERPRINT = /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/;
/** The id of a team, and the bundle id. */
const APPLE_APP = /^[A-Z0-9]{10}\.[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/;

/** Comma-separated `package=fingerprint`; one package may have several fingerprints. */
export const androidApps = makeValidator<readonly AndroidApp[]>((input) =>
  parseItems(input).map((item) => {
    const [, packageName = '', fingerprint = ''] = /^([^=]*)=(.*)$/.exec(item) ?? [];
    if (!PACKAGE.test(packageName) || !FINGERPRINT.test(fingerprint.toUpperCase()))
      throw new Error('needs package=SHA-256 of the signing certificate, such as com.example.app=14:6D:E9:…');
    return { packageName, fingerprint: fingerprint.toUpperCase() };
  }),
);

/** Comma-separated app ids. */
export const appleApps = makeValidator<readonly string[]>((input) => {
  const apps = parseItems(input);
  if (apps.some((app) => !APPLE_APP.test(app))) throw new Error('needs app ids such as ABCDE12345.com.example.app');
  return apps;
});

/** The origin by which an Android app uses passkeys (Credential Manager). */
export function androidOrigin({ fingerprint }: AndroidApp): string {
  return `android:apk-key-hash:${Buffer.from(fingerprint.replaceAll(':', ''), 'hex').toString('base64url')}`;
}
