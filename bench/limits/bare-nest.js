// Upper limit for requests that read nothing from the database: Nest on Fastify without guards. One
// of its two routes takes a body.
import 'reflect-metadata';
import { Body, Controller, Get, HttpCode, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';

class ProbeController {
  probe() {
    return { status: 'ok' };
  }
  take({ token }) {
    return { active: true, length: token.length };
  }
}
const of = (name) => [
  ProbeController.prototype,
  name,
  Object.getOwnPropertyDescriptor(ProbeController.prototype, name),
];
Get()(...of('probe'));
Post()(...of('take'));
HttpCode(200)(...of('take'));
Body()(ProbeController.prototype, 'take', 0);
Controller('probe')(ProbeController);

class AppModule {}
Module({ controllers: [ProbeController] })(AppModule);

const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false });
await app.listen(Number(process.env.PORT), '127.0.0.1');
