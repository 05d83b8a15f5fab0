// Decodes obfuscated thumbnail URLs. Browsers and Node.js, this file alone. SPDX-License-Identifier: MIT OR Apache-2.0
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/**
 * The URL that `text` stands for.
 * @param {string} text what came with `obfuscated: true`
 * @returns {string | null} null if it is no obfuscated URL, or is damaged
 */
export function decodeUrl(text) {
  const bytes = text.startsWith('obf1.') ? base64url(text.slice(5)) : null;
  if (!bytes || bytes.length < 4) return null;
  const seed = (bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3]) >>> 0;
  const url = bytes.slice(4);
  let state = (seed ^ 0x9e3779b9) || 1, check = 0x811c9dc5;
  for (let i = 0; i < url.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    url[i] ^= state >>> 24;
    check = Math.imul(check ^ url[i], 0x01000193);
  }
  if (check >>> 0 !== seed) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(url);
  } catch {
    return null;
  }
}

/** Bytes of base64url without padding; null if a letter, the length or an unused bit is wrong. */
function base64url(text) {
  const bytes = new Uint8Array(Math.floor(text.length * 6 / 8));
  let bits = 0, held = 0, at = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = ALPHABET.indexOf(text[i]);
    if (digit < 0) return null;
    bits = (bits << 6 | digit) & 0xfff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[at++] = bits >> held;
  }
  return held === 6 || bits & ((1 << held) - 1) ? null : bytes;
}
