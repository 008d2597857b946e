/** What a person types to log in. */
export interface LoginCredentials {
  /** Login ID or mail address. */
  readonly identifier: string;
  readonly password: string;
}
