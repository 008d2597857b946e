// @ts-check

/** Fields for the attributes that the operator has declared. A page may have none. */

import { formOf } from './form.js';
import { text } from './page.js';

/** @typedef {Record<string, unknown>} Attributes */

const PREFIX = 'attributes.';

/**
 * Reads the fields of a form as a request needs them.
 * @param {string} form
 * @param {Attributes} [known] the present values: only changed ones are returned, null for an emptied field
 * @returns {{ attributes?: Attributes }} empty without values
 */
export function readAttributes(form, known) {
  /** @type {Attributes} */
  const attributes = {};
  for (const field of fieldsOf(form)) {
    const name = field.name.slice(PREFIX.length);
    const value = valueOf(field);
    if (known === undefined ? value !== null : !isSame(value, known[name])) attributes[name] = value;
  }
  return Object.keys(attributes).length === 0 ? {} : { attributes };
}

/**
 * Finds the empty fields without which the service refuses a sign-up. Only the service knows what
 * else a value has to fulfil.
 * @param {string} form
 * @returns {{ field: string, message: string }[]}
 */
export function findAttributeProblems(form) {
  return [...fieldsOf(form)].flatMap((field) =>
    field.dataset.required === undefined || valueOf(field) !== null
      ? []
      : [{ field: field.name, message: text('attributeMissing', { label: field.dataset.required }) }],
  );
}

/**
 * Fills the fields of a form; "Cancel" restores these values.
 * @param {string} form @param {Attributes} values
 */
export function fillAttributes(form, values) {
  for (const field of fieldsOf(form)) {
    const value = values[field.name.slice(PREFIX.length)];
    if (field instanceof HTMLSelectElement) {
      for (const option of field.options)
        option.defaultSelected = option.value === (value === undefined ? '' : JSON.stringify(value));
    } else if (field.type === 'checkbox') field.defaultChecked = value === true;
    else field.defaultValue = value === undefined ? '' : String(value);
  }
}

/** @param {string} form @returns {NodeListOf<HTMLInputElement | HTMLSelectElement>} */
function fieldsOf(form) {
  return formOf(form).querySelectorAll('[data-attribute]');
}

/** @param {HTMLInputElement | HTMLSelectElement} field @returns {unknown} null for an empty field */
function valueOf(field) {
  if (field instanceof HTMLInputElement && field.type === 'checkbox') return field.checked;
  const typed = field.value.trim();
  if (typed === '') return null;
  if (field.dataset.attribute === 'json') return JSON.parse(field.value);
  // What is not a number is sent as typed, and the service names the field.
  return field.dataset.attribute === 'number' && !Number.isNaN(Number(typed)) ? Number(typed) : typed;
}

/** An unticked box is the same as no value. @param {unknown} value @param {unknown} known */
function isSame(value, known) {
  return value === (known ?? null) || (value === false && known === undefined);
}
