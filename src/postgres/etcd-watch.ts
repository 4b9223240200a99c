import { reasonOf } from './http.ts';
import { decode, encode, readValue, type EtcdApi, type EtcdValue } from './etcd.ts';

/** One change of a watched key, with the value that it replaced. */
export interface WatchedChange {
  revision: number;
  /** Null: deleted. */
  now: EtcdValue | null;
  before: EtcdValue | null;
}

export type WatchEnd = { compacted: boolean; why: string };

type Json = Record<string, unknown>;

/** The lines of a streamed body. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

function changeOf(event: Json): WatchedChange {
  const kv = event['kv'] as Json;
  const before = event['prev_kv'] as Json | undefined;
  return {
    revision: Number(kv['mod_revision']),
    // PUT is the zero of its enumeration, which the gateway leaves out.
    now: event['type'] === 'DELETE' ? null : readValue(kv),
    before: before === undefined ? null : readValue(before),
  };
}

/**
 * Streams the changes of one key from one member, from a revision on, each exactly once and in order, until the stream
 * ends or the signal fires. @returns why it ended. Never throws.
 */
export async function watchKey(
  api: EtcdApi,
  key: string,
  startRevision: number,
  sink: (change: WatchedChange) => void,
  signal: AbortSignal,
): Promise<WatchEnd> {
  try {
    const create = { key: encode(key), start_revision: String(startRevision), prev_kv: true };
    const response = await fetch(`${api.base}/v3/watch`, { method: 'POST', body: JSON.stringify({ create_request: create }), signal });
    if (response.body === null || response.status !== 200) return { compacted: false, why: `HTTP ${response.status}` };
    for await (const line of linesOf(response.body)) {
      const result = ((JSON.parse(line) as Json)['result'] ?? {}) as Json;
      if (result['canceled'] === true) {
        return { compacted: Number(result['compact_revision'] ?? 0) > 0, why: String(result['cancel_reason'] ?? 'cancelled') };
      }
      for (const event of (result['events'] ?? []) as Json[]) {
        if (decode((event['kv'] as Json)['key']) === key) sink(changeOf(event));
      }
    }
    return { compacted: false, why: 'the stream ended' };
  } catch (error) {
    return { compacted: false, why: reasonOf(error) };
  }
}
