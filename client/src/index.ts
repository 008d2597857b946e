export {
  MunjigiClient,
  type CallOptions,
  type CompletedLogin,
  type LoginOutcome,
  type MunjigiOptions,
} from './client.js';
export {
  MunjigiError,
  NetworkError,
  ProblemError,
  SignedOutError,
  type ErrorCode,
  type FieldProblem,
} from './errors.js';
export type { ClientEvents, SessionEndReason } from './events.js';
export { browserStorage, memoryStorage, type TokenStorage } from './storage.js';
export type { components, operations, paths } from './openapi.js';
