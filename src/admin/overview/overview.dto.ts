import { ApiProperty } from '@nestjs/swagger';
import { ApiInteger } from '../../platform/http/integer.decorator.js';
import { IsOneOf } from '../../platform/http/validation/field-decorators.js';
import { MayBeAbsent } from '../../platform/http/validation/rule.js';
import { SERIES, type Series } from './overview-counts.service.js';
import { PERIODS, type Overview, type Period } from './overview.service.js';

export class OverviewQuery {
  @MayBeAbsent()
  @IsOneOf(PERIODS, { default: 'hour', description: 'hour: by the minute; day: by the hour; month: 30 days' })
  period?: Period;
}

export class SeriesResponse {
  @ApiProperty({ enum: SERIES }) name: Series['name'];
  /** For each part of the period, the oldest first */
  @ApiProperty({ type: 'integer', isArray: true }) counts: number[];
}

export class QueueResponse {
  /** May be sent now */
  @ApiInteger({ example: 0 }) due: number;
  /** Being sent, or waiting for a retry or for an earlier row */
  @ApiInteger({ example: 0 }) waiting: number;
  /** Given up */
  @ApiInteger({ example: 0 }) dead: number;
  /** Age in seconds of the oldest row that was never tried; 0 if there is none */
  @ApiInteger({ example: 0 }) oldestSeconds: number;
}

export class QueuesResponse {
  mails: QueueResponse;
  deliveries: QueueResponse;
}

export class OverviewResponse {
  @ApiProperty({ enum: PERIODS }) period: Period;
  from: Date;
  /** The length of one part of the period, in seconds */
  @ApiInteger({ example: 60 }) bucketSeconds: number;
  series: SeriesResponse[];
  queues: QueuesResponse;
  /** Webhooks that fail, or were disabled because they did */
  @ApiInteger({ example: 0 }) failingWebhooks: number;
}

type Queue = Overview['queues']['mails'];

const queueOf = ({ due, waiting, dead, oldestSeconds }: Queue): QueueResponse => ({
  ...{ due, waiting, dead },
  oldestSeconds: Math.round(oldestSeconds),
});

export const overviewResponseOf = (overview: Overview): OverviewResponse => ({
  period: overview.period,
  from: overview.from,
  bucketSeconds: overview.bucketSeconds,
  series: overview.series.map(({ name, counts }) => ({ name, counts: [...counts] })),
  queues: { mails: queueOf(overview.queues.mails), deliveries: queueOf(overview.queues.deliveries) },
  failingWebhooks: overview.failingWebhooks,
});
