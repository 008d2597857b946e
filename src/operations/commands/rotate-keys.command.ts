import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { AppConfig } from '../../platform/config/app-config.js';
import { CommandError } from '../../platform/config/command-error.js';
import { JWKS_MAX_AGE_SECONDS } from '../../platform/crypto/tokens/token-keys.js';

const DAY_SECONDS = 86_400;
/** Between the first step and the second: until then, other services may know the old keys only. */
const WAIT = `Wait ${JWKS_MAX_AGE_SECONDS / 60} minutes: other services keep the keys of JWKS that long.`;

/**
 * `munjigi keys rotate`: prints a new secret or key and the steps to put it into use. It changes no
 * setting, because the settings belong to the operator. A rotation takes two restarts, because
 * replicas restart one after another: every replica must accept a key before the first one uses it.
 */
export function rotateKeys(isJwt: boolean): void {
  const { env } = AppConfig.loadForCommand();
  if (isJwt && env.JWT_ALGORITHM !== 'ES256')
    throw new CommandError('JWT_KEYS is for ES256. The keys of HS512 come from SECRET: run munjigi keys rotate.');
  const longest = Math.max(
    ...[env.REFRESH_ABSOLUTE_TTL_SECONDS, env.NOT_ME_TTL_SECONDS, env.SIGN_UP_CLAIM_TTL_SECONDS],
  );
  console.log(isJwt ? jwtSteps(env.ACCESS_TOKEN_TTL_SECONDS) : secretSteps(longest));
}

/** @param longestSeconds how long the longest-lived session, mailed link or sign-up needs the old secret */
function secretSteps(longestSeconds: number): string {
  return `The new secret (it is not shown again):

  ${randomBytes(48).toString('base64')}

1. Add it to the end of PREVIOUS_SECRETS and restart every replica. All of them now accept values made with it. ${WAIT}
2. In PREVIOUS_SECRETS, replace it with the current value of SECRET, and set SECRET to the new secret. Restart every replica.
3. Run "munjigi keys reseal" with these settings. All long-lived secrets then need only the new one.
4. After ${Math.ceil(longestSeconds / DAY_SECONDS)} days no session, mailed link or sign-up needs the old secret: remove it from PREVIOUS_SECRETS.
If the old secret has leaked, remove it right after step 3. All members must log in again. Waiting mails, mailed links and open sign-ups stop working. Authenticator apps keep working.`;
}

function jwtSteps(accessSeconds: number): string {
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const onOneLine = (pem: string): string => pem.trim().replaceAll('\n', '\\n');
  return `The new key for JWT_KEYS (ES256; it is not shown again):

  private: ${onOneLine(privateKey)}

  public:  ${onOneLine(publicKey)}

1. If JWT_KEYS is set: add the public key to its end and restart every replica. JWKS now publishes it. ${WAIT}
2. Put the private key first in JWT_KEYS, before the old key, and remove its public key again. Restart every replica.
3. Remove the old key after ${Math.ceil(accessSeconds / 60)} minutes (ACCESS_TOKEN_TTL_SECONDS).
If JWT_KEYS was not set, only step 2 applies. Access tokens signed before it are then refused, and clients refresh them. Services that do not look for an unknown kid refuse new ones for ${JWKS_MAX_AGE_SECONDS / 60} minutes.`;
}
