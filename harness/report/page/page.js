'use strict';
const find = id => document.getElementById(id);
const cases = [...document.querySelectorAll('.case')].map(el => ({
  el, clean: !el.querySelector('.finding'),
  findings: [...el.querySelectorAll('.finding')].map(f => ({el: f, severity: f.dataset.severity, rule: f.dataset.rule, text: (el.querySelector('h2').textContent + ' ' + f.querySelector('summary').textContent + ' ' + f.dataset.rule).toLowerCase()})),
}));
let current = null;

function filter() {
  const text = find('text').value.trim().toLowerCase();
  const rule = find('rule').value;
  const severities = new Set([...document.querySelectorAll('[name=severity]:checked')].map(i => i.value));
  const clean = find('clean').checked && !text && !rule;
  let shown = 0, all = 0;
  for (const c of cases) {
    let any = false;
    for (const f of c.findings) {
      all++;
      const show = severities.has(f.severity) && (!rule || f.rule === rule) && (!text || f.text.includes(text));
      f.el.hidden = !show;
      if (show) { any = true; shown++; }
    }
    c.el.hidden = !(any || c.clean && clean);
  }
  find('shown').textContent = shown === all ? all + ' findings' : shown + ' of ' + all + ' findings';
  find('none').hidden = shown > 0 || cases.some(c => !c.el.hidden);
}

function move(step) {
  const visible = cases.flatMap(c => c.el.hidden ? [] : c.findings.map(f => f.el).filter(f => !f.hidden));
  if (visible.length === 0) return;
  const at = visible.indexOf(current);
  current = visible[at < 0 ? (step > 0 ? 0 : visible.length - 1) : Math.min(Math.max(at + step, 0), visible.length - 1)];
  current.querySelector('summary').focus();
}

for (const id of ['text', 'rule', 'clean']) find(id).addEventListener('input', filter);
for (const box of document.querySelectorAll('[name=severity]')) box.addEventListener('change', filter);
document.querySelector('form').addEventListener('submit', event => event.preventDefault());
find('expand').addEventListener('click', () => {
  const opened = find('expand').textContent === 'Expand all';
  for (const c of cases) for (const f of c.findings) if (!f.el.hidden) f.el.open = opened;
  find('expand').textContent = opened ? 'Collapse all' : 'Expand all';
});
find('theme').addEventListener('click', () => {
  const root = document.documentElement;
  const dark = root.classList.contains('dark') || !root.classList.contains('light') && matchMedia('(prefers-color-scheme: dark)').matches;
  root.classList.toggle('dark', !dark);
  root.classList.toggle('light', dark);
});
document.addEventListener('focusin', event => { current = event.target.closest('.finding') || current; });
document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.matches('input[type=search], select');
  if (event.key === 'Escape' && typing) { event.target.blur(); return; }
  if (typing) return;
  if (event.key === '/') { event.preventDefault(); find('text').focus(); }
  if (event.key === 'j') move(1);
  if (event.key === 'k') move(-1);
});
find('clean').checked = !cases.some(c => !c.clean);
filter();
