import Bowser from 'bowser';

export interface UserAgentSummary {
  readonly browser: string | null;
  readonly os: string | null;
}

/**
 * Apps that open pages in a browser of their own. Their user agent is that of the system's browser
 * and a word that names the app. Bowser does not know these words.
 */
const IN_APP_BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/KAKAOTALK/i, 'KakaoTalk'],
  [/KAKAOSTORY/i, 'KakaoStory'],
  [/NAVER\(/i, 'NAVER app'],
  [/DaumApps/i, 'Daum app'],
  [/\bBAND\/[\d.]/, 'BAND'],
  [/\bLine\/[\d.]/i, 'LINE'],
  [/\bInstagram\b/, 'Instagram'],
  [/\bBarcelona\b/, 'Threads'],
  [/Orca-Android|FBAN\/Messenger/, 'Messenger'],
  [/\bFB(?:AN|AV|_IAB)\//, 'Facebook'],
  [/musical_ly|BytedanceWebview|\bTikTok\b/i, 'TikTok'],
  [/\bTwitter(?:Android)?\b/, 'X'],
  [/\bSnapchat\b/, 'Snapchat'],
  [/\bLinkedInApp\b/, 'LinkedIn'],
  [/\bPinterest\b/, 'Pinterest'],
  [/\bTelegram\b/, 'Telegram'],
  [/\bWhatsApp\b/, 'WhatsApp'],
  [/\bGSA\//, 'Google app'],
];
/** A web view of Android or iOS, whose app does not name itself. */
const WEB_VIEW = /; wv\)|^Mozilla\/5\.0 \((?:iPhone|iPad|iPod)(?!.*\bSafari\/).*\bMobile\//;

/**
 * Browser and operating system, by which a member recognises a device. A client can send any user
 * agent, so the user agent alone never grants access.
 */
export function summariseUserAgent(userAgent: string): UserAgentSummary {
  if (userAgent === '') return { browser: null, os: null };
  const { browser, os } = Bowser.parse(userAgent);
  const inApp = IN_APP_BROWSERS.find(([pattern]) => pattern.test(userAgent))?.[1];
  const isUnnamedApp = WEB_VIEW.test(userAgent) && ['Chrome', 'Safari'].includes(browser.name ?? '');
  // The parser leaves the version of some apps in the name: `MyApp/1.0 CFNetwork`.
  const name = browser.name?.split('/', 1)[0];
  return { browser: inApp ?? (isUnnamedApp ? 'App' : name || null), os: os.name || null };
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
