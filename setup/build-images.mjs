// Usage: build-images.mjs <PostgreSQL major>. Runs on Node 24 with the dependencies installed; set-up reads its lines.
import { imageRoles } from '../src/contract/topology.ts';
import { connectEngine } from '../src/runtime/engine.ts';
import { ensureImages } from '../src/runtime/images.ts';

const write = (kind, text) => process.stdout.write(`${kind}: ${text}\n`);

try {
  const engine = await connectEngine();
  const note = (text) => write('note', text);
  const images = await ensureImages({ engine, roles: imageRoles, postgres: Number(process.argv[2]), overrides: {}, note });
  write('images', JSON.stringify([...new Set(Object.values(images).map(({ reference }) => reference))]));
} catch (error) {
  write('error', [error.message, error.hint].filter(Boolean).join('. '));
  process.exitCode = 1;
}
