import { asRoot } from './as-root.ts';
import { endGuard, renewGuard, startGuard } from './guard.ts';
import type { NodeHandle } from './node.ts';
import { runningOf } from './workloads.ts';

/**
 * The iptables chain of one fault in a node's network namespace. It holds every rule of the fault, stands first in INPUT
 * and OUTPUT, and goes away whole; rules of others are left as they are. A lease guard removes it when the harness is gone.
 */
export const ownChain = (id: string): string => `pgdrill-${id}`.slice(0, 28);

/** All rules in one commit: from one packet to the next, everything is there. */
const layScript = (chain: string, rules: readonly string[]): string => `iptables-restore -w --noflush <<RULES
*filter
:${chain} - [0:0]
${rules.map((rule) => `-A ${chain} ${rule}`).join('\n')}
-I INPUT 1 -j ${chain}
-I OUTPUT 1 -j ${chain}
COMMIT
RULES
[ $? = 0 ] && date +%s%N`;

/** Removes exactly what layScript made, however much of it is there. */
const removeScript = (chain: string): string => `
for from in INPUT OUTPUT; do while iptables -w -D $from -j ${chain} 2>/dev/null; do :; done; done
iptables -w -F ${chain} 2>/dev/null; iptables -w -X ${chain} 2>/dev/null; true`;

type Lease = { id: string; leaseMs: number };

/**
 * Lays a fault's chain.
 * @param rules what follows `-A <chain>`: `-s 10.0.0.2 -j DROP`.
 * @returns when the rules were in place, Unix ms. @throws DrillError `fault-failed` with what iptables said.
 */
export async function layChain({ sandbox }: NodeHandle, { id, leaseMs }: Lease, rules: readonly string[]): Promise<number> {
  const chain = ownChain(id);
  // The guard stands before there is anything to guard against: at no moment is a cut left that nobody would mend.
  await startGuard(sandbox, { id, leaseMs, healScript: removeScript(chain) });
  return Number(await asRoot(sandbox, layScript(chain, rules))) / 1e6;
}

/** Removes a fault's chain and its guard. Idempotent. A sandbox that is gone has taken its rules along. */
export async function removeChain({ sandbox }: NodeHandle, id: string): Promise<void> {
  if ((await runningOf([sandbox])).length === 0) return;
  await asRoot(sandbox, removeScript(ownChain(id)));
  await endGuard(sandbox, id);
}

/** @throws DrillError `fault-failed` when the lease had run out, and the chain is gone. */
export async function renewChains(nodes: readonly NodeHandle[], { id, leaseMs }: Lease): Promise<void> {
  await Promise.all(nodes.map(({ sandbox }) => renewGuard(sandbox, { id, leaseMs })));
}

/** The rules of a fault's chain as the kernel has them, and how many packets each has met. Empty: the chain is not there. */
export async function chainRules({ sandbox }: NodeHandle, id: string): Promise<{ rule: string; packets: number }[]> {
  const saved = await asRoot(sandbox, 'iptables-save --counters');
  return saved.split('\n').flatMap((line) => {
    const [, packets, rule] = /^\[(\d+):\d+\] -A (.*)$/.exec(line) ?? [];
    return rule?.startsWith(`${ownChain(id)} `) === true ? [{ rule: rule.slice(ownChain(id).length + 1), packets: Number(packets) }] : [];
  });
}

/** Names of the chains that faults have in a node now. */
export async function chainsIn({ sandbox }: NodeHandle): Promise<string[]> {
  const saved = await asRoot(sandbox, 'iptables-save');
  return [...saved.matchAll(/^:(pgdrill-\S+) /gm)].map(([, name = '']) => name);
}
