import { expect, it } from '@jest/globals';
import { countryName } from './country-name.js';

it.each([
  ['KR', 'en', 'South Korea'],
  ['KR', 'ko', '대한민국'],
  ['KR', 'ja', '韓国'],
  ['South Korea', 'ko', 'South Korea'],
  ['', 'en', ''],
])('ML-06 the country %j in %s is %j', (country, locale, name) => expect(countryName(country, locale)).toBe(name));
