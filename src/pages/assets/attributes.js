// @ts-check

/** Fields for the attributes that the operator has declared. A page may have none. */

import { formOf } from './form.js';
import { text } from './page.js';

/** @typedef {Record<string, unknown>} Attributes */

const PREFIX = 'attributes.';
/** Not the other notations of scripts, such as 0x1F, which a member does not mean. */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * Reads the fields of a form as a request needs them, without the empty ones.
 * @param {string} form
 * @returns {{ attributes?: Attributes }} empty without values
 */
export function readAttributes(form) {
  return valuesOf([...fieldsOf(form)].filter((field) => valueOf(field) !== null));
}

/**
 * Reads the fields that the member has changed since they were filled, null for an emptied one.
 * @param {string} form
 * @returns {{ attributes?: Attributes }} empty without changes
 */
export function readChangedAttributes(form) {
  return valuesOf([...fieldsOf(form)].filter(isChanged));
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
      for (const option of field.options) option.defaultSelected = canonical(parseOption(option)) === canonical(value);
    } else if (field.type === 'checkbox') field.defaultChecked = value === true;
    else field.defaultValue = value === undefined ? '' : String(value);
  }
}

/** @param {string} form @returns {NodeListOf<HTMLInputElement | HTMLSelectElement>} */
function fieldsOf(form) {
  return formOf(form).querySelectorAll('[data-attribute]');
}

/** @param {(HTMLInputElement | HTMLSelectElement)[]} fields @returns {{ attributes?: Attributes }} */
function valuesOf(fields) {
  if (fields.length === 0) return {};
  return { attributes: Object.fromEntries(fields.map((field) => [field.name.slice(PREFIX.length), valueOf(field)])) };
}

/**
 * Compares a field with itself as it was filled, not with the attribute: a field shows line breaks and
 * some stored values otherwise, and an untouched one must not rewrite them.
 * @param {HTMLInputElement | HTMLSelectElement} field
 */
function isChanged(field) {
  if (field instanceof HTMLSelectElement) {
    const filled = [...field.options].findIndex(({ defaultSelected }) => defaultSelected);
    return field.selectedIndex !== Math.max(filled, 0); // the first option is the empty one
  }
  if (field.type === 'checkbox') return field.checked !== field.defaultChecked;
  return field.value !== field.defaultValue.replace(/[\r\n]/g, ''); // a field of one line drops them
}

/** @param {HTMLInputElement | HTMLSelectElement} field @returns {unknown} null for an empty field */
function valueOf(field) {
  if (field instanceof HTMLInputElement && field.type === 'checkbox') return field.checked;
  const typed = field.value.trim();
  if (typed === '') return null;
  if (field.dataset.attribute === 'json') return JSON.parse(field.value);
  return field.dataset.attribute === 'number' ? toNumber(typed) : typed;
}

/**
 * Returns what is not a finite decimal number as typed, so that the service names the field: in JSON,
 * infinity would become null, which removes the value.
 * @param {string} typed
 */
function toNumber(typed) {
  const number = Number(typed);
  return DECIMAL.test(typed) && Number.isFinite(number) ? number : typed;
}

/** @param {HTMLOptionElement} option @returns {unknown} undefined for the empty option */
function parseOption({ value }) {
  return value === '' ? undefined : JSON.parse(value);
}

/**
 * Writes a value as JSON with sorted keys: the database stores the keys of objects in an order of its own.
 * @param {unknown} value
 */
function canonical(value) {
  return JSON.stringify(value, (_, part) => {
    const isObject = typeof part === 'object' && part !== null && !Array.isArray(part);
    return isObject
      ? Object.fromEntries(
          Object.keys(part)
            .sort()
            .map((key) => [key, part[key]]),
        )
      : part;
  });
}
