import { messageOf } from '../base/errors.ts';
import { formatMs } from '../base/duration.ts';

/** What an admin endpoint answered, or why it did not: silence is an expected outcome in a drill, so it is a value. */
export type Answer<T> = { ok: true; value: T } | { ok: false; error: string };

export interface HttpReply {
  status: number;
  body: string;
}

/** One HTTP exchange, bounded in time as a whole. Any status is an answer. */
export async function exchange(
  url: string,
  options: { method?: 'GET' | 'POST'; json?: unknown; budgetMs?: number } = {},
): Promise<Answer<HttpReply>> {
  const budgetMs = options.budgetMs ?? 2000;
  try {
    const response = await fetch(url, {
      method: options.method ?? (options.json === undefined ? 'GET' : 'POST'),
      // A connection kept from before a fault would make the first request after it fail for no present reason.
      headers: { connection: 'close', ...(options.json === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(options.json === undefined ? {} : { body: JSON.stringify(options.json) }),
      signal: AbortSignal.timeout(budgetMs),
    });
    return { ok: true, value: { status: response.status, body: await response.text() } };
  } catch (error) {
    if (error instanceof DOMException && error.name === 'TimeoutError') return { ok: false, error: `no answer in ${formatMs(budgetMs)}` };
    return { ok: false, error: reasonOf(error) };
  }
}

/** Why fetch failed: itself it says "fetch failed", and the reason is in its cause. */
export function reasonOf(error: unknown): string {
  return messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
}

/** An exchange whose reply is a JSON object with status 200; `read` picks what is wanted of it. */
export async function exchangeJson<T>(
  url: string,
  options: Parameters<typeof exchange>[1],
  read: (json: Record<string, unknown>) => T,
): Promise<Answer<T>> {
  const reply = await exchange(url, options);
  if (!reply.ok) return reply;
  const { status, body } = reply.value;
  if (status !== 200) return { ok: false, error: `HTTP ${status}: ${body.slice(0, 200).trim()}` };
  try {
    const json: unknown = JSON.parse(body);
    if (typeof json !== 'object' || json === null) return { ok: false, error: `not a JSON object: ${body.slice(0, 200)}` };
    return { ok: true, value: read(json as Record<string, unknown>) };
  } catch (error) {
    return { ok: false, error: `not understood (${messageOf(error)}): ${body.slice(0, 200)}` };
  }
}
