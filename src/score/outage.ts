import type { Evidence } from '../history/evidence.ts';
import { stepsOf, type Step } from './outage-path.ts';
import type { Proof } from './proofs.ts';
import type { OutageEdge, RtoResult } from './types.ts';
import { seconds } from './window.ts';

/**
 * Where the time of an outage went: edges without gap or overlap from the fault to the recovery, whose lengths add up to
 * the RTO. A step ends at its earliest proof that does not lie before the step it depends on; where a step has none, the
 * time up to the next proof is `unexplained`. Empty: there was no outage.
 */
export function decomposeOutage(evidence: Evidence, rto: RtoResult): OutageEdge[] {
  if (rto.seconds === null) return [];
  const endNs = rto.recoveredNs ?? rto.lastRefusedNs ?? rto.startNs;
  const servedNs = firstServed(rto);
  const path = new Path(rto.startNs, Math.min(servedNs ?? endNs, endNs));
  const steps = stepsOf(evidence, rto.route, { fromNs: rto.startNs, toNs: path.toNs });
  if (steps.length === 0) path.miss('a failover or a restart');
  for (const step of steps) path.take(step);
  if (servedNs === null) path.rest(endNs, 'not served again while it was observed');
  else {
    path.take(firstWrite(rto, servedNs));
    path.rest(endNs, 'served from here on, but not for good: refused again before it had been served for the steady time');
  }
  return path.edges;
}

/** The end of the first outage of the stretch that the RTO measures; null: it never ended. */
function firstServed({ outages, startNs }: RtoResult): number | null {
  return outages.find(({ firstRefusedNs }) => firstRefusedNs >= startNs)?.recoveredNs ?? null;
}

function firstWrite({ series, route }: RtoResult, servedNs: number): Omit<Step, 'edge'> & { edge: 'first-write' } {
  const proofs = [{ atNs: servedNs, source: `client: first accepted slot of ${series}` }];
  return { edge: 'first-write', detail: `until ${series} was served on ${route}`, proofs, optional: false };
}

/** Lays edges end to end. */
class Path {
  readonly edges: OutageEdge[] = [];
  readonly toNs: number;
  readonly #reached = new Map<string, number>();
  #atNs: number;
  #missing: string[] = [];

  constructor(fromNs: number, toNs: number) {
    this.#atNs = fromNs;
    this.toNs = toNs;
  }

  /** Something that must have been, and of which nothing was seen: what follows is not explained by its own proof alone. */
  miss(what: string): void {
    this.#missing.push(what);
  }

  take(step: Omit<Step, 'edge'> & { edge: OutageEdge['edge'] }): void {
    const proof = this.#earliest(step.proofs, (step.needs === undefined ? undefined : this.#reached.get(step.needs)) ?? this.#atNs);
    if (proof === null) {
      if (!step.optional) this.miss(step.edge);
      return;
    }
    this.#reached.set(step.edge, proof.atNs);
    // It was done while a step before it still went on.
    if (proof.atNs < this.#atNs) return;
    const explained = this.#missing.length === 0;
    const without = `no proof in order of: ${this.#missing.join(', ')}; it ends at ${proof.source}`;
    this.#lay(explained ? step.edge : 'unexplained', proof.atNs, explained ? proof.source : null, explained ? step.detail : without);
    this.#missing = [];
  }

  /** What is left up to the end of the outage. */
  rest(endNs: number, why: string): void {
    const without = this.#missing.length === 0 ? '' : `; no proof in order of: ${this.#missing.join(', ')}`;
    this.#lay('unexplained', endNs, null, why + without);
  }

  #earliest(proofs: readonly Proof[], sinceNs: number): Proof | null {
    let earliest: Proof | null = null;
    for (const proof of proofs) {
      if (proof.atNs < sinceNs || proof.atNs > this.toNs) continue;
      if (earliest === null || proof.atNs < earliest.atNs) earliest = proof;
    }
    return earliest;
  }

  #lay(edge: OutageEdge['edge'], toNs: number, source: string | null, detail: string): void {
    if (toNs <= this.#atNs) return;
    this.edges.push({ edge, fromNs: this.#atNs, toNs, seconds: seconds(toNs - this.#atNs), source, detail });
    this.#atNs = toNs;
  }
}
