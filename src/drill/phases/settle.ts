import { DrillError } from '../../base/errors.ts';
import { waitFor } from '../../base/wait.ts';
import { ClientControl } from '../../client/control.ts';
import { clientConfig } from '../../client/plan.ts';
import { schemaSql } from '../../client/schema.ts';
import type { TopologyDefinition } from '../../contract/topology.ts';
import { withSession } from '../../postgres/session.ts';
import { clientControlPort, clientExtras, clientHistoryFile, clientNodeName, workloadDatabase } from '../client-node.ts';
import { running, type DrillContext } from '../context.ts';

/** How long the client may take from its start to its first probe. */
const clientBudgetMs = 20_000;
const parametersBudgetMs = 10_000;
const sqlBudget = { connectMs: 3000, statementMs: 20_000, applicationName: 'pgdrill-settle' };

/**
 * settle: waits until the topology says, and SQL confirms, that it is healthy with full redundancy; reads back the
 * settings in force; makes the workload's tables; starts the client and bounds its clock.
 */
export async function settle(context: DrillContext, definition: TopologyDefinition): Promise<string> {
  const { plan, cluster, clock } = context;
  context.topology = context.scope.use(
    await definition.connect({ plan, nodes: cluster.nodes, clock, postgres: context.scenario.topology.postgres }),
  );
  context.scope.use(await context.topology.watch((event) => context.recorder.record(event)));
  const health = await waitFor(
    {
      name: 'the topology to be healthy with full redundancy',
      budgetMs: context.scenario.phases.settle,
      intervalMs: 100,
      signal: context.stop,
    },
    async () => {
      const now = await running(context).health();
      return now.healthy && now.redundant ? { done: true, value: now } : { done: false, seen: now.seen };
    },
  );
  await readParameters(context);
  await makeSchema(context, health.primary ?? '');
  await startClient(context);
  return health.seen;
}

async function readParameters(context: DrillContext): Promise<void> {
  const inForce = await waitFor({ name: 'the settings in force', budgetMs: parametersBudgetMs, signal: context.stop }, async () => {
    const read = await running(context).parametersInForce();
    return Object.keys(read).length > 0 ? { done: true, value: read } : { done: false, seen: 'no member reports any' };
  });
  for (const [name, asked] of Object.entries(context.plan.asked)) {
    const now = inForce[name] ?? '(not reported)';
    await context.journal.write({ type: 'parameter', name, asked, inForce: now });
    if (now !== asked) await context.journal.warn('parameter-differs', `${name}: asked for ${asked}, in force is ${now}`);
  }
}

async function makeSchema(context: DrillContext, primary: string): Promise<void> {
  const member = running(context)
    .capabilities.members?.()
    .find(({ node }) => node.name === primary);
  if (member === undefined) throw new DrillError('no primary to make the tables on', { code: 'provision-failed' });
  await withSession({ ...member.sql, database: workloadDatabase }, sqlBudget, (session) =>
    session.query(schemaSql({ accounts: context.scenario.clients.bank.accounts })),
  );
}

async function startClient(context: DrillContext): Promise<void> {
  const { scenario, plan, cluster, clock, tail, runFolder } = context;
  const config = clientConfig(scenario.clients, plan.routes, {
    client: clientNodeName,
    zone: cluster.nodes.get(clientNodeName)?.zone ?? '',
    epochNs: String(clock.epochNs),
    historyFile: clientHistoryFile,
    controlPort: clientControlPort,
  });
  const extras = new Map([[`${clientNodeName}/client`, clientExtras(config, `${runFolder}/history`)]]);
  await cluster.startWorkloads((node) => node.name === clientNodeName, extras);
  await waitFor(
    { name: 'the client to issue its first probes', budgetMs: clientBudgetMs, intervalMs: 50, signal: context.stop },
    async () => {
      await tail.poll();
      if (tail.ended) throw new DrillError('the client ended as soon as it began', { code: 'provision-failed' });
      const waiting = [...tail.series].filter(([, now]) => now.acceptedInARow < 1 && !now.declared.route.startsWith('member:'));
      return tail.started && tail.series.size > 0 && waiting.length === 0
        ? { done: true, value: undefined }
        : {
            done: false,
            seen: tail.started
              ? `no acknowledged operation yet from ${waiting.map(([name]) => name).join(', ') || 'any series'}`
              : 'the client has not written its first line',
          };
    },
  );
  const address = cluster.nodes.get(clientNodeName)?.address ?? '';
  context.client = context.scope.use(await ClientControl.connect(address, clientControlPort));
  await context.journal.write({ type: 'clock', client: clientNodeName, ...(await context.client.clock()) });
}
