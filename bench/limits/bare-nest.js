// The limit of an answer that reads nothing: Nest on Fastify with one route, and nothing in front of it.
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';

class ProbeController {
  probe() {
    return { status: 'ok' };
  }
}
Get()(ProbeController.prototype, 'probe', Object.getOwnPropertyDescriptor(ProbeController.prototype, 'probe'));
Controller('probe')(ProbeController);

class AppModule {}
Module({ controllers: [ProbeController] })(AppModule);

const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false });
await app.listen(Number(process.env.PORT), '127.0.0.1');
