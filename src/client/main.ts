import { readFileSync } from 'node:fs';
import { messageOf } from '../base/errors.ts';
import { runClient } from './client.ts';
import type { ClientConfig } from './config.ts';

/** The program of the client node: `node main.ts <config file>`. Exit code 0: told to stop, and the history is complete. */
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
process.on('SIGINT', () => stop.abort());
try {
  // The harness checked it before it wrote it.
  const config = JSON.parse(readFileSync(process.argv[2] ?? '/etc/pgdrill/client.json', 'utf8')) as ClientConfig;
  await runClient(config, stop.signal);
} catch (error) {
  process.stderr.write(`pgdrill client: ${messageOf(error)}\n`);
  process.exitCode = 1;
}
