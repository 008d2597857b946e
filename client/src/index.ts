export type { BindingMode } from './binding/binding.js';
export type { PublicKeyJwk, Signer } from './binding/signer.js';
export { MunjigiClient, type CompletedLogin, type LoginOutcome } from './client.js';
export {
  MunjigiError,
  NetworkError,
  PasskeyError,
  ProblemError,
  SignedOutError,
  SocialLoginError,
  UnexpectedResponseError,
  type ErrorCode,
  type FieldProblem,
  type PasskeyFailure,
  type SocialLoginFailure,
} from './errors.js';
export type { ClientEvents, SessionEndReason } from './events.js';
export type { CallDetails, CallOptions, MunjigiOptions } from './options.js';
export type { PageName, PageOptions } from './pages.js';
export { browserStorage, memoryStorage, type TokenStorage } from './storage.js';
export type { components, operations, paths } from './openapi.js';
