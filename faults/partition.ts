import { z } from 'zod';
import {
  assertTwoSides,
  chainRules,
  chainsIn,
  closedPort,
  connectAll,
  datedNs,
  defineFault,
  direction,
  layChain,
  namesOf,
  ownChain,
  removeChain,
  renewChains,
  type Confirmation,
  type FaultContext,
  type NodeHandle,
} from 'pgdrill';

const params = z.strictObject({
  direction,
  action: z.enum(['drop', 'reject']).default('drop').describe('`drop`: silence; `reject`: refused at once, established connections reset'),
  port: z.int().min(1).max(65_535).optional().describe('Only TCP from or to this port, on either side; by default everything'),
});
type Params = z.output<typeof params>;
type Context = FaultContext<Params>;

/** iptables matches of the packets between the chain's node and a peer, by the direction that is cut. */
function cutMatches({ direction, port }: Params, peer: string): string[] {
  const of = port === undefined ? '' : ` -p tcp -m multiport --ports ${port}`;
  return [...(direction === 'out' ? [] : [`-s ${peer}`]), ...(direction === 'in' ? [] : [`-d ${peer}`])].map((match) => `${match}${of}`);
}

/** What a refusal itself is made of goes through: it would be cut as well, and the other side would meet silence. */
function verdictRules({ action }: Params, match: string): string[] {
  if (action === 'drop') return [`${match} -j DROP`];
  const tcp = match.includes('-p tcp') ? match : `${match} -p tcp`;
  return [
    ...(match.startsWith('-d') ? [`${tcp} -m tcp --tcp-flags RST RST -j RETURN`] : []),
    `${tcp} -j REJECT --reject-with tcp-reset`,
    ...(match.includes('-p tcp') ? [] : [`${match} -p icmp -j DROP`, `${match} -j REJECT`]),
  ];
}

const addressesScript = `ip -4 -o address show scope global | sed 's/.* inet \\([0-9.]*\\).*/\\1/'`;

export default defineFault({
  kind: 'partition',
  summary: 'Cuts the network between two groups of nodes, both ways or one way',
  params,
  needs: [],
  target: 'link',
  does: "A chain of its own in the network namespace of each target node, first in INPUT and OUTPUT, with a rule for each address of the other side: DROP, or REJECT (TCP by RST). Rules know no connections, so what is established is cut as well. The other side's nodes are left as they are: one end of a wire is enough to cut it.",
  notSimulated: [
    'ARP is still answered: peers see timeouts or refusals, never "No route to host".',
    "IPv4 only: the run's network has no IPv6.",
  ],
  async inject(context) {
    const { nodes, peers, params: given, id, leaseMs } = context;
    assertTwoSides(nodes, peers);
    const rules = peers.flatMap(({ address }) => cutMatches(given, address).flatMap((match) => verdictRules(given, match)));
    const cutMs = await Promise.all(nodes.map((node) => layChain(node, { id, leaseMs }, rules)));
    return { cutMs: Math.max(...cutMs) };
  },
  async confirm(context, { cutMs }) {
    const open = await stillOpen(context);
    if (open !== null) return { proven: false, seen: open };
    const counted = await Promise.all(context.nodes.map(async (node) => uncounted(context, node)));
    const missing = counted.flatMap(({ missing: none }) => none);
    if (missing[0] !== undefined) return { proven: false, seen: missing[0] };
    const packets = counted.reduce((sum, { packets: some }) => sum + some, 0);
    return {
      proven: true,
      effectiveNs: datedNs(context, cutMs),
      evidence: {
        summary: `${namesOf(context.nodes)} and ${namesOf(context.peers)}: connects get ${context.params.action === 'drop' ? 'no answer' : 'refused'}, and every rule has counted packets`,
        readings: { 'rules in place, Unix ms': cutMs, 'packets cut': packets },
      },
    };
  },
  async heal({ nodes, id }) {
    await Promise.all(nodes.map((node) => removeChain(node, id)));
  },
  async confirmHealed(context) {
    const { nodes, peers, id } = context;
    const chains = await Promise.all([...nodes, ...peers].map(chainsIn));
    const left = nodes.find((_, index) => chains[index]?.includes(ownChain(id)));
    if (left !== undefined) return { proven: false, seen: `${left.name}: chain ${ownChain(id)} is still there` };
    const names = namesOf(nodes);
    const proven = (summary: string): Confirmation => ({ proven: true, effectiveNs: context.clock.nowNs(), evidence: { summary } });
    // Another fault may cut the same nodes off: that they hear nothing then is not ours.
    if (chains.flat().length > 0) return proven(`${names}: no trace of the chain; another fault is in effect there`);
    for (const { name, sandbox } of nodes) {
      const met = await connectAll(sandbox, peers.map(({ address }) => address), closedPort); // prettier-ignore
      const silent = peers.find(({ address }) => met.get(address) === 'silence');
      if (silent !== undefined) return { proven: false, seen: `${name}: no answer from ${silent.name}` };
    }
    return proven(`${names}: no trace of the chain, the other side answers`);
  },
  async renew({ nodes, id, leaseMs }) {
    await renewChains(nodes, { id, leaseMs });
  },
});

/** Tries every way between the two sides, in both directions, also past the run's network. @returns what is still open; null: nothing. */
async function stillOpen(context: Context): Promise<string | null> {
  const { nodes, peers, params: given } = context;
  const port = given.port ?? closedPort;
  const addresses = new Map(await Promise.all([...nodes, ...peers].map(async (node) => [node, await addressesOf(node)] as const)));
  const ways = [...nodes.map((from) => ({ from, side: peers })), ...peers.map((from) => ({ from, side: nodes }))];
  const found = await Promise.all(
    ways.map(async ({ from, side }) => {
      const aims = side.flatMap((to) => (addresses.get(to) ?? []).map((address) => ({ to, address })));
      const met = await connectAll(from.sandbox, aims.map(({ address }) => address), port); // prettier-ignore
      return aims.flatMap(({ to, address }) => {
        const what = met.get(address) ?? 'an answer';
        const known = address === to.address;
        // Where the cut refuses, a refusal proves nothing; the rule's counter does. By another address no refusal is ours.
        if (what === 'silence' || (known && given.action === 'reject' && what === 'refusal')) return [];
        return [`${from.name} reaches ${to.name} at ${address}:${port} (${what})${known ? '' : ', a second path around the cut'}`];
      });
    }),
  );
  return found.flat()[0] ?? null;
}

async function addressesOf({ address, sandbox }: NodeHandle): Promise<string[]> {
  const { stdout } = await sandbox.exec(['sh', '-c', addressesScript]);
  return [...new Set([address, ...stdout.split('\n').filter((line) => line !== '')])];
}

/** The rules of the cut that no packet has met: of such a one nothing is known. And how many packets the others have met. */
async function uncounted(context: Context, node: NodeHandle): Promise<{ missing: string[]; packets: number }> {
  const cutting = (await chainRules(node, context.id)).filter(({ rule }) => /-j (DROP|REJECT)/.test(rule));
  const missing = context.peers.flatMap(({ name: peer, address }) =>
    cutMatches(context.params, address).flatMap((match) => {
      const [side = ''] = match.split(' ');
      const met = cutting.some(({ rule, packets }) => rule.startsWith(`${side} ${address}/32`) && packets > 0);
      return met ? [] : [`${node.name}: no packet ${side === '-s' ? 'from' : 'to'} ${peer} has met the cut`];
    }),
  );
  return { missing, packets: cutting.reduce((sum, { packets }) => sum + packets, 0) };
}
