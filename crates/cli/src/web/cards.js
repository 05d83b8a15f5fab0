'use strict';
// Shared by the gallery and the demo drive. No modules: the gallery is a single file.

// ---- formatting
const plural = (n, word) => `${n.toLocaleString('en')} ${word}${n === 1 ? '' : 's'}`;
function bytes(n) {
  if (n < 1000) return `${n} B`;
  let unit = -1;
  do { n /= 1000; unit++; } while (n >= 999.5 && unit < 3);
  return `${n < 9.95 ? n.toFixed(1) : Math.round(n)} ${['kB', 'MB', 'GB', 'TB'][unit]}`;
}

function element(tag, name, text) {
  const e = document.createElement(tag);
  if (name) e.className = name;
  if (text !== undefined) e.textContent = text;
  return e;
}

// Splits a name in two: the first part may be cut off with an ellipsis, the second (the extension) never is.
const segmenter = self.Intl && Intl.Segmenter ? new Intl.Segmenter() : null;
function halves(name) {
  const letters = segmenter ? Array.from(segmenter.segment(name), s => s.segment) : Array.from(name);
  const dot = letters.lastIndexOf('.'), extension = dot > 0 && letters.length - dot <= 7 ? letters.length - dot : 0;
  const at = letters.length - Math.min(extension + 4, letters.length);
  return [letters.slice(0, at).join(''), letters.slice(at).join('')];
}

// ---- thumbhash: a few cosine waves of luminance, two colour differences and alpha, in about 25 bytes
function unpack(base64) {
  const raw = Uint8Array.from(atob(base64), c => c.charCodeAt(0));
  const low = raw[0] | raw[1] << 8 | raw[2] << 16, high = raw[3] | raw[4] << 8;
  const alpha = low >> 23 & 1, wide = high >> 15 & 1, full = alpha ? 5 : 7, short = Math.max(3, high & 7);
  let nibble = alpha ? 12 : 10;
  const channel = (mean, scale, columns, rows) => {
    const waves = [];
    for (let v = 0; v < rows; v++)
      for (let u = v ? 0 : 1; u * rows < columns * (rows - v); u++, nibble++)
        waves.push([u, v, 2 * scale * ((raw[nibble >> 1] >> (nibble & 1) * 4 & 15) / 7.5 - 1)]);
    return { mean, waves };
  };
  const l = channel((low & 63) / 63, (low >> 18 & 31) / 31, wide ? full : short, wide ? short : full);
  const p = channel((low >> 6 & 63) / 31.5 - 1, (high >> 3 & 63) / 63 * 1.25, 3, 3);
  const q = channel((low >> 12 & 63) / 31.5 - 1, (high >> 9 & 63) / 63 * 1.25, 3, 3);
  const a = alpha ? channel((raw[5] & 15) / 15, (raw[5] >> 4) / 15, 5, 5) : { mean: 1, waves: [] };
  return [l, p, q, a];
}
function placeholder(hash, ratio) {
  const channels = unpack(hash), canvas = document.createElement('canvas');
  const w = canvas.width = Math.max(1, Math.round(ratio > 1 ? 24 : 24 * ratio));
  const h = canvas.height = Math.max(1, Math.round(ratio > 1 ? 24 / ratio : 24));
  const context = canvas.getContext('2d'), image = context.createImageData(w, h);
  const cosines = n => Array.from({ length: n }, (_, x) => Array.from({ length: 8 }, (_, u) => Math.cos(Math.PI / n * (x + .5) * u)));
  const across = cosines(w), down = cosines(h);
  for (let y = 0, at = 0; y < h; y++) {
    for (let x = 0; x < w; x++, at += 4) {
      const [l, p, q, a] = channels.map(c => c.waves.reduce((sum, [u, v, k]) => sum + k * across[x][u] * down[y][v], c.mean));
      const b = l - 2 / 3 * p, r = (3 * l - b + q) / 2;
      [r, r - q, b, a].forEach((s, i) => image.data[at + i] = 255 * s);
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}
