import { setTimeout as sleep } from 'node:timers/promises';
import {
  DrillError,
  EtcdApi,
  HaproxyApi,
  SqlSession,
  watchLeader,
  type Capabilities,
  type ClusterAccess,
  type Health,
  type Member,
  type MonitorEvent,
  type NodeHandle,
  type RunningTopology,
} from 'pgdrill';
import { MemberWatch, type MemberView } from './members.ts';
import { dataDir, pooler, router, routerStatsPort } from './plan.ts';

/** How often each member is asked. Often enough to place a promotion, rare enough to cost little beside the probes. */
const sampleMs = 250;
const routeLimits = { connectMs: 1000, statementMs: 1000, applicationName: 'pgdrill-health' };

/** A running patroni-ha: what it says of itself and what SQL says, and the operations it offers. */
export class RunningPatroniHa implements RunningTopology {
  readonly capabilities: Capabilities;
  readonly #access: ClusterAccess;
  readonly #members: MemberWatch[];
  readonly #etcds: EtcdApi[];
  readonly #synchronousMode: string;
  readonly #binDir: string;

  constructor(access: ClusterAccess, options: { binDir: string }) {
    const nodesWith = (workload: string): NodeHandle[] => [...access.nodes.values()].filter((node) => node.workloads.has(workload));
    this.#access = access;
    this.#binDir = options.binDir;
    this.#members = nodesWith('db').map((node) => new MemberWatch(node));
    this.#etcds = nodesWith('etcd').map((node) => new EtcdApi(node.address));
    this.#synchronousMode = access.plan.asked['synchronous_mode'] ?? 'off';
    this.capabilities = {
      primary: () => this.#primary(),
      members: () => this.#members.map((member) => this.#asMember(member)),
      agent: (name) => this.#agent(name),
      switchover: (to) => this.#switchover(to),
      dcs: () => nodesWith('etcd'),
      dcsLeader: () => this.#dcsLeader(),
      routeTargets: (route) => this.#routeTargets(route),
    };
  }

  /** SQL is asked first: an agent without a leader takes its time to answer, and has nothing to add until there is a primary. */
  async health(): Promise<Health> {
    const answers = await Promise.all(this.#members.map(async (member) => ({ name: member.node.name, ...(await member.askSql()) })));
    const writable = answers.filter(({ sql }) => sql !== null && !sql.inRecovery).map(({ name }) => name);
    if (writable.length !== 1) {
      const seen = writable.length === 0 ? 'no member takes writes' : `${writable.join(' and ')} take writes`;
      return { healthy: false, redundant: false, primary: null, seen };
    }
    const views = await Promise.all(this.#members.map(async (member) => ({ name: member.node.name, ...(await member.view()) })));
    const primary = views.find(({ name }) => name === writable[0]);
    if (primary === undefined) throw new DrillError(`${writable[0]} is no member`, { code: 'internal' });
    const problems = [
      ...(primary.agent?.role === 'primary'
        ? []
        : [`${primary.name} takes writes, its agent says ${primary.agent?.role ?? primary.agentError}`]),
      ...(await this.#routeProblems(primary.name)),
    ];
    const gaps = [
      ...views.filter((view) => view !== primary).flatMap((view) => standbyGaps(view, primary)),
      ...(await this.#syncGaps(primary.name)),
    ];
    const seen =
      [...problems, ...gaps].join('; ') ||
      `primary ${primary.name} on timeline ${primary.sql?.timeline}, ${views.length - 1} standbys streaming`;
    return { healthy: problems.length === 0, redundant: problems.length === 0 && gaps.length === 0, primary: primary.name, seen };
  }

  async parametersInForce(): Promise<Record<string, string>> {
    const config = (await Promise.all(this.#members.map((member) => member.patroni.config()))).find((answer) => answer.ok);
    if (config === undefined) return {};
    const { ttl, loop_wait, retry_timeout, synchronous_mode, synchronous_mode_strict } = config.value;
    const mode =
      synchronous_mode === true
        ? synchronous_mode_strict === true
          ? 'strict'
          : 'on'
        : synchronous_mode === false
          ? 'off'
          : synchronous_mode;
    return {
      ...Object.fromEntries(
        Object.entries({ ttl, loop_wait, retry_timeout, synchronous_mode: mode }).map(([key, value]) => [key, String(value)]),
      ),
      ...(await this.#settings()),
    };
  }

  async watch(sink: (event: MonitorEvent) => void): Promise<AsyncDisposable> {
    const stop = new AbortController();
    const { clock } = this.#access;
    const leader = watchLeader({ endpoints: this.#etcds, key: '/pgdrill/drill/leader', clock, sink, signal: stop.signal });
    const samples = this.#members.map((member) => this.#sample(member, sink, stop.signal));
    return {
      [Symbol.asyncDispose]: async () => {
        stop.abort();
        await Promise.all([leader, ...samples]);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#members.map((member) => member[Symbol.asyncDispose]()));
  }

  async #sample(member: MemberWatch, sink: (event: MonitorEvent) => void, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const rest = sleep(sampleMs, undefined, { signal }).catch(() => undefined);
      // Dated when it was asked: what is answered was true no earlier than that.
      const atNs = this.#access.clock.nowNs();
      sink({ type: 'member', atNs, member: member.node.name, ...(await member.view()) });
      await rest;
    }
  }

  async #primary(): Promise<string | null> {
    const answers = await Promise.all(this.#members.map(async (member) => ({ name: member.node.name, ...(await member.askSql()) })));
    const writable = answers.filter(({ sql }) => sql !== null && !sql.inRecovery);
    // Two of them is a split brain: the one on the higher timeline is the one that clients are sent to.
    return writable.toSorted((a, b) => (b.sql?.timeline ?? 0) - (a.sql?.timeline ?? 0))[0]?.name ?? null;
  }

  async #agent(name: string): ReturnType<Capabilities['agent']> {
    const status = await this.#members.find(({ node }) => node.name === name)?.patroni.status();
    if (status === undefined || !status.ok) return null;
    const { role, state, timeline, pendingRestart } = status.value;
    return { role, state, pendingRestart, ...(timeline === null ? {} : { timeline }) };
  }

  async #switchover(to?: string): Promise<{ from: string; to: string }> {
    const from = await this.#primary();
    const via = this.#members.find(({ node }) => node.name === from);
    if (from === null || via === undefined) throw new DrillError('there is no primary to hand the role over', { code: 'fault-failed' });
    return via.patroni.switchover({ leader: from, ...(to === undefined ? {} : { candidate: to }) });
  }

  async #dcsLeader(): Promise<string | null> {
    for (const etcd of this.#etcds) {
      const leader = await etcd.leader();
      if (leader.ok) return leader.value;
    }
    return null;
  }

  /** Asks for the answering server's address through the pooler, on a connection of its own. */
  async #routeTargets(route: string): Promise<string[]> {
    const answer = await this.#throughPooler(route === 'ro' ? 'drill_ro' : 'drill');
    const node = [...this.#access.nodes.values()].find(({ address }) => address === answer?.server);
    return node === undefined ? [] : [node.name];
  }

  async #throughPooler(database: string): Promise<{ server: string; inRecovery: boolean } | null> {
    const node = this.#access.nodes.get(pooler);
    const opened = await SqlSession.open({ host: node?.address ?? pooler, port: 6432, user: 'drill', database }, routeLimits);
    if (!opened.ok) return null;
    await using session = opened.value;
    const rows = await session.query<{ server: string; recovering: boolean }>(
      'SELECT host(inet_server_addr()) AS server, pg_is_in_recovery() AS recovering',
    );
    const row = rows.ok ? rows.value[0] : undefined;
    return row === undefined ? null : { server: row.server, inRecovery: row.recovering };
  }

  /**
   * The router's own view first, which costs the routes nothing. A question through the pooler before the router knows the
   * primary would leave the pooler with a refused login that it keeps to for a second, or with a server of the wrong role.
   */
  async #routeProblems(primary: string): Promise<string[]> {
    const servers = await new HaproxyApi(this.#access.nodes.get(router)?.address ?? router, routerStatsPort).servers();
    if (!servers.ok) return [`${router} does not answer: ${servers.error}`];
    const up = (proxy: string): string[] =>
      servers.value.filter((server) => server.proxy === proxy && server.up).map(({ server }) => server);
    const standbys = up('ro');
    const withStandbys = this.#members.length > 1;
    const problems = [
      ...(up('rw').join() === primary ? [] : [`${router} takes ${up('rw').join(' and ') || 'none'} for the primary`]),
      ...(standbys.includes(primary) ? [`${router} takes ${primary} for a standby`] : []),
      ...(withStandbys && standbys.length === 0 ? [`${router} knows of no standby`] : []),
    ];
    if (problems.length > 0) return problems;
    const [rw, ro] = await Promise.all([this.#throughPooler('drill'), withStandbys ? this.#throughPooler('drill_ro') : null]);
    return [
      ...(rw === null || rw.inRecovery ? [`route rw ${rw === null ? 'does not answer' : 'leads to a standby'}`] : []),
      ...(withStandbys && (ro === null || !ro.inRecovery) ? [`route ro ${ro === null ? 'does not answer' : 'leads to the primary'}`] : []),
    ];
  }

  /** By the agents' list, which follows the DCS's: a standby that streams synchronously but is not named there may not be promoted. */
  async #syncGaps(primary: string): Promise<string[]> {
    if (this.#synchronousMode === 'off' || this.#members.length === 1) return [];
    const cluster = await this.#members.find(({ node }) => node.name === primary)?.patroni.cluster();
    const named = cluster?.ok === true && cluster.value.members.some(({ role }) => role === 'sync_standby' || role === 'quorum_standby');
    return named ? [] : ['no synchronous standby'];
  }

  async #settings(): Promise<Record<string, string>> {
    const names = Object.keys(this.#access.plan.asked)
      .filter((name) => name.startsWith('postgresql.'))
      .map((name) => name.slice('postgresql.'.length));
    const member = this.#members.find(({ node }) => node.workloads.has('db'));
    if (names.length === 0 || member === undefined) return {};
    const opened = await SqlSession.open(member.sql, routeLimits);
    if (!opened.ok) return {};
    await using session = opened.value;
    const rows = await session.query<{ name: string; value: string }>(
      'SELECT name, current_setting(name) AS value FROM pg_settings WHERE name = ANY($1)',
      [names],
    );
    return rows.ok ? Object.fromEntries(rows.value.map(({ name, value }) => [`postgresql.${name}`, value])) : {};
  }

  #asMember(member: MemberWatch): Member {
    return { node: member.node, sql: member.sql, data: { workload: 'db', dir: dataDir, binDir: this.#binDir } };
  }
}

function standbyGaps(view: MemberView & { name: string }, primary: MemberView & { name: string }): string[] {
  const { name, sql, agent } = view;
  if (sql === null) return [`${name} does not answer SQL: ${view.sqlError}`];
  if (!sql.inRecovery) return [`${name} takes writes too`];
  if (sql.upstream === undefined) return [`${name} does not stream`];
  if (sql.timeline !== primary.sql?.timeline) return [`${name} is on timeline ${sql.timeline}, the primary on ${primary.sql?.timeline}`];
  // Patroni 2 has no word for streaming: `running`, with a WAL receiver by SQL, is as good.
  if (agent === null || !['streaming', 'running'].includes(agent.state)) return [`${name}'s agent says ${agent?.state ?? view.agentError}`];
  return [];
}
