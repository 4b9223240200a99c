import { z } from 'zod';
import {
  asRoot,
  chainsIn,
  closedPort,
  connectAll,
  datedNs,
  defineFault,
  killAll,
  layChain,
  ownChain,
  removeChain,
  renewChains,
  runningOf,
  startAll,
  workloadsOf,
  type ContainerHandle,
  type FaultContext,
  type NodeHandle,
} from 'pgdrill';

const params = z.strictObject({});
type Context = FaultContext<z.output<typeof params>>;

/** Nothing comes in and nothing goes out, but for loopback and the harness. */
const cutRules = (control: readonly string[]): string[] => [
  '-i lo -j RETURN',
  '-o lo -j RETURN',
  ...control.flatMap((address) => [`-s ${address} -j RETURN`, `-d ${address} -j RETURN`]),
  '-j DROP',
];

const peersScript = `ip -4 neighbour show nud reachable nud stale nud delay nud probe | cut -d' ' -f1`;

export default defineFault({
  kind: 'host-loss',
  summary: 'A host goes silent and dies: no packet leaves it any more, not even a RST',
  params,
  needs: [],
  target: 'nodes',
  does: "First a chain of its own in the node's network namespace drops every packet in and out (the harness's control addresses and loopback excepted), then SIGKILL to all workloads: whatever the kernel says on behalf of the dead reaches nobody. Peers find out by silence, as their timeouts allow.",
  notSimulated: [
    'ARP is still answered: peers see timeouts, never "No route to host", which a lost host in the same segment causes after some seconds.',
    'SIGKILL keeps the page cache: what was written but not flushed is still there afterwards, as it is not after a loss of power.',
    "IPv4 only: the run's network has no IPv6.",
    'When the lease runs out the network comes back by itself; killed containers cannot be started from inside and stay down.',
  ],
  async inject(context) {
    const lost = await Promise.all(context.nodes.map((node) => lose(context, node)));
    return { lost: Object.fromEntries(lost) };
  },
  async confirm(context, memo) {
    for (const node of context.nodes) {
      const wrong = await stillThere(context, node, memo.lost[node.name]?.peer ?? null);
      if (wrong !== null) return { proven: false, seen: `${node.name}: ${wrong}` };
    }
    const silentMs = Math.max(...Object.values(memo.lost).map((lost) => lost.silentMs));
    const names = context.nodes.map(({ name }) => name).join(', ');
    const peers = Object.values(memo.lost).map(({ peer }) => peer ?? 'none at hand');
    return {
      proven: true,
      effectiveNs: datedNs(context, silentMs),
      evidence: {
        summary: `${names}: drops everything in and out, gets no answer from a peer, workloads gone`,
        readings: { 'rules in place, Unix ms': silentMs, 'peer asked': peers.join(', ') },
      },
    };
  },
  async heal(context) {
    // Workloads first: with the network first, the kernel of the empty host would tell its peers of the death by RST.
    await startAll(workloadsOf(context.nodes));
    await Promise.all(context.nodes.map((node) => removeChain(node, context.id)));
  },
  async confirmHealed(context, memo) {
    for (const node of context.nodes) {
      const chain = ownChain(context.id);
      if ((await chainsIn(node)).includes(chain)) return { proven: false, seen: `${node.name}: chain ${chain} is still there` };
      const peer = memo.lost?.[node.name]?.peer ?? null;
      if (peer !== null && !(await answers(node.sandbox, peer))) return { proven: false, seen: `${node.name}: no answer from ${peer}` };
      const all = [...node.workloads.values()];
      const running = await runningOf(all);
      const down = all.filter((container) => !running.includes(container)).map(({ name }) => name);
      if (down.length > 0) return { proven: false, seen: `${down.join(', ')} does not run` };
    }
    const names = context.nodes.map(({ name }) => name).join(', ');
    return {
      proven: true,
      effectiveNs: context.clock.nowNs(),
      evidence: { summary: `${names}: no trace of the chain, peers answer, workloads run` },
    };
  },
  async renew({ nodes, id, leaseMs }) {
    await renewChains(nodes, { id, leaseMs });
  },
});

async function lose(context: Context, node: NodeHandle): Promise<[string, { silentMs: number; peer: string | null }]> {
  const { id, leaseMs } = context;
  const peer = await peerOf(context, node);
  const silentMs = await layChain(node, { id, leaseMs }, cutRules(node.controlAddresses));
  await killAll([...node.workloads.values()]);
  return [node.name, { silentMs, peer }];
}

/** An address that answers this node now, so that its silence will mean something: another member's, else a neighbour's. */
async function peerOf(context: Context, node: NodeHandle): Promise<string | null> {
  const neighbours = (await asRoot(node.sandbox, peersScript)).split('\n').filter((address) => address !== '');
  const members = (context.capabilities.members?.() ?? []).map((member) => member.node.address);
  const out = new Set([...node.controlAddresses, ...context.nodes.map(({ address }) => address)]);
  for (const address of [...members, ...neighbours]) {
    if (!out.has(address) && (await answers(node.sandbox, address))) return address;
  }
  return null;
}

/** Whether a TCP connect gets any answer at all. */
async function answers(sandbox: ContainerHandle, address: string): Promise<boolean> {
  return (await connectAll(sandbox, [address], closedPort)).get(address) !== 'silence';
}

async function stillThere(context: Context, node: NodeHandle, peer: string | null): Promise<string | null> {
  const chain = ownChain(context.id);
  const running = await runningOf([...node.workloads.values()]);
  if (running.length > 0) return `${running.map(({ name }) => name).join(', ')} still runs`;
  const { stdout } = await node.sandbox.exec(['iptables', '-w', '-S']);
  const first = (from: string): string | undefined => stdout.split('\n').find((rule) => rule.startsWith(`-A ${from} `));
  for (const from of ['INPUT', 'OUTPUT']) {
    if (first(from) !== `-A ${from} -j ${chain}`) return `${chain} is not the first rule of ${from}`;
  }
  if (!stdout.includes(`-A ${chain} -j DROP`)) return `${chain} does not drop`;
  if (peer !== null && (await answers(node.sandbox, peer))) return `${peer} answers`;
  return null;
}
