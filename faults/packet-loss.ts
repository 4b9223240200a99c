import { z } from 'zod';
import {
  assertTwoSides,
  asRoot,
  chainRules,
  chainsIn,
  datedNs,
  defineFault,
  direction,
  layChain,
  namesOf,
  ownChain,
  removeChain,
  renewChains,
  type FaultContext,
  type NodeHandle,
} from 'pgdrill';

const params = z.strictObject({
  percent: z.number().min(1).max(100).describe('Share of the packets that get lost, 1 to 100'),
  direction,
});
type Context = FaultContext<z.output<typeof params>>;

/** So many lost packets are wanted for the proof: a share of ten is known well enough to be told from none. */
const wantedLost = 10;
const leastPackets = 300;
/** Four standard deviations of a share that was counted over so many packets, and what rounding may add. */
const tolerance = (share: number, packets: number): number => 4 * Math.sqrt((share * (1 - share)) / packets) + 0.005;

/** Where packets get lost: on arrival. A sender whose own packet filter drops is told so, which no network does. */
function receivers({ nodes, peers, params: { direction: of } }: Context): { at: NodeHandle; from: readonly NodeHandle[] }[] {
  return [
    ...(of === 'out' ? [] : nodes.map((at) => ({ at, from: peers }))),
    ...(of === 'in' ? [] : peers.map((at) => ({ at, from: nodes }))),
  ];
}

export default defineFault({
  kind: 'packet-loss',
  summary: 'Loses a share of the packets between two groups of nodes, both ways or one way',
  params,
  needs: [],
  target: 'link',
  does: 'A chain of its own in the network namespace of each node that receives, first in INPUT, with two rules for each sender: one counts, the other drops at random (the statistic match of iptables). Every protocol is hit; TCP sends again and slows down.',
  notSimulated: [
    'Each packet is lost or not for itself: there are no bursts of loss, as a wireless link or a full queue has them.',
    'Packets are lost on arrival, so the network between has carried them.',
    "IPv4 only: the run's network has no IPv6.",
  ],
  async inject(context) {
    const { nodes, peers, id, leaseMs, params: given } = context;
    assertTwoSides(nodes, peers);
    const rulesFor = ({ address }: NodeHandle): string[] => [
      `-s ${address}`,
      `-s ${address} -m statistic --mode random --probability ${given.percent / 100} -j DROP`,
    ];
    const laidMs = await Promise.all(receivers(context).map(({ at, from }) => layChain(at, { id, leaseMs }, from.flatMap(rulesFor))));
    return { laidMs: Math.max(...laidMs) };
  },
  async confirm(context, { laidMs }) {
    const share = context.params.percent / 100;
    const wanted = Math.max(leastPackets, Math.ceil(wantedLost / share));
    const found = await Promise.all(receivers(context).map(async ({ at, from }) => lossAt(context, at, from, wanted)));
    const readings: Record<string, number> = { 'rules in place, Unix ms': laidMs };
    for (const { link, packets, lost } of found.flat()) {
      if (packets < wanted) return { proven: false, seen: `${link}: ${packets} packets so far, ${wanted} are wanted` };
      if (lost === 0 || Math.abs(lost / packets - share) > tolerance(share, packets)) {
        return { proven: false, seen: `${link}: ${lost} of ${packets} packets lost, which is not ${context.params.percent} %` };
      }
      readings[`${link}: share lost, %`] = Math.round((1000 * lost) / packets) / 10;
    }
    const packets = found.flat().reduce((sum, one) => sum + one.packets, 0);
    return {
      proven: true,
      effectiveNs: datedNs(context, laidMs),
      evidence: {
        summary: `${namesOf(context.nodes)} and ${namesOf(context.peers)}: of ${packets} packets counted on arrival, the share lost is as asked on every link`,
        readings,
      },
    };
  },
  async heal({ nodes, peers, id }) {
    await Promise.all([...nodes, ...peers].map((node) => removeChain(node, id)));
  },
  async confirmHealed(context) {
    const all = [...context.nodes, ...context.peers];
    const chains = await Promise.all(all.map(chainsIn));
    const left = all.find((_, index) => chains[index]?.includes(ownChain(context.id)));
    if (left !== undefined) return { proven: false, seen: `${left.name}: chain ${ownChain(context.id)} is still there` };
    return { proven: true, effectiveNs: context.clock.nowNs(), evidence: { summary: `${namesOf(all)}: no trace of the chain` } };
  },
  async renew(context) {
    await renewChains(
      receivers(context).map(({ at }) => at),
      context,
    );
  },
});

/** Sends what is missing for the proof, then reads what each sender's two rules have counted. */
async function lossAt(
  { id }: Context,
  at: NodeHandle,
  from: readonly NodeHandle[],
  wanted: number,
): Promise<{ link: string; packets: number; lost: number }[]> {
  // Datagrams to a port that nobody reads: they arrive, and are counted, all the same.
  const burst = `for i in $(seq ${wanted}); do echo >/dev/udp/${at.address}/9; done 2>/dev/null; true`;
  await Promise.all(from.map(async ({ sandbox }) => asRoot(sandbox, `bash -c '${burst}'`)));
  const rules = await chainRules(at, id);
  return from.map((sender) => {
    const own = rules.filter(({ rule }) => rule.startsWith(`-s ${sender.address}/32`));
    const counted = (dropping: boolean): number => own.find(({ rule }) => rule.includes('-j DROP') === dropping)?.packets ?? 0;
    return { link: `${sender.name} to ${at.name}`, packets: counted(false), lost: counted(true) };
  });
}
