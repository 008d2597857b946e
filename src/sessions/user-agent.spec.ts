import { describe, expect, it } from '@jest/globals';
import { areSameFamily, summariseUserAgent } from './user-agent.js';

const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)';
const ANDROID =
  'Mozilla/5.0 (Linux; Android 13; SM-S918N; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/114.0 Mobile Safari/537.36';
const FACEBOOK = 'FBAV/420.0.0.32.70;FBBV/1;FBDV/iPhone14,7;FBMD/iPhone;FBSN/iOS;FBLC/ko_KR;FBOP/5]';

describe('a user agent', () => {
  it.each([
    [`${ANDROID};KAKAOTALK 2410130`, 'KakaoTalk', 'Android'],
    [`${IPHONE} Mobile/15E148 KAKAOTALK 10.1.5`, 'KakaoTalk', 'iOS'],
    [`${ANDROID} NAVER(inapp; search; 1010; 11.22.1)`, 'NAVER app', 'Android'],
    [`${IPHONE} Version/16.0 Mobile/15E148 Safari/604.1 NAVER(inapp; search; 1000; 12.3.2; 14PRO)`, 'NAVER app', 'iOS'],
    [`${IPHONE} Mobile/15E148 Instagram 290.0.0.16.76 (iPhone14,7; iOS 16_5; ko_KR)`, 'Instagram', 'iOS'],
    [`${ANDROID} Instagram 290.0.0.16.76 Android (33/13; 420dpi)`, 'Instagram', 'Android'],
    [`${IPHONE} Mobile/15E148 [FBAN/FBIOS;${FACEBOOK}`, 'Facebook', 'iOS'],
    [`${ANDROID} [FB_IAB/FB4A;FBAV/420.0.0.32.70;]`, 'Facebook', 'Android'],
    [`${IPHONE} Mobile/15E148 [FBAN/MessengerForiOS;${FACEBOOK}`, 'Messenger', 'iOS'],
    [`${ANDROID} Line/13.8.0/IAB`, 'LINE', 'Android'],
    [`${IPHONE} Mobile/15E148 Safari Line/13.8.0`, 'LINE', 'iOS'],
    [`${ANDROID} DaumApps/7.0 DaumDevice/mobile`, 'Daum app', 'Android'],
    [`${ANDROID} NAVER(higgs; 1010; 11.22.1)`, 'NAVER app', 'Android'],
    [`${IPHONE} Mobile/15E148 [LinkedInApp]/9.29`, 'LinkedIn', 'iOS'],
    [`${ANDROID} TwitterAndroid`, 'X', 'Android'],
    [`${IPHONE} GSA/290.0 Mobile/15E148 Safari/604.1`, 'Google app', 'iOS'],
    [`${ANDROID} MicroMessenger/8.0.40`, 'WeChat', 'Android'],
    [`${ANDROID} everytimeApp/7.1`, 'App', 'Android'],
    [ANDROID, 'App', 'Android'],
    [`${IPHONE} Mobile/15E148`, 'App', 'iOS'],
  ])('of a browser inside an app names the app: %s', (userAgent, browser, os) => {
    expect(summariseUserAgent(userAgent)).toEqual({ browser, os });
  });

  it.each([
    [`${IPHONE} Version/16.5 Mobile/15E148 Safari/604.1`, 'Safari'],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130 Safari/537.36',
      'Chrome',
    ],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0', 'Firefox'],
    ['Airline/1.0', null],
    ['Airline/1.0 CFNetwork/1410.0.3 Darwin/22.6.0', 'Airline'],
    ['', null],
  ])('of another program names that program: %s', (userAgent, browser) => {
    expect(summariseUserAgent(userAgent).browser).toBe(browser);
  });

  it.each([
    ['is of the same family after an update of the app', 'Airline/1.1 CFNetwork/1485 Darwin/23.1.0', true],
    ['is of another family where another app sends it', 'Railway/1.0 CFNetwork/1410.0.3 Darwin/22.6.0', false],
  ])('TK-06 %s', (_, other, isSame) => {
    expect(areSameFamily('Airline/1.0 CFNetwork/1410.0.3 Darwin/22.6.0', other)).toBe(isSame);
  });
});
