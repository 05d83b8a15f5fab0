// Everything of a file reaches the page as text (textContent) or as a number: its name is hostile.
import { decodeUrl } from '/page/thumbling-url.js';

const $ = id => document.getElementById(id);
const grid = $('grid'), box = $('box');
const visiting = location.pathname.startsWith('/s/');
const KINDS = { folder: 'Folders', image: 'Pictures', document: 'Documents', video: 'Videos', audio: 'Sound', archive: 'Archives', other: 'Other' };
const BATCH = 30, AGAIN = 2500;

let token = '', me = {}, path = '', query = '', kind = '', shown = [], at = -1, share = null;
let cards = new Map();               // by file id, in the listing's order
const chosen = new Set(), uploads = new Map();

// ---- talking to the host
async function call(method, url, body, headers = {}) {
  const reply = await fetch(url, {
    method, body: body && JSON.stringify(body),
    headers: { ...(token && { Authorization: `Bearer ${token}` }), 'Accept-Language': navigator.language, ...headers },
  });
  const text = await reply.text(), answer = text ? JSON.parse(text) : {};
  if (!reply.ok) throw new Error(answer.message || answer.msg || `${reply.status}`);
  return answer;
}
const plain = url => url.obfuscated ? decodeUrl(url.url) : url.url;
const below = path => path.split('/').map(encodeURIComponent).join('/');

async function signIn() {
  let user = localStorage.getItem('user');
  if (!user) localStorage.setItem('user', user = 'guest');
  me = await call('POST', '/demo/token', { user });
  token = me.token;
}

// ---- the folder
async function list() {
  if (visiting) {
    share ??= { id: location.pathname.slice(3), password: location.hash.slice(1) };
    return (await call('GET', `/demo/shares/${encodeURIComponent(share.id)}`, null, { 'X-Share-Password': share.password })).items;
  }
  return (await call('GET', `/demo/files?path=${encodeURIComponent(path)}`)).items;
}

let listing = 0;
async function show() {
  const mine = ++listing;
  let items;
  try { items = await list(); } catch { return lost(); }
  if (mine !== listing) return;
  const before = cards;
  cards = new Map();
  for (const item of items) {
    const old = before.get(item.fileId);
    const same = old && old.item.version === item.version && old.item.folder === item.folder;
    cards.set(item.fileId, same ? Object.assign(old, { item }) : card(item, before.size > 0, old));
  }
  for (const id of chosen) if (!cards.has(id)) chosen.delete(id);
  crumbs();
  draw();
  setTimeout(askRest, 400);
}

function draw() {
  const q = query.toLowerCase();
  const all = [...cards.values()];
  const fits = c => (!q || c.item.name.toLowerCase().includes(q)) && (!kind || c.item.kind === kind);
  shown = all.filter(fits);
  // Cards that stay where they are are left alone: nothing flickers.
  const wanted = [...uploads.values()].filter(u => u.path === path).map(u => u.li).concat(shown.map(c => c.li));
  wanted.forEach((li, n) => { if (grid.children[n] !== li) grid.insertBefore(li, grid.children[n] ?? null); });
  while (grid.children.length > wanted.length) grid.lastChild.remove();
  grid.classList.toggle('choosing', chosen.size > 0);
  const counts = {};
  for (const c of all) counts[c.item.kind] = (counts[c.item.kind] ?? 0) + 1;
  if (kind && !counts[kind]) { kind = ''; return draw(); }
  $('kinds').replaceChildren(...Object.keys(KINDS).filter(k => counts[k]).map(k => {
    const chip = element('button', '', KINDS[k]);
    chip.type = 'button';
    chip.setAttribute('aria-pressed', String(kind === k));
    chip.append(element('b', '', counts[k]));
    chip.onclick = () => { kind = kind === k ? '' : k; draw(); };
    return chip;
  }));
  if (wanted.length) $('none').hidden = true;
  else if (all.length) nothing('Nothing matches.', 'search');
  else nothing(visiting ? 'Nothing is shared any more.' : 'Nothing here yet. Drop files anywhere on this page.', visiting ? 'broken' : 'up');
  totals();
  choice();
}
function nothing(text, sign = 'up') {
  $('none').hidden = false;
  $('none').firstElementChild.replaceWith(icon(sign, ''));
  $('none-text').replaceChildren(text);
  if (!cards.size) grid.replaceChildren();
}
// Neither a folder nor a share is where the address leads.
function lost() {
  crumbs();
  nothing(visiting ? 'This share is gone, or its link is not whole.' : 'There is no such folder. ', 'broken');
  if (!visiting) $('none-text').append(link('#/', 'Back to the drive'));
}

function totals() {
  const files = [...cards.values()].filter(c => !c.item.folder), state = s => files.filter(c => c.state === s).length;
  const rows = [['files', files.length], ['ready', state('ready')], ['being made', state('pending')], ['without', state('failed')]];
  $('totals').replaceChildren(...rows.filter(([, n], i) => i < 2 || n).map(([name, n]) => {
    const row = element('div', name === 'being made' ? 'still' : '');
    row.append(element('dt', '', name), element('dd', '', n.toLocaleString('en')));
    return row;
  }));
}

function crumbs() {
  if (visiting) {
    const a = element('a', '', plural(cards.size, 'file'));
    a.setAttribute('aria-current', 'page');
    $('crumbs').replaceChildren(a);
    return;
  }
  const parts = path ? path.split('/') : [], nodes = [];
  ['Drive', ...parts].forEach((name, n) => {
    const a = element('a', '', name);
    a.href = `#/${below(parts.slice(0, n).join('/'))}`;
    if (n === parts.length) a.setAttribute('aria-current', 'page');
    if (n) nodes.push(element('span', '', '/'));
    nodes.push(a);
  });
  $('crumbs').replaceChildren(...nodes);
}

// ---- cards
function icon(name, cls = 'glyph') {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg'), use = document.createElementNS(svg.namespaceURI, 'use');
  use.setAttribute('href', `#i-${name}`);
  svg.setAttribute('class', cls);
  svg.setAttribute('aria-hidden', 'true');
  svg.append(use);
  return svg;
}

function card(item, isNew, old) {
  const li = $('card').content.firstElementChild.cloneNode(true), c = { item, li, state: item.folder ? 'folder' : '', look: null };
  const [start, end] = halves(item.name);
  li.querySelector('.start').textContent = start;
  li.querySelector('.end').textContent = end;
  const extension = item.name.includes('.') ? item.name.split('.').pop() : '';
  li.querySelector('.kind').textContent = item.folder ? 'folder' : extension.length && extension.length <= 6 ? extension : item.kind;
  li.querySelector('.bytes').textContent = item.folder ? '' : bytes(item.size);
  li.classList.add(item.kind);
  li.classList.toggle('new', isNew && !old);
  li.querySelector('.cell').append(icon(item.folder ? 'folder' : item.kind));
  li.querySelector('.open').title = item.name;
  li.querySelector('.open').onclick = () => item.folder ? (location.hash = `#/${below(path ? `${path}/${item.name}` : item.name)}`) : open(item.fileId);
  const pick = li.querySelector('.pick');
  if (item.folder || visiting) pick.remove();
  else {
    pick.setAttribute('aria-label', `Select ${item.name}`);
    pick.onclick = () => { if (!chosen.delete(item.fileId)) chosen.add(item.fileId); choice(); };
  }
  li.dataset.id = item.fileId;
  if (!item.folder) near.observe(li);
  return c;
}

function picture(look, url) {
  const frame = element('span', 'picture'), ratio = look.width / look.height;
  frame.style.width = `max(1px, min(${look.width}px, 100cqw, ${100 * ratio}cqh))`;
  frame.style.aspectRatio = String(ratio);
  const hash = look.thumbhash, canvas = hash && frame.appendChild(placeholder(hash, ratio)), img = element('img');
  const alpha = hash && atob(hash).charCodeAt(2) & 128;
  frame.classList.toggle('clear', Boolean(alpha));
  img.alt = '';
  img.decoding = 'async';
  img.onload = () => { img.className = 'here'; if (canvas) setTimeout(() => canvas.remove(), alpha ? 0 : 350); };
  img.src = url;
  frame.append(img);
  return frame;
}
function why(look) {
  const e = element('span', 'why');
  e.append(icon('broken', ''), element('strong', '', look.error.replaceAll('-', ' ')), element('span', '', look.message));
  return e;
}

function put(c, look) {
  // What is drawn already stays: its URL holds for long.
  if (c.state === 'ready' && look.state === 'pending') return;
  const same = c.state === 'ready' && look.state === 'ready' && plain(c.look) === plain(look);
  Object.assign(c, { state: look.state, look });
  for (const s of ['pending', 'ready', 'failed']) c.li.classList.toggle(s, s === look.state);
  const cell = c.li.querySelector('.cell');
  if (look.state === 'ready' && !same) cell.replaceChildren(picture(look, plain(look)));
  if (look.state === 'failed') cell.replaceChildren(why(look));
  if (box.open && shown[at] === c) inspect();
}

// ---- looking: what is near the view, thirty at a time
const asked = new Set();
let asking = 0;
function ask(id) { asked.add(id); asking ||= setTimeout(flush, 40); }
async function flush() {
  asking = 0;
  const ids = [...asked].slice(0, BATCH);
  ids.forEach(id => asked.delete(id));
  if (asked.size) asking = setTimeout(flush, 0);
  const wanted = ids.map(id => cards.get(id)).filter(Boolean);
  if (!wanted.length) return;
  try {
    const looks = visiting ? await Promise.all(wanted.map(visit)) : (await call('POST', '/demo/look', { fileIds: wanted.map(c => c.item.fileId) })).items;
    looks.forEach((look, n) => { if (cards.get(wanted[n].item.fileId) === wanted[n]) put(wanted[n], look); });
  } catch { /* The next beat asks again. */ }
  totals();
}
// A visitor has no account: Cloudreve's call is what he has.
async function visit(c) {
  const answer = await call('GET', `/api/v4/file/thumb?uri=${encodeURIComponent(c.item.uri)}`);
  if (answer.code) return { state: answer.code === 40077 ? 'pending' : 'failed', error: 'no thumbnail', message: answer.msg };
  const url = plain(answer.data), img = new Image();
  img.src = url;
  await img.decode();
  return { state: 'ready', width: img.naturalWidth, height: img.naturalHeight, url };
}
// What is not near is looked at when there is nothing else to do, so that the totals are of the whole folder.
const WHOLE = 600;
function askRest() {
  if (cards.size > WHOLE || visiting) return;
  for (const c of cards.values()) if (!c.state) { near.unobserve(c.li); ask(c.item.fileId); }
}
const near = new IntersectionObserver(entries => {
  for (const { target, isIntersecting } of entries) if (isIntersecting) { near.unobserve(target); ask(target.dataset.id); }
}, { rootMargin: '400px' });
setInterval(() => { for (const c of cards.values()) if (c.state === 'pending') ask(c.item.fileId); }, AGAIN);

// ---- what happens meanwhile
let refreshing = 0;
const refresh = () => { refreshing ||= setTimeout(() => { refreshing = 0; show(); }, 150); };
function listen() {
  const events = new EventSource('/demo/events'), live = $('live');
  const say = on => { live.classList.toggle('on', on); live.lastChild.textContent = on ? 'live' : 'reconnecting'; live.title = on ? 'Changes show as they happen' : ''; };
  events.onopen = () => { say(true); refresh(); };
  events.onerror = () => say(false);
  const here = id => (id.includes('/') ? id.slice(0, id.lastIndexOf('/')) : '') === path || cards.has(id);
  for (const name of ['changed', 'deleted']) events.addEventListener(name, e => { if (here(JSON.parse(e.data).fileId) || name === 'changed') refresh(); });
  for (const name of ['ready', 'failed']) events.addEventListener(name, e => { const { fileId } = JSON.parse(e.data); if (cards.has(fileId)) ask(fileId); });
  events.addEventListener('lost', refresh);
}

// ---- uploads
function upload(file) {
  const li = $('card').content.firstElementChild.cloneNode(true), [start, end] = halves(file.name);
  li.querySelector('.start').textContent = start;
  li.querySelector('.end').textContent = end;
  li.querySelector('.bytes').textContent = bytes(file.size);
  li.querySelector('.kind').textContent = 'uploading';
  li.querySelector('.pick').remove();
  li.classList.add('new');
  const bar = element('span', 'progress'), fill = bar.appendChild(element('i')), cell = li.querySelector('.cell');
  cell.append(icon('up'), bar);
  const key = Symbol(), target = path ? `${path}/${file.name}` : file.name, request = new XMLHttpRequest();
  uploads.set(key, { li, path });
  draw();
  request.upload.onprogress = e => { fill.style.width = `${100 * e.loaded / Math.max(1, e.total)}%`; };
  request.onloadend = async () => {
    if (request.status === 201) await show();
    else {
      let message = 'The upload broke off.';
      try { message = JSON.parse(request.responseText).message; } catch { /* As it is. */ }
      toast([`${file.name}: ${message}`], true);
    }
    uploads.delete(key);
    draw();
  };
  request.open('PUT', `/demo/files/${below(target)}`);
  request.setRequestHeader('Authorization', `Bearer ${token}`);
  request.send(file);
}
if (!visiting) {
  $('files').onchange = e => { [...e.target.files].forEach(upload); e.target.value = ''; };
  let depth = 0;
  const files = e => e.dataTransfer?.types.includes('Files');
  const over = on => { $('drop').hidden = !on; $('drop-where').textContent = path ? `to ${path}` : ''; };
  addEventListener('dragenter', e => { if (files(e)) { depth++; over(true); } });
  addEventListener('dragleave', e => { if (files(e) && --depth <= 0) { depth = 0; over(false); } });
  addEventListener('dragover', e => { if (files(e)) e.preventDefault(); });
  addEventListener('drop', e => { if (files(e)) { e.preventDefault(); depth = 0; over(false); [...e.dataTransfer.files].forEach(upload); } });
}

// ---- what is selected
function choice() {
  for (const c of cards.values()) c.li.querySelector('.pick')?.setAttribute('aria-checked', String(chosen.has(c.item.fileId)));
  $('chosen').hidden = !chosen.size;
  $('count').textContent = plural(chosen.size, 'file');
  grid.classList.toggle('choosing', chosen.size > 0);
}
function toast(lines, bad) {
  const t = element('div', bad ? 'toast bad' : 'toast');
  t.append(...lines.map(line => typeof line === 'string' ? element('span', '', line) : line));
  $('toasts').append(t);
  setTimeout(() => t.remove(), bad ? 8000 : 20000);
  return t;
}
const link = (href, text) => { const a = element('a', '', text); a.href = href; return a; };
const guarded = work => async () => { try { await work(); } catch (e) { toast([e.message], true); } };
$('unchoose').onclick = () => { chosen.clear(); choice(); };
$('bin').onclick = guarded(async () => {
  for (const id of [...chosen]) { await call('DELETE', `/demo/files/${below(pathOf(cards.get(id).item))}`); chosen.delete(id); }
  await show();
});
const pathOf = item => path ? `${path}/${item.name}` : item.name;
$('share').onclick = guarded(async () => {
  const made = await call('POST', '/demo/shares', { fileIds: [...chosen] });
  const a = link(made.url, made.url);
  a.target = '_blank';
  const copy = element('button', 'button', 'Copy link');
  copy.onclick = async () => { await navigator.clipboard.writeText(made.url); copy.textContent = 'Copied'; };
  toast([`Whoever has this link sees ${plural(chosen.size, 'file')}:`, a, copy]);
  chosen.clear();
  choice();
});
// KooDrive's sharing task, as any of its clients would call it.
$('zip').onclick = guarded(async () => {
  const ids = [...chosen], date = new Date(Date.now() - 2000).toISOString().replace(/[-:]|\.\d+/g, '');
  const headers = { 'X-User-Id': me.userId, 'X-Date': date, 'X-Hw-Agentname': 'thumbling', 'Content-Type': 'application/json' };
  const body = { taskType: 1, containerId: me.spaceId, fileIds: ids, shareId: 'page', zipName: `${path.split('/').pop() || 'drive'}.zip` };
  const { taskId } = await call('POST', '/koodrive/ose/v1/share/tasks', body, headers);
  const t = toast([`Packing ${plural(ids.length, 'file')} …`]);
  chosen.clear();
  choice();
  for (;;) {
    const task = await call('GET', `/demo/tasks/${taskId}`);
    if (task.url) { t.replaceChildren(element('span', '', `${body.zipName} is ready:`), link(plain(task), 'Download')); return; }
    if (['failed', 'cancelled', 'succeeded', 'partly-failed'].includes(task.state)) throw new Error('The files could not be packed.');
    t.replaceChildren(element('span', '', `Packing ${task.done} of ${task.total} …`));
    await new Promise(r => setTimeout(r, 300));
  }
});

// ---- one file
function open(id) { at = shown.findIndex(c => c.item.fileId === id); inspect(); if (!box.open) box.showModal(); }
async function inspect() {
  const c = shown[at];
  if (!c) return;
  $('box-name').textContent = c.item.name;
  const look = c.look ?? { state: 'pending' };
  const rows = [['Kind', c.item.kind], ['Size', bytes(c.item.size)], ['Thumbnail', look.state === 'ready' ? `${look.width} × ${look.height}` : look.state === 'pending' ? 'being made' : look.message]];
  if (look.expires) rows.push(['Link holds until', new Date(look.expires).toLocaleString()]);
  rows.push(['Version', c.item.version]);
  $('box-facts').replaceChildren(...rows.map(([k, v]) => { const d = element('div'); d.append(element('dt', '', k), element('dd', '', v)); return d; }));
  $('stage').replaceChildren(look.state === 'ready' ? picture(look, plain(look)) : look.state === 'failed' ? why(look) : icon(c.item.kind));
  $('box-tools').replaceChildren(...(look.state === 'ready' ? [link(plain(look), 'Open thumbnail')] : []));
  $('place').textContent = `${at + 1} of ${shown.length}`;
  const step = by => { let n = at + by; while (shown[n]?.item.folder) n += by; return shown[n] ? n : -1; };
  for (const [id, by] of [['previous', -1], ['next', 1]]) { const n = step(by); $(id).disabled = n < 0; $(id).onclick = () => { at = n; inspect(); }; }
  if (visiting || look.state !== 'ready') return;
  const [large] = (await call('POST', '/demo/look', { fileIds: [c.item.fileId], spec: 'large' })).items;
  if (shown[at] === c && large.state === 'ready') $('stage').replaceChildren(picture(large, plain(large)));
}
$('close').onclick = () => box.close();
box.onclick = e => { if (e.target === box) box.close(); };
box.onclose = () => { at = -1; };
addEventListener('keydown', e => {
  if (box.open && e.key === 'ArrowLeft') $('previous').click();
  if (box.open && e.key === 'ArrowRight') $('next').click();
  if (e.key === '/' && !box.open && document.activeElement !== $('query')) { e.preventDefault(); $('query').focus(); }
  if (e.key === 'Escape' && chosen.size && !box.open) { chosen.clear(); choice(); }
});
$('query').oninput = e => { query = e.target.value; draw(); };

// ---- start
function go() {
  path = decodeURIComponent(location.hash.replace(/^#\/?/, ''));
  chosen.clear();
  cards = new Map();
  grid.replaceChildren();
  show();
}
if (visiting) {
  $('brand').textContent = 'Shared with you';
  $('query').placeholder = 'Search what is shared';
  $('uploader').remove();
  $('live').remove();
  show();
} else {
  await signIn();
  addEventListener('hashchange', go);
  go();
  listen();
}
