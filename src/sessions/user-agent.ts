import Bowser from 'bowser';

export interface UserAgentSummary {
  readonly browser: string | null;
  readonly os: string | null;
}

/**
 * Browser and operating system, by which a member recognises a device. A client can send any user
 * agent, so it never opens anything that the client's token does not.
 */
export function summariseUserAgent(userAgent: string): UserAgentSummary {
  if (userAgent === '') return { browser: null, os: null };
  const { browser, os } = Bowser.parse(userAgent);
  return { browser: browser.name || null, os: os.name || null };
}

/** Whether two user agents differ by versions only: the same browser or app, on the same system. */
export function areSameFamily(one: string, other: string): boolean {
  return one === other || familyOf(one) === familyOf(other);
}

function familyOf(userAgent: string): string {
  const { browser, os } = summariseUserAgent(userAgent);
  // The first word of an app's user agent names the app, which the parser may not know.
  return `${os ?? ''}\n${browser ?? userAgent.split('/', 1)[0]}`;
}
