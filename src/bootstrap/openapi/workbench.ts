/*
 * Runs in the browser: Nest writes this function, as text, into the script that starts Swagger UI. So it refers to nothing outside.
 */

interface SwaggerUi {
  preauthorizeApiKey(scheme: string, token: string): void;
}

interface Answer {
  readonly ok?: boolean;
  readonly text?: string;
}

/** Closes the locks with the tokens of each answer, so that nobody has to carry them there by hand. */
export function keepTokens(answer: Answer): Answer {
  const { ui } = globalThis as unknown as { ui?: SwaggerUi };
  try {
    const tokens = (answer.ok ? JSON.parse(answer.text ?? '') : {}) as Record<string, unknown>;
    for (const scheme of ['access', 'refresh', 'reset']) {
      const token = tokens[`${scheme}Token`];
      if (typeof token === 'string') ui?.preauthorizeApiKey(scheme, token);
    }
  } catch {
    // an answer without JSON holds no tokens
  }
  return answer;
}
