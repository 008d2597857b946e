// @ts-check

/** Answers "Why can this person not log in?" in words. The most decisive reason comes first. Some have a button that helps. */

import { shortTime, text } from '../page.js';
import { read } from './admin-api.js';
import { Card } from './card.js';
import { button, el } from './dom.js';
import { memberActions, retryMail } from './member-actions.js';
import { linkTo } from './navigation.js';

/**
 * @typedef {{ code: string, at?: string, until?: string, params?: Record<string, unknown>, action?: string }} Finding
 */
/** @typedef {{ memberId: string | null, findings: Finding[] }} Diagnosis */

/**
 * @param {() => string} identifier what the person types to log in; no request is sent while it is empty
 * @param {{ isOfMember?: boolean, onChange?: () => void }} [options] `onChange` runs after an action
 * @returns {Card<Diagnosis>}
 */
export function diagnosisCard(identifier, { isOfMember = false, onChange } = {}) {
  /** @type {Card<Diagnosis>} */
  const card = new Card(
    'diagnosis',
    async () =>
      identifier() === '' ? { memberId: null, findings: [] } : read('login-diagnosis', { identifier: identifier() }),
    ({ memberId, findings }) => [
      el(
        'ol',
        { class: 'findings' },
        ...findings.map((/** @type {Finding} */ finding) => findingEntry(finding, memberId)),
      ),
      !isOfMember && memberId !== null && el('p', {}, linkTo('member', { id: memberId }, text('openMember'))),
    ],
  );

  /** @param {Finding} finding @param {string | null} memberId @returns {HTMLElement} */
  function findingEntry(finding, memberId) {
    const { code, params = {}, action } = finding;
    const explanation = text(`finding-${code}`, valuesOf(finding)) || code;
    const details = [
      params.reason && text('reasonWas', { reason: String(params.reason) }),
      params.error && text('errorWas', { error: String(params.error) }),
    ].filter(Boolean);
    return el(
      'li',
      { 'data-finding': code, ...(code === 'no_obstacle' && { 'data-mood': 'good' }) },
      el('p', { class: 'entry-title' }, explanation),
      ...details.map((detail) => el('p', { class: 'soft' }, String(detail))),
      helpOf(action, params, memberId),
    );
  }

  /** @param {string | undefined} action @param {Record<string, unknown>} params @param {string | null} memberId */
  function helpOf(action, params, memberId) {
    const done = (/** @type {string} */ message) => {
      card.say(message);
      if (onChange) onChange();
      else void card.reload();
    };
    if (action === 'retry_mail')
      return button(text('retryMail'), () => retryMail(String(params.mailId), done), { name: 'retry-mail' });
    if (action === undefined || memberId === null) return null;
    const actions = memberActions(memberId, identifier(), done);
    if (action === 'remove_factor') {
      const factors = Array.isArray(params.factors) ? params.factors : [];
      return el('div', { class: 'row' }, ...factors.map((factor) => buttonOf(actions.removeFactor(factor))));
    }
    const question = /** @type {Record<string, () => import('./member-actions.js').Action>} */ ({
      enable: actions.enable,
      unlock: actions.unlock,
      password_reset: actions.resetPassword,
    })[action];
    return question === undefined ? null : buttonOf(question());
  }

  return card;
}

/** @param {import('./member-actions.js').Action} action */
function buttonOf({ name, label, ask }) {
  return button(label, ask, { name });
}

/** The values of the placeholders of a text. @param {Finding} finding @returns {Record<string, string>} */
function valuesOf({ at, until, params = {} }) {
  const { signals, providers, ...rest } = params;
  const named = Object.entries(rest).map(([name, value]) => [name, String(value ?? '')]);
  return {
    ...Object.fromEntries(named),
    at: at === undefined ? text('unknownTime') : shortTime(at),
    until: until === undefined ? text('unknownTime') : shortTime(until),
    signals: listOf(signals, (signal) => text(`signal-${signal}`) || signal),
    providers: listOf(providers, (provider) => provider) || '–',
  };
}

/** @param {unknown} values @param {(value: string) => string} name */
function listOf(values, name) {
  return Array.isArray(values) ? values.map((value) => name(String(value))).join(', ') : '';
}
