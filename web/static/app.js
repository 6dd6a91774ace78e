// What the pages gain when a browser runs scripts. Everything works without this file; nothing here is needed to order,
// pay or decide. It reads the marks that the templates put on elements and keeps no state.
(() => {
  'use strict';
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const typing = (element) => element?.matches?.('input:not([type=checkbox], [type=radio], [type=submit]), select, textarea, [contenteditable]');

  // The sentences of this file, in the reader's language.
  const words = $('#words').dataset;
  const counted = (text, n) => text.replace('#', n);

  // Relative times, in the words of the server's Ago, so that nothing jumps when they are renewed. What the server wrote as a
  // date stays one.
  const ago = (then, now) => {
    const seconds = Math.floor((now - then) / 1000);
    if (seconds < 0 || seconds >= 30 * 86400) return null;
    if (seconds < 5) return words.now;
    if (seconds < 60) return counted(words.seconds, seconds);
    if (seconds < 3600) return counted(words.minutes, Math.floor(seconds / 60));
    if (seconds < 86400) return counted(words.hours, Math.floor(seconds / 3600));
    return counted(words.days, Math.floor(seconds / 86400));
  };
  const refreshTimes = () => {
    const now = Date.now();
    for (const element of $$('time[data-relative]')) {
      const then = new Date(element.dateTime);
      if (isNaN(then)) continue;
      const text = ago(then, now);
      if (text && element.textContent !== text) element.textContent = text;
    }
  };
  setInterval(refreshTimes, 10000); // not as the page loads: the server has just written them, and nothing moves then
  // The server writes times in the browser's zone, once it knows it (web/handlers/language.go).
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) document.cookie = `zone=${zone};path=/;max-age=31536000;samesite=lax`;

  // A sentence for the status area of the frame, for what happens without a new page.
  const say = (text, link) => {
    const area = $('#notices');
    if (!area) return;
    const box = document.createElement('div');
    box.className = 'notice';
    box.dataset.tone = 'warn';
    box.dataset.passing = '';
    box.append(text);
    if (link) {
      const anchor = document.createElement('a');
      anchor.href = link.href;
      anchor.textContent = link.text;
      box.append(' ', anchor);
    }
    $('[data-passing]', area)?.remove(); // what the page itself says stays
    area.append(box);
  };

  // Copying: data-copy holds the selector of the element whose text is meant, data-copy-text the text itself.
  const copy = async (button) => {
    const text = button.dataset.copyText ?? $(button.dataset.copy)?.textContent;
    if (text == null) return;
    try {
      await navigator.clipboard.writeText(text);
      const word = $('[data-copy-word]', button);
      const before = word?.textContent;
      button.dataset.copied = '';
      if (word) word.textContent = words.copied;
      setTimeout(() => {
        delete button.dataset.copied;
        if (word) word.textContent = before;
      }, 1500);
    } catch {
      say(words.copyFailed);
    }
  };

  // Theme and density are kept with the session, so the next page comes in them at once; here the present page follows.
  const look = (form, submitter) => {
    const name = form.dataset.look;
    const value = submitter?.value;
    if (!value) return;
    document.documentElement.dataset[name] = value;
    for (const button of $$(`form[data-look="${name}"] button`)) button.setAttribute('aria-pressed', String(button.value === value));
    fetch(form.action, { method: 'POST', body: new URLSearchParams({ [name]: value }), redirect: 'manual' }).catch(() => {});
  };

  // After a refusal the summary of what is wrong has the focus: its links lead to the fields. What holds it opens, and so
  // does what holds a field that a link leads to.
  const unfold = (element) => {
    for (let fold = element.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true;
  };
  const focusSummary = () => {
    const summary = $('[data-summary]');
    if (!summary) return;
    unfold(summary);
    summary.focus({ preventScroll: true });
    summary.scrollIntoView({ block: 'center' });
  };
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('[data-summary] a');
    const wrong = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!wrong) return;
    event.preventDefault();
    unfold(wrong);
    wrong.scrollIntoView({ block: 'center' });
    (wrong.matches('input, select, textarea') ? wrong : $('input, select, textarea, button', wrong.closest('fieldset') ?? wrong))?.focus({ preventScroll: true });
  });

  // A list whose rows can be ticked: the server keeps what is, and is told of every change. The box in the head ticks the whole
  // page, before the change is sent.
  const showTicked = () => {
    for (const all of $$('[data-check-all]')) {
      const boxes = $$('[data-row-check]', all.form);
      const ticked = boxes.filter((box) => box.checked).length;
      all.checked = ticked > 0 && ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    }
  };
  document.addEventListener('change', (event) => {
    if (event.target.matches('[data-check-all]')) for (const box of $$('[data-row-check]', event.target.form)) box.checked = event.target.checked;
    if (!event.target.matches('[data-check-all], [data-row-check]')) return;
    showTicked();
    // whoever goes on before the answer is there takes the selection along
    const { action, selection } = event.target.form;
    const list = event.target.form.parentElement;
    const here = new URL(location);
    here.searchParams.set('selection', selection.value);
    history.replaceState(history.state, '', here);
    for (const link of $$('a[href]', list)) {
      if (new URL(action).pathname !== link.pathname + '/select') continue;
      const to = new URL(link);
      to.searchParams.set('selection', selection.value);
      link.href = to;
    }
    const filters = $('.filters', list);
    if (filters && !filters.elements.selection) filters.append(selection.cloneNode());
  }, true);

  // Rows of a table: j, k and the arrows go to the row's first link or button, x ticks its box.
  const rows = () => $$('table[data-keys] > tbody > tr').filter((row) => row.offsetParent);
  const handle = (row) => $('[data-row-link]', row) || $('a[href], button, summary, input:not([type=hidden])', row);
  const moveRow = (step) => {
    const all = rows().filter(handle);
    if (!all.length) return;
    const at = all.findIndex((row) => row.contains(document.activeElement));
    const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1);
    handle(all[next]).focus();
    all[next].scrollIntoView({ block: 'nearest' });
  };

  // The palette: its field keeps the focus, the arrows move among the options that the server offers, Enter goes to one.
  const palette = $('#palette');
  const field = $('#palette input');
  const options = () => $$('[role="option"]', palette);
  let offered = null; // the text that the options are for
  let sent = ''; // the text that was asked about last
  let wanted = false; // Enter was pressed meanwhile
  const point = (option) => {
    for (const other of options()) other.setAttribute('aria-selected', String(other === option));
    option ? field.setAttribute('aria-activedescendant', option.id) : field.removeAttribute('aria-activedescendant');
    option?.scrollIntoView({ block: 'nearest' });
  };
  const openPalette = () => {
    palette.showModal();
    field.select();
    wanted = false;
    field.dispatchEvent(new Event('palette'));
  };
  palette?.addEventListener('keydown', (event) => {
    const all = options();
    const at = all.findIndex((option) => option.ariaSelected === 'true');
    if (event.isComposing || !all.length) return;
    if (event.key === 'ArrowDown') point(all[(at + 1) % all.length]);
    else if (event.key === 'ArrowUp') point(all[(at - 1 + all.length) % all.length]);
    else if (event.key === 'Enter' && event.target === field && offered !== field.value && !wanted) wanted = true;
    else if (event.key === 'Enter' && event.target === field && offered === field.value && at >= 0) location.assign(all[at].dataset.href);
    else return; // a second Enter that waits for nothing searches
    event.preventDefault();
  });
  palette?.addEventListener('click', (event) => {
    const option = event.target.closest('[role="option"]');
    if (option) location.assign(option.dataset.href);
    if (event.target === palette) palette.close(); // beside it
  });
  palette?.addEventListener('htmx:config:request', () => { sent = field.value; });
  palette?.addEventListener('htmx:after:swap', () => {
    offered = sent;
    point(options()[0]);
    if (wanted && offered === field.value && options()[0]) location.assign(options()[0].dataset.href);
  });

  let pending = 0; // when g was pressed
  document.addEventListener('keydown', (event) => {
    if (event.key.toLowerCase() === 'k' && event.ctrlKey !== event.metaKey && !event.altKey && !event.shiftKey && palette) {
      event.preventDefault();
      if (!$('dialog[open]')) openPalette();
      return;
    }
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const element = document.activeElement;
    if (event.key === 'Escape') {
      $$('details:is(.confirm, .menu)[open]').forEach((details) => {
        const held = details.contains(element);
        details.open = false;
        if (held) $('summary', details).focus();
      });
      if (element?.matches('input[type=search]')) element.blur();
      return;
    }
    if (typing(element) || $('dialog[open]')) return;
    const inTable = element?.closest('table[data-keys]');
    if (pending && Date.now() - pending < 1500 && event.key.length === 1) {
      pending = 0;
      const link = $(`a[data-go="${CSS.escape(event.key)}"]`);
      if (link) {
        event.preventDefault();
        link.click();
      }
      return;
    }
    pending = 0;
    switch (event.key) {
      case '/': $('[role="search"] input')?.select(); $('[role="search"] input')?.focus(); break;
      case '?': $('#help')?.showModal(); break;
      case 'g': pending = Date.now(); break;
      case 'j': moveRow(1); break;
      case 'k': moveRow(-1); break;
      case 'ArrowDown': if (!inTable) return; moveRow(1); break;
      case 'ArrowUp': if (!inTable) return; moveRow(-1); break;
      case 'x': {
        const box = inTable && $('[data-row-check]', element.closest('tr'));
        if (!box) return;
        box.click();
        break;
      }
      default: return;
    }
    event.preventDefault();
  });

  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('[data-copy], [data-copy-text], [data-dialog], [data-palette]');
    if (button?.matches('[data-copy], [data-copy-text]')) copy(button);
    if (button?.matches('[data-palette]')) {
      event.preventDefault();
      openPalette();
    }
    if (button?.matches('[data-dialog]')) $(button.dataset.dialog)?.showModal();
    for (const details of $$('details:is(.confirm, .menu)[open]')) if (!details.contains(event.target)) details.open = false;
  });

  document.addEventListener('change', (event) => {
    // a filter that is a plain GET form is sent as soon as it changes; without scripts it has its button
    if (event.target.closest?.('form[data-autosubmit]') && !event.target.matches('input[type=search], input[type=text]')) event.target.form.requestSubmit();
  });

  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.matches('[data-look]')) {
      event.preventDefault();
      look(form, event.submitter);
    }
    // an empty filter is no filter: the address stays short enough to send to a colleague
    if (form.matches('form[data-tidy]')) {
      const empty = [...form.elements].filter((input) => input.name && input.value === '' && !input.disabled);
      for (const input of empty) input.disabled = true;
      setTimeout(() => { for (const input of empty) input.disabled = false; });
    }
  });

  // The order form. Its answers are morphed in, and the morph looks at attributes, while a field that was touched no longer
  // follows its own. So the attributes say what was sent: the answer then changes what the server changed, such as the
  // fields below a row that is gone, and nothing that somebody has typed since.
  const remember = (field) => {
    if (field.localName === 'select') for (const option of field.options) option.defaultSelected = option.selected;
    else field.defaultValue = field.value;
  };
  // What a check has to say moves what stands below it. While a button is held down nothing may move, or the click that
  // began on it ends somewhere else: such an answer is let go, and asked for again after the click.
  let down = false;
  let asked = false;
  addEventListener('pointerdown', () => { down = true; }, true);
  for (const end of ['pointerup', 'pointercancel']) {
    addEventListener(end, () => {
      down = false;
      if (asked) $('form[data-kind]')?.dispatchEvent(new Event('change'));
      asked = false;
    }, true);
  }
  // A form that is on its way has no more to ask: an answer that comes while the page goes away is for nobody. Who types on
  // has stayed, or is back.
  let leaving = false;
  document.addEventListener('submit', (event) => {
    if (event.defaultPrevented || !event.target.matches('form[data-kind]')) return;
    leaving = true;
    event.target.dispatchEvent(new Event('htmx:abort'));
  });
  for (const stay of ['input', 'pageshow']) addEventListener(stay, () => { leaving = false; });
  const rowButtons = 'button[name="add"], button[name="remove"]';
  let rowChange = null; // a row that comes or goes, until the server has answered
  document.addEventListener('htmx:config:request', (event) => {
    const { ctx } = event.detail;
    const source = ctx.sourceElement;
    const form = source.closest?.('form[data-kind]');
    if (!form) return;
    // a check of the form as it was before would take the row back; one follows the answer
    if (source === form && (rowChange || leaving)) return event.preventDefault();
    if (source.matches(rowButtons)) rowChange = { ctx, form, adds: source.name === 'add', path: source.value, selects: [] };
    $$('input, select, textarea', form).forEach(remember);
  });
  document.addEventListener('htmx:before:swap', (event) => {
    if (down && event.detail.ctx.sourceElement?.matches('form[data-kind]')) {
      asked = true;
      return event.preventDefault();
    }
    if (!rowChange || rowChange.ctx !== event.detail.ctx) return;
    rowChange.selects = $$('select', rowChange.form).filter((select) => [...select.options].every((option) => option.selected === option.defaultSelected));
  });
  document.addEventListener('htmx:after:swap', (event) => {
    if (!rowChange || rowChange.ctx !== event.detail.ctx || event.detail.ctx.response.status !== 200) return;
    const { adds, path, selects } = rowChange;
    // unlike an input, a select that was ever touched does not follow the morph
    for (const select of selects) select.selectedIndex = Math.max(0, [...select.options].findIndex((option) => option.defaultSelected));
    const add = $(`button[name="add"][value="${CSS.escape(adds ? path : path.replace(/\[\d+\]$/, ''))}"]`);
    if (add && (document.activeElement === document.body || document.activeElement.matches(rowButtons))) {
      const row = adds && $$(':scope > .row', add.parentElement).at(-1);
      (row && $('input, select', row) || add).focus();
    }
  });
  document.addEventListener('htmx:finally:request', (event) => {
    if (!rowChange || rowChange.ctx !== event.detail.ctx) return;
    rowChange = null;
    $('form[data-kind]')?.dispatchEvent(new Event('change'));
  });

  document.addEventListener('htmx:after:swap', (event) => {
    refreshTimes();
    const ctx = event.detail?.ctx;
    // a check of one field as it is left must not take the focus away from the next
    if (ctx?.response?.status === 422 && ctx.sourceEvent?.type !== 'change') focusSummary();
    showTicked();
  });
  document.addEventListener('htmx:after:request', (event) => {
    if (event.detail?.ctx?.response?.status < 400) $('#notices [data-passing]')?.remove();
  });
  document.addEventListener('htmx:response:error', (event) => {
    const status = event.detail?.ctx?.response?.status;
    if (status === 401) say(words.signedOut, { href: location.href, text: words.signIn });
    if (status >= 500) say(words.notRefreshed, { href: location.href, text: words.reload });
  });

  // A page that comes back from the browser's cache shows the state of its address, not of its last use.
  addEventListener('pageshow', showTicked);

  // A notice that came with the page is put there once more: screen readers tell what changes in a place that they know.
  const told = $('#notices');
  if (told?.firstElementChild) setTimeout(() => told.append(...told.children));

  focusSummary();
})();
