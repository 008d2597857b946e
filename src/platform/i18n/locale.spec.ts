import { describe, expect, it } from '@jest/globals';
import { negotiateLocale } from './locale.js';

describe('the language of a response', () => {
  it.each([
    ['ko', 'ko'],
    ['ko-KR', 'ko'],
    ['KO-kr', 'ko'],
    ['ko_KR', 'ko'],
    ['ko_KR,ko;q=0.9,en_US;q=0.8', 'ko'],
    ['en_US;q=0.4, ko_KR;q=0.5', 'ko'],
    ['ko-Kore-KR', 'ko'],
    ['ko_KR.UTF-8', 'ko'],
    ['ko_KR@currency=KRW;q=0.9', 'ko'],
    ['ko@hangul', 'ko'],
    ['kor', 'ko'],
    ['kor-KR,eng;q=0.5', 'ko'],
    ['eng-US,kor;q=0.5', 'en'],
    ['en-GB,en;q=0.9', 'en'],
    ['ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7', 'ko'],
    ['en;q=0.5, ko;q=0.9', 'ko'],
    ['fr, ko;q=0.1', 'ko'],
    ['ko;q=0, en', 'en'],
  ])('follows Accept-Language: %s', (header, locale) => expect(negotiateLocale(header, 'en')).toBe(locale));

  it.each([
    undefined,
    '',
    '*',
    'fr',
    'fr;q=1',
    'q=1',
    ';;;',
    ',',
    'x'.repeat(5000),
    '\u0000',
    'kok',
    'korea',
    'fr-kor',
  ])('is the configured one if the header names no supported language: %.20j', (header) => {
    for (const fallback of ['en', 'ko'] as const) expect(negotiateLocale(header, fallback)).toBe(fallback);
  });
});
