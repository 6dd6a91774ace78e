// What html-validate.min.js was made of; THIRD_PARTY.md says how.
import { HtmlValidate, StaticConfigLoader } from 'html-validate/browser';

// Beside the standard, what is recommended but for: names of lists that several boxes have, identifiers that are JSON paths
// (the standard forbids only spaces in them), the small letters in which templates write the doctype, and long titles.
const rules = {
  'doctype-style': 'off',
  'form-dup-name': ['error', { shared: ['radio', 'button', 'reset', 'submit', 'checkbox'] }],
  'long-title': 'off',
  // the list of a combobox is no select: the field keeps the focus
  'prefer-native-element': ['error', { exclude: ['listbox'] }],
  'valid-id': ['error', { relaxed: true }],
};
const loader = new StaticConfigLoader({ root: true, extends: ['html-validate:recommended'], elements: ['html5'], rules });

// problemsOfHTML gives a line for everything that is wrong with a document.
globalThis.problemsOfHTML = async (html) => {
  const report = await new HtmlValidate(loader).validateString(html, 'page.html');
  return report.results.flatMap((result) => result.messages)
    .map((m) => `${m.line}:${m.column} ${m.ruleId}: ${m.message} ${m.selector ?? ''}`);
};
