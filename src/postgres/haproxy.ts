import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { messageOf } from '../base/errors.ts';
import { formatMs } from '../base/duration.ts';
import type { Answer } from './http.ts';

/** A server as its proxy's health checks have it. */
export interface HaproxyServer {
  proxy: string;
  server: string;
  /** It gets connections: `UP`, also on its way down, and `no check`. */
  up: boolean;
}

/** HAProxy's runtime API on a TCP port. Every call is bounded in time; a router that does not answer is a value. */
export class HaproxyApi {
  readonly #host: string;
  readonly #port: number;
  readonly #budgetMs: number;

  constructor(host: string, port: number, budgetMs = 2000) {
    this.#host = host;
    this.#port = port;
    this.#budgetMs = budgetMs;
  }

  /** Where each proxy would send a connection now, by its own health checks. Asking opens no connection to a server. */
  async servers(): Promise<Answer<HaproxyServer[]>> {
    const socket = connect({ host: this.#host, port: this.#port });
    const late = new Error(`no answer in ${formatMs(this.#budgetMs)}`);
    const timer = setTimeout(() => socket.destroy(late), this.#budgetMs);
    try {
      // One command a connection: HAProxy answers and closes.
      socket.write('show stat -1 4 -1\n');
      return { ok: true, value: readServers(await text(socket)) };
    } catch (error) {
      return { ok: false, error: messageOf(error) };
    } finally {
      clearTimeout(timer);
      socket.destroy();
    }
  }
}

/** The CSV of `show stat`: a header that begins with `# `, then a line for each server. @throws Error for anything else. */
export function readServers(csv: string): HaproxyServer[] {
  const [header = '', ...lines] = csv.split('\n').filter((line) => line.trim() !== '');
  const columns = header.replace(/^# /, '').split(',');
  const at = (name: string): number => {
    const index = columns.indexOf(name);
    if (index < 0) throw new Error(`not the answer of \`show stat\`: ${header.slice(0, 80)}`);
    return index;
  };
  const [proxy, server, status] = [at('pxname'), at('svname'), at('status')];
  return lines.map((line) => {
    const fields = line.split(',');
    const state = fields[status] ?? '';
    return { proxy: fields[proxy] ?? '', server: fields[server] ?? '', up: state.startsWith('UP') || state === 'no check' };
  });
}
