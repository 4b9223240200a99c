import { mkdir, writeFile } from 'node:fs/promises';
import { messageOf } from '../../base/errors.ts';
import { initialBalance } from '../../client/schema.ts';
import { captureFinal } from '../../postgres/examine.ts';
import { parseHaproxyLog, parseServerLog } from '../../postgres/logs.ts';
import { clientNodeName, workloadDatabase } from '../client-node.ts';
import { running, type DrillContext } from '../context.ts';

/** The capture may take this long: reading the ledger back and amcheck over every index are most of it. */
const captureBudgetMs = 60_000;
/** Beyond the probes' own deadline, the client needs this long to write its last lines. */
const clientStopMs = 5000;

/** examine: stops the client, captures the final state, and keeps every container's log. */
export async function examine(context: DrillContext): Promise<string> {
  await stopClient(context);
  const final = await captureState(context);
  const logs = await keepLogs(context);
  return `${final}; ${logs} logs kept`;
}

async function stopClient(context: DrillContext): Promise<void> {
  const { clients } = context.scenario;
  try {
    await context.client?.stop(clients.probes.deadline + clientStopMs);
  } catch (error) {
    await context.journal.warn('client-not-stopped', `the client did not end in good order: ${messageOf(error)}`, true);
  }
}

async function captureState(context: DrillContext): Promise<string> {
  const { capabilities } = running(context);
  const final = await captureFinal({
    // The workload's tables and indexes are in a database of their own.
    members: (capabilities.members?.() ?? []).map((member) => ({ ...member, sql: { ...member.sql, database: workloadDatabase } })),
    agents: async (member) => (await capabilities.agent?.(member)) ?? null,
    routes: context.plan.routes
      .filter((route) => !route.name.startsWith('member:'))
      .map((route) => ({ ...route, host: context.cluster.nodes.get(route.host)?.address ?? route.host })),
    clock: context.clock,
    series: [...context.tail.series.values()].map(({ declared }) => ({
      name: declared.series,
      kind: declared.kind,
      access: declared.access,
    })),
    bank: { accounts: context.scenario.clients.bank.accounts, initialBalance },
    budgetMs: captureBudgetMs,
  });
  await writeFile(`${context.runFolder}/history/final.json`, `${JSON.stringify(final, null, 1)}\n`);
  return final.gaps.length === 0
    ? `final state captured, primary ${final.primary ?? 'none'}`
    : `final state captured with gaps: ${final.gaps.join('; ')}`;
}

/** Keeps each workload's log, and places the lines that mark a failover's steps among the observations. */
async function keepLogs(context: DrillContext): Promise<number> {
  const folder = `${context.runFolder}/logs`;
  await mkdir(folder, { recursive: true });
  const kept = await Promise.all(
    [...context.cluster.nodes.values()].flatMap((node) =>
      [...node.workloads].map(async ([workload, container]) => {
        try {
          const text = await container.logs();
          await writeFile(`${folder}/${node.name}.${workload}.log`, text);
          if (node.name !== clientNodeName) recordSteps(context, node.name, workload, text);
          return true;
        } catch (error) {
          await context.journal.warn('log-missing', `the log of ${node.name}.${workload} could not be kept: ${messageOf(error)}`);
          return false;
        }
      }),
    ),
  );
  return kept.filter(Boolean).length;
}

function recordSteps(context: DrillContext, node: string, workload: string, text: string): void {
  const { clock, recorder } = context;
  if (workload === 'haproxy') for (const event of parseHaproxyLog(text, { router: node, clock })) recorder.record(event);
  else for (const event of parseServerLog(text, { node, clock })) recorder.record(event);
}
