import { Module } from '@nestjs/common';
import { CountryLookup } from './country-lookup.service.js';

/** Looks up the country of an IP address. */
@Module({ providers: [CountryLookup], exports: [CountryLookup] })
export class CountriesModule {}
