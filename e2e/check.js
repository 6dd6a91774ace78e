// What has to hold on every page, at every width. Gives a line for everything that does not.
(width) => {
  const problems = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const tell = (element) => element.outerHTML.replace(/\s+/g, ' ').slice(0, 160);
  const seen = (element) => element.checkVisibility({ visibilityProperty: true });
  const words = (id) => document.getElementById(id)?.textContent.trim() ?? '';
  const labelled = (element) => element.getAttribute('aria-label')?.trim() ||
    (element.getAttribute('aria-labelledby') ?? '').split(/\s+/).map(words).join('');

  // what is folded away has to hold as well
  for (const fold of all('details.fold')) fold.open = true;

  if (!document.documentElement.lang) problems.push('no language');
  if (!/\S · (Order Console|云办公订购控制台)$/.test(document.title)) problems.push(`title: ${document.title}`);
  for (const [selector, what] of [['h1', 'first heading'], ['main', 'main landmark']]) {
    const n = all(selector).filter(seen).length;
    if (n !== 1) problems.push(`${n} of ${what}`);
  }

  const ids = new Set();
  for (const element of all('[id]')) {
    if (ids.has(element.id)) problems.push(`id twice: ${element.id}`);
    ids.add(element.id);
  }
  for (const name of ['for', 'form', 'list', 'aria-describedby', 'aria-labelledby', 'aria-controls']) {
    for (const element of all(`[${name}]`)) {
      for (const id of element.getAttribute(name).split(/\s+/)) if (!ids.has(id)) problems.push(`${name} leads nowhere: ${tell(element)}`);
    }
  }

  for (const field of all('input:not([type=hidden]), select, textarea').filter(seen)) {
    const label = [...field.labels].map((element) => element.textContent.trim()).join('');
    if (!label && !labelled(field)) problems.push(`no label: ${tell(field)}`);
  }
  for (const element of all('a[href], button, summary').filter(seen)) {
    const alt = [...element.querySelectorAll('img')].map((image) => image.alt).join('');
    if (!element.textContent.trim() && !alt && !labelled(element)) problems.push(`no words: ${tell(element)}`);
  }
  for (const image of all('img:not([alt])')) problems.push(`no alt: ${tell(image)}`);

  if (document.documentElement.scrollWidth > width) {
    const wide = all('body *').filter((element) => seen(element) && element.getBoundingClientRect().right > width + 1);
    const outermost = wide.filter((element) => !wide.includes(element.parentElement));
    problems.push(`${document.documentElement.scrollWidth} wide: ${outermost.slice(0, 3).map(tell).join(' | ')}`);
  }
  return problems;
}
