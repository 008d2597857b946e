// @ts-check

/** The form above a list that selects what the list shows. */

import { text } from '../page.js';
import { button, el, present } from './dom.js';

/**
 * A search field, or a selection whose first option is everything.
 * @typedef {{ name: string, label: string, hint?: string, options?: readonly { value: string, label: string }[],
 * isComplete?: boolean, isLiteral?: boolean }} Field `isComplete` leaves out the option for everything. `label`, `hint` and
 * the labels of options are keys of texts. With `isLiteral`, the labels of options are shown as they are.
 */

/** The form stays while its view is open, as a card does. */
export class FilterForm {
  /**
   * @param {readonly Field[]} fields
   * @param {Record<string, string>} initial
   * @param {(values: Record<string, string>) => void} apply
   * @param {readonly { label: string, action: () => void }[]} [further] buttons beside the one that applies
   */
  constructor(fields, initial, apply, further = []) {
    this.fields = fields;
    this.initial = initial;
    this.apply = apply;
    this.further = further;
    this.root = /** @type {HTMLFormElement} */ (el('form', { class: 'card filter', role: 'search', novalidate: '' }));
    this.root.addEventListener('submit', (event) => {
      event.preventDefault();
      this.apply(this.take());
    });
    this.root.addEventListener('change', (event) => {
      if (event.target instanceof HTMLSelectElement) this.apply(this.take());
    });
    this.draw(initial);
    /** The values that the list is filtered by. The administrator may have typed others since. */
    this.applied = this.values();
  }

  /** Records the current values as those that the list is filtered by, and returns them. */
  take() {
    return (this.applied = this.values());
  }

  /** Returns what is typed and selected, without empty values. @returns {Record<string, string>} */
  values() {
    const entries = [...new FormData(this.root)].map(([name, value]) => [name, String(value).trim()]);
    return Object.fromEntries(entries.filter(([, value]) => value !== ''));
  }

  /** Moves the focus to the first field. */
  focus() {
    /** @type {HTMLElement | null} */ (this.root.querySelector('input, select'))?.focus();
  }

  redraw() {
    this.draw(this.values());
  }

  /** @param {Record<string, string>} values */
  draw(values) {
    const hasSearch = this.fields.some(({ options }) => options === undefined);
    const buttons = [
      hasSearch && el('button', { type: 'submit', class: 'primary' }, text('search')),
      ...this.further.map(({ label, action }) => button(text(label), action)),
    ];
    this.root.replaceChildren(
      ...this.fields.map((field) => fieldOf(field, values[field.name] ?? '')),
      ...present([present(buttons).length > 0 && el('div', { class: 'row' }, ...buttons)]),
    );
  }
}

/** @param {Field} field @param {string} value */
function fieldOf({ name, label, hint, options, isComplete, isLiteral }, value) {
  const id = `filter-${name}`;
  const labelled = el('label', { for: id }, text(label));
  if (options !== undefined) {
    const choices = isComplete ? options : [{ value: '', label: 'all' }, ...options];
    const select = /** @type {HTMLSelectElement} */ (
      el(
        'select',
        { id, name },
        ...choices.map(({ value, label }) => el('option', { value }, isLiteral ? label : text(label))),
      )
    );
    select.value = value;
    return el('div', { class: 'field' }, labelled, select);
  }
  const described = hint === undefined ? undefined : { 'aria-describedby': `${id}-hint` };
  const attributes = { id, name, type: 'search', maxlength: '254', autocapitalize: 'none', spellcheck: 'false' };
  const input = /** @type {HTMLInputElement} */ (el('input', { ...attributes, autocomplete: 'off', ...described }));
  input.value = value;
  return el(
    'div',
    { class: 'field search' },
    labelled,
    hint !== undefined && el('p', { class: 'hint', id: `${id}-hint` }, text(hint)),
    input,
  );
}
