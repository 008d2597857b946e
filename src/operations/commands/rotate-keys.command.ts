import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { AppConfig } from '../../platform/config/app-config.js';

const DAY = 86_400;

/**
 * `munjigi keys rotate`: settings are the operator's to keep, so this makes what is new and says where it goes. In two
 * steps, because replicas restart one after another: what one of them signs, the others must accept by then.
 */
export function rotateKeys(isJwt: boolean): void {
  const { env } = AppConfig.load();
  console.log(isJwt ? jwtSteps(env.ACCESS_TOKEN_TTL_SECONDS) : secretSteps(env.REFRESH_ABSOLUTE_TTL_SECONDS));
}

function secretSteps(refreshSeconds: number): string {
  return `The new secret, shown this once:

  ${randomBytes(48).toString('base64')}

1. Add it to PREVIOUS_SECRETS, at the end, and restart every replica. All of them now accept what it makes.
2. Put it into SECRET, and what SECRET held until now into PREVIOUS_SECRETS in its place. Restart every replica.
3. Run "munjigi keys reseal" with these settings: authenticator apps and recovery codes then need the new secret alone.
4. Take the old secret out of PREVIOUS_SECRETS after ${Math.ceil(refreshSeconds / DAY)} days (REFRESH_ABSOLUTE_TTL_SECONDS), when no session needs it.
After a leak take it out right after step 3: everybody logs in again, and authenticator apps go on working.`;
}

function jwtSteps(accessSeconds: number): string {
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const onOneLine = (pem: string): string => pem.trim().replaceAll('\n', '\\n');
  return `The new key for JWT_KEYS (ES256), shown this once:

  private: ${onOneLine(privateKey)}

  public:  ${onOneLine(publicKey)}

1. Where JWT_KEYS is set: add the public key to it, at the end, and restart every replica. JWKS publishes it from now on.
2. Put the private key first in JWT_KEYS, in place of its public one; the old key stays behind it. Restart every replica.
3. Remove the old key after ${Math.ceil(accessSeconds / 60)} minutes (ACCESS_TOKEN_TTL_SECONDS).
Where JWT_KEYS was not set, step 2 is the whole of it: access tokens signed before are refused, and clients refresh.`;
}
