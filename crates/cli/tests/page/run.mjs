// `run.mjs URL FILE [FOLDER]`: what a person does on the page of `thumbling serve`, step by step; with FOLDER, a picture
// of each step for people to look at.
import { basename } from 'node:path';
import { chromium } from './chromium.mjs';

const [url, file, folder] = process.argv.slice(2);
const browser = await chromium();
let step = 0;
async function done(what) {
  console.log(`ok ${++step} ${what}`);
  if (folder) { await new Promise(r => setTimeout(r, 700)); await browser.picture(`${folder}/${step}.png`); }
}
const card = name => `document.querySelector('.card[data-id="${name}"]')`;
const drawn = name => `(i => i?.complete && i.naturalWidth > 0)(${card(name)}?.querySelector('.picture img'))`;
try {
  await browser.open(url);
  await browser.until('the folder is listed', `${card('folder')} && ${card('note.txt')}`);
  await browser.until('a thumbnail is shown', drawn('note.txt'));
  await done('the folder shows its thumbnails');

  await browser.until('a failure is shown', `${card('broken.png')}.querySelector('.why')`);
  const why = await browser.evaluate(`${card('broken.png')}.querySelector('.why').innerText`);
  if (!/corrupt/.test(why) || !/damaged/.test(why)) throw new Error(`a failure without its reason: ${why}`);
  await done('a failure shows its reason');

  const name = basename(file);
  await browser.choose('#files', [file]);
  await browser.until('the uploaded file is listed', card(name));
  await browser.until('its thumbnail appears', drawn(name));
  await done('an uploaded file shows its thumbnail');

  await browser.evaluate(`${card(name)}.querySelector('.open').click()`);
  await browser.until('the large thumbnail is shown', `(i => i?.complete && i.naturalWidth > 0)(document.querySelector('#box[open] .picture img'))`);
  await done('a file opens large');
  await browser.evaluate(`document.getElementById('close').click()`);

  await browser.evaluate(`for (const n of ['note.txt', '${name}']) document.querySelector('.card[data-id="' + n + '"] .pick').click()`);
  await browser.evaluate(`document.getElementById('zip').click()`);
  await browser.until('the package is ready', `[...document.querySelectorAll('.toast a')].some(a => a.textContent === 'Download')`);
  await done('files are packed');

  await browser.evaluate(`for (const n of ['note.txt', '${name}']) document.querySelector('.card[data-id="' + n + '"] .pick').click()`);
  await browser.evaluate(`document.getElementById('share').click()`);
  await browser.until('the link is made', `[...document.querySelectorAll('.toast a')].some(a => a.href.includes('/s/'))`);
  await done('files are shared');
  const link = await browser.evaluate(`[...document.querySelectorAll('.toast a')].find(a => a.href.includes('/s/')).href`);

  await browser.evaluate(`location.hash = '#/folder'`);
  await browser.until('the inner folder is listed', card('folder/inner.png'));
  await browser.until('its thumbnail is shown', drawn('folder/inner.png'));
  await done('a folder opens');

  await browser.open(link);
  await browser.until('the share is listed', `document.body?.innerText.includes('Shared with you') && ${card('note.txt')} && ${card(name)} && !${card('folder')}`);
  await browser.until('a visitor sees a thumbnail', `${drawn('note.txt')} && ${drawn(name)}`);
  await done('a visitor sees what is shared');

  const complaints = browser.complaints();
  if (complaints.length) throw new Error(`the page complained:\n${complaints.join('\n')}`);
} finally {
  await browser.close();
}
