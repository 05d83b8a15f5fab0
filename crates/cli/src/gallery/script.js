'use strict';
// File names are untrusted: everything about a file is inserted as text (textContent) or as a number.
const $ = id => document.getElementById(id);
const { files, wall } = JSON.parse($('data').textContent);
const grid = $('grid'), box = $('box');
const state = { q: '', kinds: new Set(), outcome: 'all', sort: 'name', reverse: false, allKinds: false };
const FEW_KINDS = 14;
let shown = [], open = -1;

// ---- formatting
function time(ms) {
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  if (ms < 100) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60000) return `${(ms / 1000).toFixed(1)} s`;
  const s = Math.round(ms / 1000);
  return `${Math.floor(s / 60)} min ${s % 60} s`;
}
function duration(s) {
  const two = n => String(n).padStart(2, '0'), whole = Math.round(s);
  if (s < 10) return `${s.toFixed(1)} s`;
  const [h, m] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return h ? `${h}:${two(m)}:${two(whole % 60)}` : `${m}:${two(whole % 60)}`;
}
const side = n => String(n < 100 ? Math.round(n * 10) / 10 : Math.round(n));
const sizeOf = f => f.width ? `${side(f.width)} × ${side(f.height)}${f.unit === 'pt' ? ' pt' : ''}` : '';

// ---- pictures: their bytes come last in the file, so a picture may not be parsed yet when it is needed
const pending = new Map();
function whenParsed(id, use) {
  const block = $(id);
  if (block) use(block.textContent); else if (document.readyState === 'loading') pending.set(id, use);
}
new MutationObserver((changes, self) => {
  for (const id of [...pending.keys()]) {
    const use = pending.get(id);
    // The last block may be incomplete; a block is complete once something follows it.
    if ($(id) && $(id).nextSibling) { pending.delete(id); use($(id).textContent); }
  }
}).observe(document.body, { childList: true });
document.addEventListener('DOMContentLoaded', () => pending.forEach((use, id) => { pending.delete(id); if ($(id)) use($(id).textContent); }));

// The picture of a file; tiny pictures are enlarged by a whole factor, up to `room` px.
function picture(f, id, w, room) {
  const frame = element('span', 'picture'), ratio = w / (id[0] === 'p' ? f.preview[1] : f.thumb[1]);
  const most = f.drawn ? w : Math.max(f.width, f.height), tiny = !f.drawn && most <= 64;
  const times = tiny ? Math.max(1, Math.floor(room / most)) : 1;
  frame.style.width = `max(1px, min(${w * times}px, 100cqw, ${100 * ratio}cqh))`;
  frame.style.aspectRatio = String(ratio);
  frame.classList.toggle('clear', f.alpha);
  frame.classList.toggle('tiny', tiny);
  const canvas = frame.appendChild(placeholder(f.hash, ratio)), img = element('img');
  img.alt = '';
  img.decoding = 'async';
  img.onload = () => { img.className = 'loaded'; setTimeout(() => canvas.remove(), f.alpha ? 0 : 250); };
  whenParsed(id, base64 => { img.src = `data:image/webp;base64,${base64}`; });
  frame.append(img);
  return frame;
}
function failure(f) {
  const e = element('span', 'why');
  e.append($('broken').content.cloneNode(true), element('strong', '', f.error), element('em', '', f.detail));
  return e;
}

// ---- cards
const near = new IntersectionObserver(entries => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    const f = files[target.dataset.n];
    target.append(picture(f, `t${f.n}`, f.thumb[0], 160));
  }
}, { rootMargin: '600px' });

function card(f, n) {
  const li = $('card').content.firstElementChild.cloneNode(true), button = li.firstElementChild;
  const set = (name, text) => { li.querySelector(name).textContent = text; };
  const [start, end] = halves(f.name);
  f.n = n;
  f.search = f.path.normalize().toLowerCase();
  set('.start', start);
  set('.end', end);
  set('.kind', f.kind);
  set('.size', f.error ? '' : sizeOf(f));
  set('.bytes', f.bytes === null ? '' : bytes(f.bytes));
  set('.time', time(f.ms));
  button.title = f.path;
  button.setAttribute('aria-label', f.error ? `${f.path}, failed: ${f.error}` : `${f.path}, ${f.kind}, ${sizeOf(f)}`);
  button.onclick = () => show(shown.indexOf(f));
  const cell = li.querySelector('.cell');
  cell.dataset.n = n;
  if (f.error) { li.classList.add('failed'); cell.append(failure(f)); } else near.observe(cell);
  f.card = li;
}

// ---- filtering and sorting
const collator = new Intl.Collator('en', { numeric: true });
const byName = (a, b) => collator.compare(a.name, b.name) || collator.compare(a.path, b.path) || a.n - b.n;
const orders = {
  name: byName,
  kind: (a, b) => collator.compare(a.kind, b.kind) || byName(a, b),
  size: (a, b) => (a.bytes ?? -1) - (b.bytes ?? -1) || byName(a, b),
  time: (a, b) => a.ms - b.ms || byName(a, b),
};
const outcomes = [['all', 'All', () => true], ['made', 'Made', f => !f.error], ['failed', 'Failed', f => !!f.error]];
const passes = {
  query: f => state.q.normalize().toLowerCase().split(/\s+/).every(word => f.search.includes(word)),
  kind: f => !state.kinds.size || state.kinds.has(f.kind),
  outcome: f => outcomes.find(o => o[0] === state.outcome)[2](f),
};

function toggle(text, count, pressed, click) {
  const b = element('button', '', text);
  b.type = 'button';
  if (count !== null) b.append(element('b', '', count.toLocaleString('en')));
  if (pressed !== null) b.setAttribute('aria-pressed', pressed);
  b.onclick = click;
  return b;
}
// Replaces the buttons and keeps the focus.
function replace(parent, buttons) {
  const at = [...parent.children].indexOf(document.activeElement);
  parent.replaceChildren(...buttons);
  if (at >= 0) buttons[Math.min(at, buttons.length - 1)].focus();
}
function controls() {
  // Each button shows how many files would remain if it were pressed.
  const queried = files.filter(passes.query), ofKind = queried.filter(passes.kind), ofOutcome = queried.filter(passes.outcome);
  replace($('outcomes'), outcomes.map(([key, text, is]) =>
    toggle(text, ofKind.filter(is).length, state.outcome === key, () => { state.outcome = key; update(); })));
  const counts = new Map(files.map(f => [f.kind, 0]));
  ofOutcome.forEach(f => counts.set(f.kind, counts.get(f.kind) + 1));
  let kinds = [...everyKind];
  const folded = state.allKinds ? 0 : kinds.length - FEW_KINDS;
  if (folded > 1) kinds = kinds.filter((k, i) => i < FEW_KINDS || state.kinds.has(k));
  const chips = kinds.map(kind => {
    const chip = toggle(kind, counts.get(kind), state.kinds.has(kind), () => {
      state.kinds.delete(kind) || state.kinds.add(kind);
      update();
    });
    chip.classList.toggle('empty', !counts.get(kind));
    return chip;
  });
  if (everyKind.length - FEW_KINDS > 1) {
    const text = state.allKinds ? 'Fewer' : `${everyKind.length - kinds.length} more`;
    chips.push(toggle(text, null, null, () => { state.allKinds = !state.allKinds; update(); }));
    chips.at(-1).className = 'more';
  }
  if (everyKind.length > 1) replace($('kinds'), chips);
  $('sort').value = state.sort;
  $('direction').setAttribute('aria-pressed', state.reverse);
  if ($('query').value !== state.q) $('query').value = state.q;
}
function update() {
  shown = files.filter(f => passes.query(f) && passes.kind(f) && passes.outcome(f)).sort(orders[state.sort]);
  if (state.reverse) shown.reverse();
  grid.replaceChildren(...shown.map(f => f.card));
  shown.forEach((f, i) => { f.card.firstElementChild.tabIndex = i ? -1 : 0; });
  $('shown').textContent = shown.length === files.length ? '' : `${shown.length.toLocaleString('en')} of ${plural(files.length, 'file')}`;
  $('shown').hidden = shown.length === files.length;
  $('none').hidden = shown.length > 0;
  controls();
  saveState();
}

// ---- the URL fragment keeps the state
function saveState() {
  const p = new URLSearchParams();
  if (state.q) p.set('q', state.q);
  if (state.kinds.size) p.set('kind', [...state.kinds].join(','));
  if (state.outcome !== 'all') p.set('outcome', state.outcome);
  if (state.sort !== 'name') p.set('sort', state.sort);
  if (state.reverse) p.set('reverse', '1');
  if (open >= 0) p.set('file', shown[open].path);
  try { history.replaceState(null, '', `#${p}`); } catch { /* Some browsers reject it on file: URLs. */ }
}
function restoreState() {
  const p = new URLSearchParams(location.hash.slice(1)), sort = p.get('sort'), outcome = p.get('outcome');
  state.q = p.get('q') || '';
  state.kinds = new Set((p.get('kind') || '').split(',').filter(k => everyKind.includes(k)));
  state.outcome = outcomes.some(o => o[0] === outcome) ? outcome : 'all';
  state.sort = Object.hasOwn(orders, sort) ? sort : 'name';
  state.reverse = p.get('reverse') === '1';
  const file = p.get('file');
  update();
  if (file) show(shown.findIndex(f => f.path === file));
}

// ---- details of one file
function show(i) {
  const f = shown[i];
  if (!f) return;
  open = i;
  const folder = f.path.slice(0, f.path.length - f.name.length).replace(/\/$/, '');
  $('box-name').textContent = f.name;
  $('box-folder').textContent = folder;
  $('box-folder').hidden = !folder;
  const larger = f.preview || f.thumb;
  $('stage').replaceChildren(f.error ? failure(f) : picture(f, `${f.preview ? 'p' : 't'}${f.n}`, larger[0], 480));
  const facts = $('box-facts');
  facts.replaceChildren();
  const fact = (name, value, wide) => {
    if (!value) return;
    const div = element('div', wide ? 'wide' : ''), dd = element('dd');
    dd.append(value);
    div.append(element('dt', '', name), dd);
    facts.append(div);
  };
  fact('Kind', f.format ? `${f.format}${f.family ? `, ${f.family}` : ''}` : `${f.kind}, by name`);
  fact('Size', f.width && `${side(f.width)} × ${side(f.height)} ${f.unit}`);
  fact('Pages', f.pages > 1 && f.pages.toLocaleString('en'));
  fact('Length', f.duration && duration(f.duration));
  fact('File', f.bytes !== null && bytes(f.bytes));
  fact('Read', f.read && f.bytes ? `${bytes(f.read)}${f.read < f.bytes ? ` (${Math.max(1, Math.round(100 * f.read / f.bytes))} %)` : ''}` : '');
  fact('Time', time(f.ms));
  if (!f.error) {
    fact('Thumbnail', `${f.thumb[0]} × ${f.thumb[1]} px, ${bytes(f.thumb[2])}`);
    fact('Origin', f.origin);
    const swatch = element('span', 'swatch'), color = element('span');
    swatch.style.background = f.color;
    color.append(swatch, f.color);
    fact('Colour', color);
    if (f.warnings.length) fact('Warnings', f.warnings.join('; '), true);
  }
  $('place').textContent = `${(i + 1).toLocaleString('en')} of ${shown.length.toLocaleString('en')}`;
  $('previous').disabled = i === 0;
  $('next').disabled = i === shown.length - 1;
  if (!box.open) box.showModal();
  saveState();
}
box.addEventListener('close', () => {
  const f = shown[open];
  open = -1;
  if (f) focusCard(f.card);
  saveState();
});
box.addEventListener('click', e => { if (e.target === box) box.close(); });
box.addEventListener('keydown', e => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[e.key];
  if (step) { show(open + step); e.preventDefault(); }
});
$('close').onclick = () => box.close();
$('previous').onclick = () => show(open - 1);
$('next').onclick = () => show(open + 1);

// ---- keyboard: the grid is one tab stop, arrow keys move inside it
function focusCard(li) {
  grid.querySelectorAll('button[tabindex="0"]').forEach(b => { b.tabIndex = -1; });
  li.firstElementChild.tabIndex = 0;
  li.firstElementChild.focus();
}
grid.addEventListener('keydown', e => {
  const cards = [...grid.children], at = cards.indexOf(e.target.closest('.card'));
  const columns = cards.findIndex(c => c.offsetTop !== cards[0].offsetTop);
  const row = columns < 0 ? cards.length : columns;
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - row, ArrowDown: at + row, Home: 0, End: cards.length - 1 }[e.key];
  if (to === undefined || e.ctrlKey || e.metaKey || e.altKey) return;
  e.preventDefault();
  if (cards[to]) focusCard(cards[to]);
});
document.addEventListener('keydown', e => {
  if (e.key === '/' && !box.open && e.target !== $('query')) { e.preventDefault(); $('query').focus(); $('query').select(); }
  if (e.key === 'Escape' && e.target === $('query')) { state.q = ''; update(); }
});
$('query').oninput = e => { state.q = e.target.value; update(); };
$('sort').onchange = e => {
  state.sort = e.target.value;
  // Largest and slowest first.
  state.reverse = state.sort === 'size' || state.sort === 'time';
  update();
};
$('direction').onclick = () => { state.reverse = !state.reverse; update(); };
$('reset').onclick = () => { state.q = ''; state.kinds.clear(); state.outcome = 'all'; update(); };

// ---- start
files.forEach(card);
const kindCounts = new Map();
files.forEach(f => kindCounts.set(f.kind, (kindCounts.get(f.kind) || 0) + 1));
const everyKind = [...kindCounts.keys()].sort((a, b) => kindCounts.get(b) - kindCounts.get(a) || collator.compare(a, b));
const sum = of => files.reduce((n, f) => n + (of(f) || 0), 0), failed = files.filter(f => f.error).length;
for (const [name, value] of [
  ['files', files.length.toLocaleString('en')], ['made', (files.length - failed).toLocaleString('en')], ['failed', failed.toLocaleString('en')],
  ['total time', time(wall)], ['of files', bytes(sum(f => f.bytes))], ['of thumbnails', bytes(sum(f => f.thumb && f.thumb[2]))],
]) {
  const div = element('div');
  div.append(element('dt', '', name), element('dd', '', value));
  $('totals').append(div);
}
addEventListener('hashchange', restoreState);
restoreState();
