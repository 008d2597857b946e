import { Module } from '@nestjs/common';
import { CountryLookup } from './country-lookup.service.js';

/** Which country an address belongs to. */
@Module({ providers: [CountryLookup], exports: [CountryLookup] })
export class CountriesModule {}
