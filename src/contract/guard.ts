import { asRoot } from './as-root.ts';
import type { ContainerHandle } from './node.ts';

/**
 * The lease guard: a small process left inside a container that undoes a fault when nobody renews its lease, so that a
 * node heals itself after the harness died. It is a POSIX shell loop over one file that holds its deadline, counted on
 * /proc/uptime: a step of the wall clock neither fires it nor holds it back.
 */

const folder = '/run/pgdrill';

export interface GuardSpec {
  /** The fault's id. */
  id: string;
  leaseMs: number;
  /** POSIX shell, run as root when the lease has run out. Must be idempotent: heal() runs the same. */
  healScript: string;
}

const leaseFile = (id: string): string => `${folder}/${id}.lease`;
/** Hundredths of a second since boot, in shell without a fork. */
const readUptime = 'read up rest </proc/uptime; now=${up%.*}${up#*.}';
/** The file is replaced whole, so that the guard never reads half of it. */
const writeDeadline = (id: string, leaseMs: number): string =>
  `${readUptime}; echo $((now + ${Math.ceil(leaseMs / 10)})) >${leaseFile(id)}.new && mv ${leaseFile(id)}.new ${leaseFile(id)}`;

const loop = (spec: GuardSpec): string => `
while read deadline <${leaseFile(spec.id)}; do
  ${readUptime}
  if [ "$now" -ge "$deadline" ]; then
    ${spec.healScript}
    rm -f ${leaseFile(spec.id)} ${folder}/${spec.id}.guard
    exit
  fi
  sleep 0.2
done 2>/dev/null`;

/** A shell word. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * Starts the guard, in a session of its own whose id is its process id.
 * @returns that id: what stops processes must leave this session alone.
 * @throws DrillError `fault-failed`
 */
export async function startGuard(container: ContainerHandle, spec: GuardSpec): Promise<number> {
  const session = await asRoot(
    container,
    `mkdir -p ${folder} && rm -f ${folder}/${spec.id}.guard && ${writeDeadline(spec.id, spec.leaseMs)} || exit 1
setsid sh -c ${quoted(`echo $$ >${folder}/${spec.id}.guard; ${loop(spec)}`)} pgdrill-guard </dev/null >/dev/null 2>&1 &
while [ ! -s ${folder}/${spec.id}.guard ]; do sleep 0.01; done
cat ${folder}/${spec.id}.guard`,
  );
  return Number(session);
}

/** Puts the deadline off to a lease from now. @throws DrillError `fault-failed` when the guard is gone: the lease ran out, and the fault is undone. */
export async function renewGuard(container: ContainerHandle, spec: Pick<GuardSpec, 'id' | 'leaseMs'>): Promise<void> {
  await asRoot(
    container,
    `[ -e ${leaseFile(spec.id)} ] || { echo "the lease of ${spec.id} had run out" >&2; exit 1; }; ${writeDeadline(spec.id, spec.leaseMs)}`,
  );
}

/** Ends the guard without healing, and removes its files. Idempotent; gone when this returns. */
export async function endGuard(container: ContainerHandle, id: string): Promise<void> {
  const file = `${folder}/${id}.guard`;
  await asRoot(
    container,
    `rm -f ${leaseFile(id)}
if read pid <${file}; then
  # The number may be somebody else's by now, after a restart of the container.
  if grep -q pgdrill-guard /proc/$pid/cmdline; then kill -s KILL -- -$pid; fi
  while grep -q pgdrill-guard /proc/$pid/cmdline; do sleep 0.01; done
fi 2>/dev/null
rm -f ${file}
rmdir ${folder} 2>/dev/null
true`,
  );
}
