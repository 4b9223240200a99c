import { connect } from 'node:net';
import { messageOf } from '../base/errors.ts';
import { formatMs } from '../base/duration.ts';
import type { Answer } from './http.ts';

/** A server of one of HAProxy's proxies. */
export interface HaproxyServer {
  route: string;
  server: string;
  /** Gets new sessions. */
  up: boolean;
  /** HAProxy's own word: `UP`, `DOWN`, `UP 1/3` (going down), `DOWN 1/2` (coming up), `MAINT`, `no check`. */
  status: string;
  sessions: number;
  /** Seconds since the status last changed. */
  lastChangeSeconds: number;
}

/** Asks HAProxy over its stats socket on TCP (`stats socket ipv4@*:7001`) which servers get sessions. */
export async function haproxyServers(host: string, port: number, budgetMs = 2000): Promise<Answer<HaproxyServer[]>> {
  const reply = await command(host, port, 'show stat', budgetMs);
  return reply.ok ? { ok: true, value: readStats(reply.value) } : reply;
}

/** Reads the CSV of `show stat`: servers only, neither the proxies nor their sums. */
export function readStats(csv: string): HaproxyServer[] {
  const [header = '', ...lines] = csv.split('\n').filter((line) => line !== '');
  const names = header.replace(/^# /, '').split(',');
  const of = (fields: string[], name: string): string => fields[names.indexOf(name)] ?? '';
  return lines
    .map((line) => line.split(','))
    .filter((fields) => !['FRONTEND', 'BACKEND'].includes(of(fields, 'svname')))
    .map((fields) => ({
      route: of(fields, 'pxname'),
      server: of(fields, 'svname'),
      up: /^(UP|no check)/.test(of(fields, 'status')),
      status: of(fields, 'status'),
      sessions: Number(of(fields, 'scur')),
      lastChangeSeconds: Number(of(fields, 'lastchg')),
    }));
}

/** One command of the runtime API; HAProxy closes the connection after its answer. */
function command(host: string, port: number, text: string, budgetMs: number): Promise<Answer<string>> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    let answer = '';
    const end = (result: Answer<string>): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => end({ ok: false, error: `no answer in ${formatMs(budgetMs)}` }), budgetMs);
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write(`${text}\n`));
    socket.on('data', (chunk: string) => (answer += chunk));
    socket.on('end', () => end({ ok: true, value: answer }));
    socket.on('error', (error) => end({ ok: false, error: messageOf(error) }));
  });
}
