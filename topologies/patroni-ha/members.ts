import { PatroniApi, SqlSession, sampleMember, type MemberSample, type NodeHandle, type SqlTarget } from 'pgdrill';

/** A look at a member ends within this, whatever became of it. */
const answerMs = 1000;

type Sql = MemberSample['sql'];
export interface MemberView {
  sql: Sql;
  sqlError?: string;
  agent: MemberSample['agent'];
  agentError?: string;
}

/** One member, asked directly: over a SQL session that is kept while it lasts, and through its own Patroni. */
export class MemberWatch implements AsyncDisposable {
  readonly node: NodeHandle;
  readonly sql: SqlTarget;
  readonly patroni: PatroniApi;
  #session: SqlSession | null = null;
  #asking: Promise<{ sql: Sql; sqlError?: string }> | null = null;

  constructor(node: NodeHandle) {
    this.node = node;
    this.sql = { host: node.address, port: 5432, user: 'postgres', database: 'postgres' };
    this.patroni = new PatroniApi(node.address, 8008, answerMs);
  }

  async view(): Promise<MemberView> {
    const [sql, status] = await Promise.all([this.askSql(), this.patroni.status()]);
    if (!status.ok) return { ...sql, agent: null, agentError: status.error };
    const { role, state, timeline, lsn } = status.value;
    return { ...sql, agent: { role, state, ...(timeline === null ? {} : { timeline }), ...(lsn === null ? {} : { lsn }) } };
  }

  /** Callers that come while a question is open share its answer: a session takes one statement at a time. */
  askSql(): Promise<{ sql: Sql; sqlError?: string }> {
    this.#asking ??= this.#ask().finally(() => (this.#asking = null));
    return this.#asking;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session?.[Symbol.asyncDispose]();
  }

  async #ask(): Promise<{ sql: Sql; sqlError?: string }> {
    if (this.#session === null) {
      const opened = await SqlSession.open(this.sql, { connectMs: answerMs, statementMs: answerMs, applicationName: 'pgdrill-watch' });
      if (!opened.ok) return { sql: null, sqlError: `${opened.error.code}: ${opened.error.message}` };
      this.#session = opened.value;
    }
    const sampled = await sampleMember(this.#session);
    if (sampled.ok) return { sql: sampled.value };
    await this.#session[Symbol.asyncDispose]();
    this.#session = null;
    return { sql: null, sqlError: `${sampled.error.code}: ${sampled.error.message}` };
  }
}
