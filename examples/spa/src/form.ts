import { NetworkError, ProblemError, UnexpectedResponseError } from 'munjigi-client';
import { h } from './dom.js';
import { texts } from './language.js';

export interface FieldOptions {
  name: string;
  label: string;
  hint?: string;
  /** The page that the label is about. */
  url?: string | null;
  type?: 'text' | 'email' | 'password' | 'checkbox';
  /** Used by password managers and phones. */
  autocomplete?: AutoFill;
  inputmode?: 'numeric' | 'email';
}

interface FormOptions<Names extends string> {
  fields: (FieldOptions & { name: Names })[];
  submit: string;
  /** May throw an error of the client, which the form shows at the field it concerns. */
  onSubmit: (values: Record<Names, string>) => Promise<void>;
}

/**
 * Creates a form whose button is disabled while a request is sent. Errors are shown at their fields;
 * an error that concerns no field is shown below all fields.
 */
export function form<Names extends string>({ fields, submit, onSubmit }: FormOptions<Names>): HTMLFormElement {
  const message = h('p', { class: 'problem', role: 'alert' });
  const button = h('button', { type: 'submit', class: 'primary' }, submit);
  const rows = fields.map((field) => row(field));
  const element = h('form', { novalidate: true }, ...rows.map(({ box }) => box), message, button);
  element.addEventListener('submit', (event) => {
    event.preventDefault();
    void send();
  });
  return element;

  async function send(): Promise<void> {
    button.disabled = true;
    message.textContent = '';
    for (const { show } of rows) show('');
    try {
      const values = Object.fromEntries(rows.map(({ name, value }) => [name, value()]));
      await onSubmit(values as Record<Names, string>);
    } catch (error) {
      const rowsWithProblem =
        error instanceof ProblemError && rows.filter(({ name, show }) => show(error.messageFor(name) ?? ''));
      if (!rowsWithProblem || rowsWithProblem.length === 0) message.textContent = describeError(error);
      else rowsWithProblem[0]?.focus();
    } finally {
      button.disabled = false;
    }
  }
}

interface Row {
  name: string;
  box: HTMLElement;
  value: () => string;
  focus: () => void;
  /**
   * Shows the problem of the field, or removes it if the text is empty.
   *
   * @returns whether there is a problem
   */
  show: (problem: string) => boolean;
}

function row({ name, label, hint, url, type = 'text', autocomplete = 'off', inputmode }: FieldOptions): Row {
  const problem = h('small', { class: 'problem', id: `${name}-problem` });
  const input = h('input', {
    ...{ id: name, name, type, autocomplete, 'aria-describedby': `${name}-problem` },
    ...(inputmode && { inputmode }),
    ...(type !== 'checkbox' && { placeholder: hint ?? '' }),
  });
  const about = url ? h('a', { href: url, target: '_blank', rel: 'noopener' }, texts().read) : undefined;
  const labelElement = h('label', { for: name }, label, about && ' ', about);
  return {
    name,
    box: h('div', { class: type === 'checkbox' ? 'row check' : 'row' }, labelElement, input, problem),
    value: () => (type === 'checkbox' ? String(input.checked) : input.value),
    focus: () => input.focus(),
    show: (text) => {
      problem.textContent = text;
      input.setAttribute('aria-invalid', String(text !== ''));
      return text !== '';
    },
  };
}

/** Returns the text of an error for the member. */
export function describeError(error: unknown): string {
  if (error instanceof NetworkError || error instanceof UnexpectedResponseError) return texts().offline;
  if (!(error instanceof ProblemError)) throw error;
  return error.retryAfter ? `${error.detail} ${texts().wait(error.retryAfter)}` : error.detail;
}
