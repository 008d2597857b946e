import Bowser from 'bowser';

export interface UserAgentSummary {
  readonly browser: string | null;
  readonly os: string | null;
}

/**
 * Browser and operating system, by which a member recognises a device. A client can send any user
 * agent, so no security decision depends on it.
 */
export function summariseUserAgent(userAgent: string): UserAgentSummary {
  if (userAgent === '') return { browser: null, os: null };
  const { browser, os } = Bowser.parse(userAgent);
  return { browser: browser.name || null, os: os.name || null };
}
