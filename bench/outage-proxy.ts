import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/**
 * A TCP path with outages of known length: `node outage-proxy.ts <json>`. In a process of its own, so that it and the
 * client do not wait for each other. Says {"port"} when it listens; on a line on stdin it runs its plan, saying
 * {"startNs","endNs"} (CLOCK_MONOTONIC, ns, relative to epochNs) for each outage. During one every connection is reset.
 */
export interface ProxyPlan {
  epochNs: string;
  host: string;
  port: number;
  outages: { afterMs: number; lengthMs: number }[];
}

export interface PlantedOutage {
  startNs: number;
  endNs: number;
}

const plan = JSON.parse(process.argv[2] ?? '') as ProxyPlan;
const nowNs = () => Number(process.hrtime.bigint() - BigInt(plan.epochNs));
const say = (what: object) => process.stdout.write(`${JSON.stringify(what)}\n`);
const open = new Set<Socket>();
let out = false;

function join(from: Socket, to: Socket): void {
  open.add(from);
  from.setNoDelay(true);
  from.on('data', (chunk) => to.write(chunk));
  from.on('end', () => to.end());
  from.on('error', () => to.destroy());
  from.on('close', () => open.delete(from));
}

const server = createServer((client) => {
  if (out) return void client.resetAndDestroy();
  const upstream = connect(plan.port, plan.host);
  join(client, upstream);
  join(upstream, client);
});
server.listen(0, '127.0.0.1', () => say({ port: (server.address() as AddressInfo).port }));

async function plant({ afterMs, lengthMs }: ProxyPlan['outages'][number]): Promise<void> {
  await sleep(afterMs);
  const startNs = nowNs();
  out = true;
  for (const socket of open) socket.resetAndDestroy();
  await sleep(lengthMs);
  out = false;
  say({ startNs, endNs: nowNs() } satisfies PlantedOutage);
}

createInterface({ input: process.stdin })
  .once('line', () => {
    void (async () => {
      for (const outage of plan.outages) await plant(outage);
      say({ done: true });
    })();
  })
  .once('close', () => {
    server.close();
    for (const socket of open) socket.destroy();
  });
