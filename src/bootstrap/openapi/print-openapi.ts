import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from '../../app.module.js';
import { prefixRoutes } from '../create-app.js';
import { buildOpenApi } from './swagger-ui.js';

/*
 * Prints the OpenAPI document. A preview constructs no service, so this needs neither a database nor a configuration.
 */
const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), {
  preview: true,
  logger: ['error'],
  abortOnError: false,
});
prefixRoutes(app);
process.stdout.write(`${JSON.stringify(buildOpenApi(app), null, 2)}\n`);
