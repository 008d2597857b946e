import type { INestApplicationContext } from '@nestjs/common';

/** Runs one piece of work with the services of the application, without HTTP, and closes it again. */
export type WithApplication = (work: (app: INestApplicationContext) => Promise<void>) => Promise<void>;
