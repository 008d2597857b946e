import { getMetadataStorage } from 'class-validator';

type Storage = ReturnType<typeof getMetadataStorage>;
type Rules = ReturnType<Storage['getTargetValidationMetadatas']>;
type RulesByField = ReturnType<Storage['groupByPropertyName']>;

const cachingStorages = new WeakSet<Storage>();

/**
 * Makes class-validator collect the rules of each class only once, because rules never change after
 * their class is loaded. Without this cache it searches the rules of all classes at every
 * validation, which takes half of the time. Rules of a base class come first, so that answers name
 * fields in the order of their declaration. Validation groups are not supported.
 */
export function cacheRules(storage: Storage = getMetadataStorage()): void {
  if (cachingStorages.has(storage)) return;
  cachingStorages.add(storage);
  const collect = storage.getTargetValidationMetadatas.bind(storage);
  const group = storage.groupByPropertyName.bind(storage);
  const rulesByClass = new WeakMap<object, Rules>();
  const groups = new WeakMap<Rules, RulesByField>();

  storage.getTargetValidationMetadatas = (target, ...options) => {
    let rules = rulesByClass.get(target);
    if (!rules) {
      const collected = collect(target, ...options);
      rules = [
        ...collected.filter((rule) => rule.target !== target),
        ...collected.filter((rule) => rule.target === target),
      ];
      rulesByClass.set(target, rules);
    }
    return rules;
  };
  storage.groupByPropertyName = (rules) => {
    let grouped = groups.get(rules);
    if (!grouped) {
      grouped = group(rules);
      groups.set(rules, grouped);
    }
    return grouped;
  };
}
