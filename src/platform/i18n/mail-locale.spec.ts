import { afterEach, describe, expect, it } from '@jest/globals';
import {
  findAddedLocale,
  findMailLocale,
  isMailLocale,
  mailLocales,
  nameOfLanguage,
  offerMailLocales,
} from './mail-locale.js';

describe('the languages of mails', () => {
  afterEach(() => offerMailLocales([]));

  it('AC-62 are ours, and those that the operator added', () => {
    expect(mailLocales()).toEqual(['en', 'ko']);
    offerMailLocales(['ja', 'pt-BR']);
    offerMailLocales(['ja', 'de']);
    expect(mailLocales()).toEqual(['en', 'ko', 'ja', 'de']);
    expect([isMailLocale('ja'), isMailLocale('pt-BR'), isMailLocale(undefined)]).toEqual([true, false, false]);
    expect(nameOfLanguage('ja')).toBe('日本語');
  });

  it.each([
    ['ja', 'ja'],
    ['ja-JP,ja;q=0.9,en;q=0.8', 'ja'],
    ['fr, ja;q=0.1', 'ja'],
    ['en, ja', undefined],
    ['ko-KR,ja;q=0.9', undefined],
    ['fr', undefined],
    ['*', undefined],
    [undefined, undefined],
  ])('AC-62 follow Accept-Language where it prefers a language that the operator added: %s', (header, locale) => {
    expect(findAddedLocale(header, 'en')).toBeUndefined();
    offerMailLocales(['ja']);
    expect(findAddedLocale(header, 'en')).toBe(locale);
  });

  it.each([
    ['ko_KR', 'ko'],
    ['EN-us', 'en'],
    ['korean', 'ko'],
    ['kor-KR', 'ko'],
    ['English', 'en'],
    ['eng', 'en'],
    ['kok-IN', undefined],
    ['enm', undefined],
    ['constructor', undefined],
    ['pt_BR', 'pt-BR'],
    ['pt-PT', 'pt'],
    ['ja', undefined],
  ])('AC-62 are found by the tag of another system: %s', (tag, locale) => {
    offerMailLocales(['pt', 'pt-BR']);
    expect(findMailLocale(tag)).toBe(locale);
  });
});
