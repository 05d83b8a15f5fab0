// Chromium without a window, spoken to through a pipe (--remote-debugging-pipe): nothing to install but Node.js itself.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export async function chromium(size = [1280, 860]) {
  const profile = mkdtempSync(join(tmpdir(), 'thumbling-page-'));
  const args = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars', '--no-first-run', '--disable-extensions',
    '--disable-background-networking', '--disable-component-update', `--window-size=${size}`, `--user-data-dir=${profile}`, '--remote-debugging-pipe', 'about:blank'];
  const child = spawn(process.env.CHROMIUM ?? 'chromium', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
  const ended = new Promise(resolve => child.once('exit', resolve));
  const waiting = new Map(), heard = [];
  let next = 1, rest = '';
  child.stdio[4].setEncoding('utf8').on('data', chunk => {
    const messages = (rest + chunk).split('\0');
    rest = messages.pop();
    for (const message of messages.map(JSON.parse)) {
      if (!message.id) { heard.push(message); continue; }
      const { resolve, reject } = waiting.get(message.id);
      waiting.delete(message.id);
      message.error ? reject(new Error(message.error.message)) : resolve(message.result);
    }
  });
  const send = (method, params = {}, sessionId) => new Promise((resolve, reject) => {
    waiting.set(next, { resolve, reject });
    child.stdio[3].write(`${JSON.stringify({ id: next++, method, params, sessionId })}\0`);
  });
  ended.then(() => waiting.forEach(({ reject }) => reject(new Error('chromium ended'))));
  const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
  const page = (method, params) => send(method, params, sessionId);
  await Promise.all([page('Page.enable'), page('Runtime.enable'), page('Log.enable'), page('DOM.enable')]);

  async function evaluate(expression) {
    const { result, exceptionDetails } = await page('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }
  return {
    page, evaluate,
    open: url => page('Page.navigate', { url }),
    /** Waits until an expression of the page is true; fails with `what` after `seconds`. */
    async until(what, expression, seconds = 30) {
      for (const end = Date.now() + 1000 * seconds; Date.now() < end; await new Promise(r => setTimeout(r, 50)))
        if (await evaluate(expression)) return;
      throw new Error(`${what}: not within ${seconds} s`);
    },
    /** Gives files to an input, as a person does who chooses them. */
    async choose(selector, files) {
      const { root } = await page('DOM.getDocument');
      const { nodeId } = await page('DOM.querySelector', { nodeId: root.nodeId, selector });
      await page('DOM.setFileInputFiles', { nodeId, files });
    },
    async picture(path) { writeFileSync(path, (await page('Page.captureScreenshot', { format: 'png' })).data, 'base64'); },
    /** What the page complained of: exceptions, and what its policy or the network refused. */
    complaints: () => heard.filter(m => m.method === 'Runtime.exceptionThrown' || m.method === 'Log.entryAdded' && m.params.entry.level === 'error')
      .map(m => m.params.entry ? `${m.params.entry.text} ${m.params.entry.url ?? ''}` : m.params.exceptionDetails.exception?.description ?? m.params.exceptionDetails.text),
    async close() {
      // Its own processes outlive a kill by a moment, and write into the profile.
      await send('Browser.close').catch(() => {});
      await ended;
      for (let left = 50; ; left--) {
        try { return rmSync(profile, { recursive: true, force: true }); } catch (e) { if (!left) throw e; }
        await new Promise(r => setTimeout(r, 100));
      }
    },
  };
}
