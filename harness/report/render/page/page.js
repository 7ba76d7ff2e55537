'use strict';
const find = id => document.getElementById(id);
const all = (what, within = document) => [...within.querySelectorAll(what)];
const make = (tag, properties = {}, ...children) => { const e = Object.assign(document.createElement(tag), properties); e.append(...children); return e; };
const pseudonyms = new Set(JSON.parse(find('pseudonyms').textContent || '[]') || []);
const list = find('list'), detail = find('detail');
let shown = '', chosen = '', aside = false;

// The colours of JSON, and pseudonyms: a line at a time, once it is looked at.
const token = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\b\d[\d.]*(?:[eE][+-]?\d+)?\b)|\b(true|false|null)\b/g;
const idLike = /[A-Za-z0-9+][\w.@+-]{5,}/g;

// One expression for all, the longest first; of too many, those that are whole words.
const expression = () => pseudonyms.size === 0 || pseudonyms.size > 3000 ? null :
  new RegExp([...pseudonyms].sort((a, b) => b.length - a.length).map(p => p.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'g');
let known = expression();

function marked(text) {
  if (pseudonyms.size === 0) return [text];
  const parts = [];
  let at = 0;
  for (const m of text.matchAll(known || idLike)) {
    if (!pseudonyms.has(m[0])) continue;
    parts.push(text.slice(at, m.index), make('mark', {title: 'a pseudonym: it stands for a real value', textContent: m[0]}));
    at = m.index + m[0].length;
  }
  parts.push(text.slice(at));
  return parts;
}

const isJSON = /^\s*(["[\]{}\d-]|(true|false|null),?$)/;

function colour(line) {
  const text = line.textContent;
  if (!isJSON.test(text)) { line.replaceChildren(...marked(text)); return; }
  const parts = [];
  let at = 0;
  for (const m of text.matchAll(token)) {
    if (m.index > at) parts.push(...marked(text.slice(at, m.index)));
    at = m.index + m[0].length;
    if (m[2] !== undefined) parts.push(make('span', {className: 'k', textContent: m[1]}), m[2]);
    else if (m[1]) parts.push(make('span', {className: 's'}, ...marked(m[1])));
    else parts.push(make('span', {className: 'v', textContent: m[0]}));
  }
  parts.push(...marked(text.slice(at)));
  line.replaceChildren(...parts);
}

function dress(root, line, says) {
  for (const pre of all('pre.body', root)) {
    const lines = pre.textContent.split('\n').map(text => make('span', {className: 'l', textContent: text}));
    pre.replaceChildren(...lines);
    lines.forEach(colour);
    const at = line && pre.closest('.panel').dataset.name === 'Response body' && lines[line - 1];
    if (at) {
      at.classList.add('marked');
      if (says) at.after(make('span', {className: 'says', textContent: says}));
    }
  }
  all('.row code', root).forEach(colour);
  all('.bar code, .heads dd', root).forEach(e => e.replaceChildren(...marked(e.textContent)));
}

// Panels become tabs.
function tabs(root) {
  const panels = [...root.children].filter(e => e.classList.contains('panel'));
  if (panels.length === 0) return;
  for (const panel of panels) {
    const text = panel.querySelector(':scope > pre.body');
    if (text) {
      const plain = text.textContent;
      panel.prepend(copying(() => plain));
    }
    panel.querySelector(':scope > .rows')?.before(make('button', {type: 'button', className: 'copy sides', textContent: 'Side by side', onclick: sides}));
  }
  if (panels.length === 1) return;
  const bar = make('div');
  const choose = n => panels.forEach((panel, i) => {
    panel.hidden = i !== n;
    bar.children[i].setAttribute('aria-selected', i === n);
    bar.children[i].tabIndex = i === n ? 0 : -1;
  });
  panels.forEach((panel, i) => {
    const tab = make('button', {type: 'button', textContent: panel.dataset.name, onclick: () => choose(i)});
    tab.setAttribute('role', 'tab');
    panel.setAttribute('role', 'tabpanel');
    panel.classList.add('tabbed');
    bar.append(tab);
  });
  bar.setAttribute('role', 'tablist');
  bar.addEventListener('keydown', event => {
    const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    if (!step) return;
    const n = (panels.findIndex(p => !p.hidden) + step + panels.length) % panels.length;
    choose(n);
    bar.children[n].focus();
  });
  panels[0].before(bar);
  choose(0);
}

const template = id => find('t-' + id)?.content.cloneNode(true);

function exchange(into) {
  const copy = template(into.dataset.exchange);
  if (!copy || into.dataset.filled) return;
  into.dataset.filled = 'yes';
  into.append(copy);
  dressed(into, Number(into.dataset.line), into.dataset.says);
  const rows = into.querySelector('.panel:not([data-name^=Headers]) > .rows');
  for (const [side, n] of [['old', into.dataset.old], ['new', into.dataset.new]]) {
    if (!rows || !n) continue;
    const line = rows.querySelector(`.row .${side}[data-n="${n}"]`) || side === 'old' && rows.querySelector(`.row[data-o="${n}"] .new`);
    if (!line) continue;
    line.closest('.row').classList.add('marked');
    if (line.closest('.fold')) line.closest('.fold').open = true;
  }
  if (into.dataset.tab) all('[role=tab]', into).find(t => t.textContent.startsWith(into.dataset.tab))?.click();
  setAside();
}

function dressed(root, line, says) {
  tabs(root);
  dress(root, line, says);
}

function show(id, focus) {
  const copy = template(id);
  if (!copy || !copy.querySelector('article')) return false;
  const article = copy.querySelector('article');
  dressed(article);
  const ref = article.querySelector('div[data-exchange]');
  if (ref) exchange(ref);
  for (const one of all('details[data-exchange]', article)) one.addEventListener('toggle', () => exchange(one));
  if (article.dataset.strip) {
    const strip = template(article.dataset.strip);
    (article.querySelector('.commands') || article.querySelector('dl.facts') || article).before(strip);
    if (!article.querySelector('.strip')) article.append(strip);
  }
  for (const code of all('.commands code', article)) code.after(copying(() => code.textContent));
  article.prepend(make('button', {type: 'button', className: 'back', textContent: '← Back to the list', onclick: () => { document.body.classList.remove('detailed'); current()?.focus(); }}));
  detail.replaceChildren(article);
  detail.scrollTop = 0;
  shown = id;
  for (const a of all('.item[aria-current]', list)) a.removeAttribute('aria-current');
  const item = current();
  if (item) {
    item.setAttribute('aria-current', 'true');
    if (item.closest('details')) item.closest('details').open = true;
    item.scrollIntoView({block: 'nearest'});
  }
  for (const a of all('.strip a')) a.parentElement.classList.toggle('current', a.getAttribute('href') === '#' + id);
  setAside();
  if (focus) {
    document.body.classList.add('detailed');
    article.querySelector('h2').focus({preventScroll: true});
    if (matchMedia('(max-width: 50rem)').matches) scrollTo(0, 0);
  }
  return true;
}

const current = () => all('.item', list).find(a => a.getAttribute('href') === '#' + shown);
const visible = () => all('.item', list).filter(a => !a.hidden && !a.closest('[hidden]'));

function go(id, focus) {
  if (id === decodeURIComponent(location.hash.slice(1))) show(id, focus);
  else { history.pushState(null, '', '#' + id); show(id, focus); }
}

function move(step) {
  const items = visible();
  if (items.length === 0) return;
  const at = items.indexOf(current());
  const next = items[at < 0 ? 0 : Math.min(Math.max(at + step, 0), items.length - 1)];
  history.replaceState(null, '', next.getAttribute('href'));
  show(next.getAttribute('href').slice(1));
  next.focus({preventScroll: true});
}

// What is copied.
async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make('textarea', {value: text});
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  say(what + ' copied');
}
function say(text) {
  find('said').textContent = text;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { find('said').textContent = ''; }, 1500);
}
const copying = text => make('button', {type: 'button', className: 'copy', textContent: 'Copy', onclick: () => copy(text(), 'Text')});

function setAside() {
  if (aside) {
    for (const row of all('.row.same:not(:has(> .old))')) {
      const old = row.querySelector('.new').cloneNode(true);
      old.className = 'old';
      old.dataset.n = row.dataset.o;
      row.prepend(old);
    }
  }
  for (const rows of all('.rows')) rows.classList.toggle('aside', aside);
  for (const b of all('.sides')) b.textContent = aside ? 'One below the other' : 'Side by side';
}
function sides() { aside = !aside; setAside(); }

// Filters.
function filter() {
  const words = find('filter').value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  let n = 0, of = 0;
  for (const section of all('.group', list)) {
    let any = false;
    const pass = (item, heading) => {
      of++;
      item.words ??= (item.textContent + ' ' + heading + ' ' + (find('t-' + item.getAttribute('href').slice(1))?.content.querySelector('dl.facts')?.textContent || '')).toLowerCase();
      const fits = (!chosen || item.dataset.class === chosen) && words.every(w => item.words.includes(w));
      item.hidden = !fits;
      if (fits) { n++; any = true; }
      return fits;
    };
    for (const sub of all('.sub', section)) {
      const heading = sub.querySelector('summary').textContent;
      const fits = all('.item', sub).map(item => pass(item, heading)).some(Boolean);
      sub.hidden = !fits;
      if (words.length && fits) sub.open = true;
    }
    for (const item of section.querySelectorAll(':scope > .item')) pass(item, '');
    section.hidden = !any;
  }
  find('none').hidden = n > 0;
  find('shown').textContent = n === of ? '' : n + ' of ' + of;
}
for (const chip of all('.chips button')) chip.addEventListener('click', () => {
  chosen = chip.dataset.class;
  for (const other of all('.chips button')) other.setAttribute('aria-pressed', other === chip);
  filter();
});
find('filter').addEventListener('input', filter);
document.querySelector('form').addEventListener('submit', event => event.preventDefault());

function expand() {
  const folds = [...all('.fold, .one', detail), ...all('.sub', list)].filter(e => e.localName === 'details' && !e.hidden);
  const open = folds.some(f => !f.open);
  for (const f of folds) {
    f.open = open;
    if (open && f.dataset.exchange) exchange(f);
  }
  find('fold').textContent = open ? 'Fold all' : 'Expand all';
}
function theme() {
  const root = document.documentElement;
  const dark = root.classList.contains('dark') || !root.classList.contains('light') && matchMedia('(prefers-color-scheme: dark)').matches;
  root.classList.toggle('dark', !dark);
  root.classList.toggle('light', dark);
}
function help() {
  find('keys').hidden = !find('keys').hidden;
  find('help').setAttribute('aria-expanded', !find('keys').hidden);
}
find('fold').addEventListener('click', expand);
find('theme').addEventListener('click', theme);
find('help').addEventListener('click', help);

document.addEventListener('click', event => {
  const link = event.target.closest('a[href^="#"]');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(decodeURIComponent(link.getAttribute('href').slice(1)), true);
});
const keys = {
  j: () => move(1), k: () => move(-1), e: expand, s: sides, t: theme, '?': help,
  '/': () => { document.body.classList.remove('detailed'); find('filter').focus(); find('filter').select(); },
  c: () => { const code = detail.querySelector('.commands code'); if (code) copy(code.textContent, 'Command'); },
  l: () => { if (shown) copy(location.href, 'Link'); },
  Escape: () => { document.body.classList.remove('detailed'); current()?.focus(); },
};
document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target === find('filter')) {
    if (event.key === 'Escape') event.target.blur();
    if (event.key === 'ArrowDown' || event.key === 'Enter') { event.preventDefault(); event.target.blur(); move(0); }
    return;
  }
  const inList = event.target.closest?.('.item');
  if (inList && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) { event.preventDefault(); move(event.key === 'ArrowDown' ? 1 : -1); return; }
  if (/^[1-9]$/.test(event.key)) { all('[role=tab]', detail)[event.key - 1]?.click(); return; }
  if (keys[event.key] && !(event.key.length > 1 && event.target.matches('button'))) { event.preventDefault(); keys[event.key](); }
});
addEventListener('popstate', () => show(decodeURIComponent(location.hash.slice(1))));
addEventListener('hashchange', () => { const id = decodeURIComponent(location.hash.slice(1)); if (id !== shown) show(id, true); });

// A live page hears of what comes.
const counts = {'': 0, passed: 0, error: 0};
const mostShown = 1000;

function add(update) {
  if (find('t-' + update.id)) return;
  const before = pseudonyms.size;
  for (const p of update.pseudonyms) pseudonyms.add(p);
  if (pseudonyms.size > before) known = expression();
  find('store').insertAdjacentHTML('beforeend', update.detail);
  const section = list.querySelector('.group');
  section.hidden = false;
  section.querySelector('h2').insertAdjacentHTML('afterend', update.item);
  const items = section.querySelectorAll('.item');
  if (items.length > mostShown) {
    const last = items[items.length - 1];
    find('t-' + last.getAttribute('href').slice(1))?.remove();
    last.remove();
  }
  counts['']++;
  counts[update.class]++;
  for (const chip of all('.chips button')) chip.querySelector('b').textContent = counts[chip.dataset.class];
  section.querySelector('h2 .n').textContent = counts[''];
  if (chosen || find('filter').value) filter();
  if (!shown) show(update.id);
}
if (document.body.dataset.live) {
  const events = new EventSource(document.body.dataset.live);
  events.onmessage = event => add(JSON.parse(event.data));
  events.onerror = () => say('The server is not there.');
}

// The first thing, or what the address names.
const named = decodeURIComponent(location.hash.slice(1));
if (!(named && show(named, true))) {
  const first = all('.item', list)[0];
  if (first) show(first.getAttribute('href').slice(1));
}
