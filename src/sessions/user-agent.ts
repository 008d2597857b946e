import Bowser from 'bowser';

export interface UserAgentSummary {
  readonly browser: string | null;
  readonly os: string | null;
}

/** Browser and system, for people to recognise a device by. Clients say of themselves what they like, so nothing is decided by it. */
export function summariseUserAgent(userAgent: string): UserAgentSummary {
  if (userAgent === '') return { browser: null, os: null };
  const { browser, os } = Bowser.parse(userAgent);
  return { browser: browser.name || null, os: os.name || null };
}
