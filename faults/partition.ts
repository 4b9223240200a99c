import { z } from 'zod';
import {
  DrillError,
  asRoot,
  datedNs,
  defineFault,
  endGuard,
  renewGuard,
  runningOf,
  startGuard,
  type Confirmation,
  type ContainerHandle,
  type FaultContext,
  type NodeHandle,
} from 'pgdrill';

const params = z.strictObject({
  direction: z
    .enum(['both', 'in', 'out'])
    .default('both')
    .describe('Which packets are cut, seen from the target: `in` those that come from the other side, `out` those that go there'),
  action: z.enum(['drop', 'reject']).default('drop').describe('`drop`: silence; `reject`: refused at once, established connections reset'),
  port: z.int().min(1).max(65_535).optional().describe('Only TCP from or to this port, on either side; by default everything'),
});
type Params = z.output<typeof params>;
type Context = FaultContext<Params>;

/** A connect on one bridge is answered within a millisecond; silence for this long is silence. */
const silenceSeconds = 0.5;
/** Open nowhere, so that a kernel which hears a connect refuses it at once. */
const closedPort = 9;

const chainOf = (id: string): string => `pgdrill-${id}`.slice(0, 28);

/** iptables matches of the packets between the chain's node and a peer, by the direction that is cut. */
function cutMatches({ direction, port }: Params, peer: string): string[] {
  const of = port === undefined ? '' : ` -p tcp -m multiport --ports ${port}`;
  return [...(direction === 'out' ? [] : [`-s ${peer}`]), ...(direction === 'in' ? [] : [`-d ${peer}`])].map((match) => `${match}${of}`);
}

/** What a refusal itself is made of goes through: it would be cut as well, and the other side would meet silence. */
function verdictRules(chain: string, { action }: Params, match: string): string[] {
  if (action === 'drop') return [`-A ${chain} ${match} -j DROP`];
  const tcp = match.includes('-p tcp') ? match : `${match} -p tcp`;
  return [
    ...(match.startsWith('-d') ? [`-A ${chain} ${tcp} -m tcp --tcp-flags RST RST -j RETURN`] : []),
    `-A ${chain} ${tcp} -j REJECT --reject-with tcp-reset`,
    ...(match.includes('-p tcp') ? [] : [`-A ${chain} ${match} -p icmp -j DROP`, `-A ${chain} ${match} -j REJECT`]),
  ];
}

/** All rules in one commit: from one packet to the next, the whole cut is there. */
const cutScript = (chain: string, given: Params, peers: readonly NodeHandle[]): string => `iptables-restore -w --noflush <<RULES
*filter
:${chain} - [0:0]
${peers.flatMap(({ address }) => cutMatches(given, address).flatMap((match) => verdictRules(chain, given, match))).join('\n')}
-I INPUT 1 -j ${chain}
-I OUTPUT 1 -j ${chain}
COMMIT
RULES
[ $? = 0 ] && date +%s%N`;

/** Removes exactly what cutScript made, however much of it is there. */
const mendScript = (chain: string): string => `
for from in INPUT OUTPUT; do while iptables -w -D $from -j ${chain} 2>/dev/null; do :; done; done
iptables -w -F ${chain} 2>/dev/null; iptables -w -X ${chain} 2>/dev/null; true`;

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
    const both = nodes.filter((node) => peers.includes(node)).map(({ name }) => name);
    if (both.length > 0) throw new DrillError(`${both.join(', ')} would stand on both sides of the cut`, { code: 'fault-failed' });
    if (peers.length === 0) throw new DrillError('there is nobody on the other side of the cut', { code: 'fault-failed' });
    const chain = chainOf(id);
    const cutMs = await Promise.all(
      nodes.map(async ({ sandbox }) => {
        // The guard stands before there is anything to guard against: at no moment is a cut left that nobody would mend.
        await startGuard(sandbox, { id, leaseMs, healScript: mendScript(chain) });
        return Number(await asRoot(sandbox, cutScript(chain, given, peers))) / 1e6;
      }),
    );
    return { cutMs: Math.max(...cutMs) };
  },
  async confirm(context, { cutMs }) {
    const open = await stillOpen(context);
    if (open !== null) return { proven: false, seen: open };
    const counted = await Promise.all(context.nodes.map(async (node) => uncounted(context, node)));
    const missing = counted.flatMap(({ missing: none }) => none);
    if (missing[0] !== undefined) return { proven: false, seen: missing[0] };
    const names = (nodes: readonly NodeHandle[]): string => nodes.map(({ name }) => name).join(', ');
    const packets = counted.reduce((sum, { packets: some }) => sum + some, 0);
    return {
      proven: true,
      effectiveNs: datedNs(context, cutMs),
      evidence: {
        summary: `${names(context.nodes)} and ${names(context.peers)}: connects get ${context.params.action === 'drop' ? 'no answer' : 'refused'}, and every rule has counted packets`,
        readings: { 'rules in place, Unix ms': cutMs, 'packets cut': packets },
      },
    };
  },
  async heal({ nodes, id }) {
    await Promise.all(
      nodes.map(async ({ sandbox }) => {
        // A sandbox that is gone has taken its rules along.
        if ((await runningOf([sandbox])).length === 0) return;
        await asRoot(sandbox, mendScript(chainOf(id)));
        await endGuard(sandbox, id);
      }),
    );
  },
  async confirmHealed(context) {
    const { nodes, peers, id } = context;
    const rules = await Promise.all([...nodes, ...peers].map(async ({ sandbox }) => (await sandbox.exec(['iptables-save'])).stdout));
    const left = nodes.find((_, index) => rules[index]?.includes(chainOf(id)));
    if (left !== undefined) return { proven: false, seen: `${left.name}: chain ${chainOf(id)} is still there` };
    const names = nodes.map(({ name }) => name).join(', ');
    const proven = (summary: string): Confirmation => ({ proven: true, effectiveNs: context.clock.nowNs(), evidence: { summary } });
    // Another fault may cut the same nodes off: that they hear nothing then is not ours.
    if (rules.some((saved) => saved.includes('-A pgdrill-')))
      return proven(`${names}: no trace of the chain; another fault is in effect there`);
    for (const { name, sandbox } of nodes) {
      const addresses = peers.map(({ address }) => address);
      const met = addresses.length === 0 ? new Map<string, Met>() : await connectAll(sandbox, addresses, closedPort);
      const silent = peers.find(({ address }) => met.get(address) === 'silence');
      if (silent !== undefined) return { proven: false, seen: `${name}: no answer from ${silent.name}` };
    }
    return proven(`${names}: no trace of the chain, the other side answers`);
  },
  async renew({ nodes, id, leaseMs }) {
    await Promise.all(nodes.map(({ sandbox }) => renewGuard(sandbox, { id, leaseMs })));
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

type Met = 'silence' | 'refusal' | 'an answer';

/** What TCP connects to these addresses meet, all tried at once. */
async function connectAll(from: ContainerHandle, addresses: readonly string[], port: number): Promise<Map<string, Met>> {
  const curl = `curl --silent --max-time ${silenceSeconds} --output /dev/null --write-out '%{time_connect}' telnet://$address:${port} </dev/null`;
  const script = `for address in ${addresses.join(' ')}; do (took=$(${curl}); echo "$address $? $took") & done; wait`;
  const { stdout } = await from.exec(['sh', '-c', script]);
  const lines = stdout.split('\n').filter((line) => line !== '').map((line) => line.split(' ')); // prettier-ignore
  return new Map(lines.map(([address = '', code, took]) => [address, metOf(Number(code), Number(took))]));
}

/** curl's exit codes: 7 could not connect, 28 timed out; a connection that is open and says nothing times out as well. */
function metOf(exitCode: number, connectSeconds: number): Met {
  if (connectSeconds > 0) return 'an answer';
  if (exitCode === 28) return 'silence';
  return exitCode === 7 ? 'refusal' : 'an answer';
}

/** The rules of the cut that no packet has met: of such a one nothing is known. And how many packets the others have met. */
async function uncounted(context: Context, { name, sandbox }: NodeHandle): Promise<{ missing: string[]; packets: number }> {
  const chain = chainOf(context.id);
  const saved = await asRoot(sandbox, 'iptables-save --counters');
  const lines = saved.split('\n').filter((line) => line.includes(`-A ${chain} `) && /-j (DROP|REJECT)/.test(line));
  const packetsOf = (line: string): number => Number(/^\[(\d+):/.exec(line)?.[1] ?? 0);
  const missing = context.peers.flatMap(({ name: peer, address }) =>
    cutMatches(context.params, address).flatMap((match) => {
      const [side = ''] = match.split(' ');
      const met = lines.some((line) => line.includes(`${side} ${address}/32`) && packetsOf(line) > 0);
      return met ? [] : [`${name}: no packet ${side === '-s' ? 'from' : 'to'} ${peer} has met the cut`];
    }),
  );
  return { missing, packets: lines.reduce((sum, line) => sum + packetsOf(line), 0) };
}
