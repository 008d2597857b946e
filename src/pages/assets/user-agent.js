// @ts-check

/** Names the browser and the system of a device. */

/**
 * Apps that open pages in a browser of their own, whose user agent is that of the system's browser
 * with a word of the app. The server names the same apps in the list of devices.
 * @type {readonly (readonly [RegExp, string])[]}
 */
const APPS = [
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
  [/\bMicroMessenger\//, 'WeChat'],
  // A web view of Android or iOS, whose app does not name itself.
  [/; wv\)|^Mozilla\/5\.0 \((?:iPhone|iPad|iPod)(?!.*\bSafari\/).*\bMobile\//, 'App'],
];

/**
 * Marks of browsers and systems in a user agent. The order matters: user agents also name the
 * products they are compatible with, so derived products come first.
 */
const BROWSERS = {
  Edg: 'Edge',
  OPR: 'Opera',
  SamsungBrowser: 'Samsung Internet',
  Whale: 'Whale',
  Firefox: 'Firefox',
  Chrome: 'Chrome',
  Safari: 'Safari',
};
const SYSTEMS = {
  Android: 'Android',
  iPhone: 'iPhone',
  iPad: 'iPad',
  Windows: 'Windows',
  'Mac OS X': 'macOS',
  CrOS: 'ChromeOS',
  Linux: 'Linux',
};

/** @param {string} userAgent */
export function describeDevice(userAgent) {
  const app = APPS.find(([pattern]) => pattern.test(userAgent))?.[1];
  const [browser, system] = [BROWSERS, SYSTEMS].map(
    (names) => Object.entries(names).find(([mark]) => userAgent.includes(mark))?.[1],
  );
  return [app ?? browser, system].filter(Boolean).join(' · ');
}
