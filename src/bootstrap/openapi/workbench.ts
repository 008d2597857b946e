/*
 * Runs in the browser: Nest writes this function as text into the script that starts Swagger UI, so it may not use anything outside itself.
 */

interface SwaggerUi {
  preauthorizeApiKey(scheme: string, token: string): void;
}

interface SwaggerResponse {
  readonly ok?: boolean;
  readonly text?: string;
}

/**
 * Puts the tokens of each response into the locks of Swagger UI, so that they need not be copied by
 * hand.
 */
export function keepTokens(response: SwaggerResponse): SwaggerResponse {
  const { ui } = globalThis as unknown as { ui?: SwaggerUi };
  try {
    const tokens = (response.ok ? JSON.parse(response.text ?? '') : {}) as Record<string, unknown>;
    for (const scheme of ['access', 'refresh', 'reset']) {
      const token = tokens[`${scheme}Token`];
      if (typeof token === 'string') ui?.preauthorizeApiKey(scheme, token);
    }
  } catch {
    // a response without JSON holds no tokens
  }
  return response;
}
