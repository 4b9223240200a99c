import { exchangeJson, type Answer } from './http.ts';

/** A key as etcd holds it. Revisions are exact as numbers for as long as any drill lives; lease ids (63 bits) are not, and stay text. */
export interface EtcdValue {
  value: string;
  modRevision: number;
  /** Null: bound to no lease. */
  lease: string | null;
}

type Json = Record<string, unknown>;

export const encode = (text: string): string => Buffer.from(text).toString('base64');
export const decode = (base64: unknown): string => Buffer.from(String(base64 ?? ''), 'base64').toString();

/** The gateway leaves out zeros, and writes 64-bit numbers as text. */
const lease = (value: unknown): string | null => (value === undefined || value === '0' ? null : String(value));

/** A key-value message of the gateway. */
export const readValue = (kv: Json): EtcdValue => ({
  value: decode(kv['value']),
  modRevision: Number(kv['mod_revision'] ?? 0),
  lease: lease(kv['lease']),
});

/** One etcd member's v3 API through its JSON gateway (etcd 3.4 and later). Every call is bounded in time. */
export class EtcdApi {
  readonly base: string;
  readonly #budgetMs: number;

  constructor(host: string, port = 2379, budgetMs = 2000) {
    this.base = `http://${host}:${port}`;
    this.#budgetMs = budgetMs;
  }

  /**
   * A key, null when it is not there, and the store's revision it was read at. The read is linearizable: a member that has
   * lost the quorum does not answer it.
   */
  get(key: string): Promise<Answer<{ found: EtcdValue | null; revision: number }>> {
    return this.#post('kv/range', { key: encode(key) }, (json) => {
      const [kv] = (json['kvs'] ?? []) as Json[];
      return { found: kv === undefined ? null : readValue(kv), revision: Number((json['header'] as Json)['revision'] ?? 0) };
    });
  }

  /** Who leads, as this member sees it: by name, null when it knows of no leader. */
  async leader(): Promise<Answer<string | null>> {
    const [status, members] = await Promise.all([
      this.#post('maintenance/status', {}, (json) => String(json['leader'] ?? '0')),
      this.#post(
        'cluster/member/list',
        {},
        (json) => new Map(((json['members'] ?? []) as Json[]).map((m) => [m['ID'], String(m['name'])])),
      ),
    ]);
    if (!status.ok) return status;
    if (status.value === '0') return { ok: true, value: null };
    if (!members.ok) return members;
    return { ok: true, value: members.value.get(status.value) ?? null };
  }

  /** Seconds that a lease has left; null when there is no such lease (it expired, or was revoked). */
  leaseSecondsLeft(id: string): Promise<Answer<number | null>> {
    return this.#post('lease/timetolive', { ID: id }, (json) => {
      const seconds = Number(json['TTL'] ?? 0);
      return seconds < 0 ? null : seconds;
    });
  }

  #post<T>(method: string, json: Json, read: (json: Json) => T): Promise<Answer<T>> {
    return exchangeJson(`${this.base}/v3/${method}`, { json, budgetMs: this.#budgetMs }, read);
  }
}
