// Reads obfuscated URLs, one a line in hexadecimal; writes what they stand for in hexadecimal, or "-".
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const { decodeUrl } = await import(pathToFileURL(process.argv[2]));
for (const line of readFileSync(0, 'ascii').replace(/\n$/, '').split('\n')) {
  const url = decodeUrl(Buffer.from(line, 'hex').toString('utf8'));
  console.log(url === null ? '-' : Buffer.from(url, 'utf8').toString('hex'));
}
