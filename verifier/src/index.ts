export type { AccessTokenClaims } from './claims.js';
export type { VerifierOptions } from './options.js';
export { checkFactor, checkRecentLogin, checkRoles, type Principal } from './principal.js';
export { Refusal, type RefusalCode } from './refusal.js';
export type { VerifiableRequest } from './request.js';
export { createVerifier, type Verifier } from './verifier.js';
