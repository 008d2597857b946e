import type { INestApplicationContext } from '@nestjs/common';

/**
 * Starts the application without HTTP, runs `work` with its services, and closes the application.
 */
export type WithApplication = (work: (app: INestApplicationContext) => Promise<void>) => Promise<void>;
