/*
 * Runs in the browser: Nest writes each function as text into the script that starts Swagger UI, so
 * none may use anything outside itself.
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

/** The parts of Immutable.js maps that the plugins use. */
interface ImmutableMap<Value> {
  get(key: string): unknown;
  getIn(path: readonly string[]): unknown;
  set(key: string, value: unknown): this;
  map(change: (value: Value, key: string) => Value): this;
  filter(isKept: (value: Value, key: string) => boolean): this;
  forEach(use: (value: Value, key: string) => void): void;
  readonly size: number;
}

type TaggedOperation = ImmutableMap<unknown>;

interface React {
  createElement(type: unknown, props: object | null, ...children: unknown[]): unknown;
}

/** An element of the page, as far as it is used here. */
interface PageElement {
  querySelector(selector: string): { placeholder: string } | null;
}

/**
 * Makes the filter box search in summaries and paths, too, and labels it so. Without this plugin the
 * box searches only the names of groups.
 */
export function filterOperations(): object {
  return {
    fn: {
      opsFilter(groups: ImmutableMap<TaggedOperation>, phrase: string) {
        const wanted = phrase.toLowerCase();
        return groups
          .map((group, name) => {
            if (name.toLowerCase().includes(wanted)) return group;
            const operations = group.get('operations') as ImmutableMap<ImmutableMap<unknown>>;
            const matching = operations.filter((operation) =>
              [operation.get('path'), operation.getIn(['operation', 'summary'])].some((text) =>
                String(text).toLowerCase().includes(wanted),
              ),
            );
            return group.set('operations', matching);
          })
          .filter((group) => (group.get('operations') as ImmutableMap<unknown>).size > 0);
      },
    },
    wrapComponents: {
      FilterContainer:
        (FilterBox: unknown, { React }: { React: React }) =>
        (props: object) => {
          const relabel = (element: PageElement | null): void => {
            const input = element?.querySelector('input');
            if (input) input.placeholder = 'Find an operation by path, summary or group';
          };
          return React.createElement('div', { ref: relabel }, React.createElement(FilterBox, props));
        },
    },
  };
}

interface ResponsesProps {
  readonly responses: ImmutableMap<ImmutableMap<unknown>>;
}

/**
 * Shows the refusals of an operation as one folded table, so that its responses fit on a screen.
 */
export function foldErrors(): object {
  return {
    wrapComponents: {
      responses:
        (Responses: unknown, { React }: { React: React }) =>
        (props: ResponsesProps) => {
          const rows: unknown[] = [];
          props.responses.forEach((response, status) => {
            if (!/^[45]/.test(status)) return;
            // The description lists them as "`code`: title; `code`: title".
            for (const [, code, title] of ((response.get('description') ?? '') as string).matchAll(/`(\w+)`: ([^;]*)/g))
              rows.push(
                React.createElement(
                  'tr',
                  { key: code },
                  React.createElement('td', null, status),
                  React.createElement('td', null, React.createElement('code', null, code)),
                  React.createElement('td', null, title),
                ),
              );
          });
          const others = props.responses.filter((_, status) => !/^[45]/.test(status));
          return React.createElement(
            'div',
            null,
            React.createElement(Responses, { ...props, responses: others }),
            React.createElement(
              'details',
              { className: 'errors' },
              React.createElement('summary', null, `Errors (${rows.length}), all as application/problem+json`),
              React.createElement('table', null, React.createElement('tbody', null, ...rows)),
            ),
          );
        },
    },
  };
}
