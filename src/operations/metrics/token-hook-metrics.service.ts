import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Counter } from 'prom-client';
import { TokenHook } from '../../platform/token-hook/token-hook.js';
import { MetricsRegistry } from './metrics-registry.js';

/** Shows what the token hook answered. Without a hook there is no such metric. */
@Injectable()
export class TokenHookMetricsService implements OnModuleInit {
  constructor(
    private readonly metrics: MetricsRegistry,
    private readonly hook: TokenHook,
  ) {}

  onModuleInit(): void {
    if (!this.hook.isConfigured) return;
    const { counts } = this.hook;
    new Counter({
      name: 'munjigi_token_hook_questions_total',
      help: 'Questions of this process to the token hook by result: claims, refused, failed',
      labelNames: ['result'],
      registers: [this.metrics.registry],
      collect() {
        this.reset();
        for (const [result, count] of Object.entries(counts)) this.inc({ result }, count);
      },
    });
  }
}
