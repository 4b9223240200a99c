import { listProcesses, ofKind, type Memo, type ProcessKind } from '../../src/index.ts';
import { echoPort, type Stage } from './fault-stage.ts';

/** How a fault is exercised on the small plan. */
export interface Exercise {
  what: string;
  params?: Record<string, unknown>;
  nodes: string[];
  /** The other side, for faults between two groups of nodes. */
  from?: string[];
  /** The effect as the test sees it, by other means than the fault's own. */
  inEffect: (stage: Stage) => Promise<boolean>;
  /** What inject() would leave behind if it were called now: confirm() must not take it for a proof. */
  memoBefore: (stage: Stage) => Promise<Memo>;
  /** It leaves something in the node that the lease undoes. */
  leased: boolean;
  /** The container in which it stops processes, or which it kills: restarted and removed under it. */
  hits: [node: string, workload: string];
}

/** The echo service of the victim answers the peer. */
export async function answers(stage: Stage): Promise<boolean> {
  const ask = `const s = require('net').connect(${echoPort}, '${stage.node('victim').address}', () => s.write('?'));
    s.on('data', () => process.exit(0)); s.on('error', () => process.exit(1)); setTimeout(() => process.exit(2), 400);`;
  return (await stage.node('peer').sandbox.exec(['node', '-e', ask])).exitCode === 0;
}

/** Of so many datagrams to the victim and back from its echo, how many do not come back. */
async function lostOf(stage: Stage, count: number): Promise<number> {
  await stage.node('victim').sandbox.exec([
    'sh',
    '-c',
    `listening() { ss -lun | grep -q :${echoPort}; }; listening || setsid node -e "$0" </dev/null >/dev/null 2>&1 &
    until listening; do sleep 0.01; done`,
    datagramEcho,
  ]);
  const ask = `const s = require('dgram').createSocket('udp4'); let back = 0; s.on('message', () => back++); s.bind(() => {
    let sent = 0; const t = setInterval(() => { for (let i = 0; i < 10; i++) s.send('x', ${echoPort}, '${stage.node('victim').address}', () => {});
      sent += 10; if (sent >= ${count}) { clearInterval(t); setTimeout(() => { console.log(sent - back); process.exit(0); }, 200); } }, 10); });`;
  return Number((await stage.node('peer').sandbox.exec(['node', '-e', ask])).stdout);
}

const datagramEcho = `const s = require('dgram').createSocket('udp4'); s.on('message', (m, from) => s.send(m, from.port, from.address, () => {})); s.bind(${echoPort});`;

const silent = async (stage: Stage): Promise<boolean> => !(await answers(stage));

async function pidsOf(stage: Stage, kind: ProcessKind): Promise<Memo> {
  const container = stage.container('db', 'db');
  const victims = ofKind(kind, await listProcesses(container));
  if (victims.length === 0) throw new Error(`no ${kind}`);
  return { victims: victims.map(({ pid, startTicks }) => ({ container: container.name, pid, startTicks })), signalledMs: 0, provenMs: 0 };
}

/** When the database was started, as it says itself; '' when it does not answer in time. */
export async function startedAt(stage: Stage): Promise<string> {
  const query = 'SELECT pg_postmaster_start_time()';
  const { stdout } = await stage
    .container('db', 'db')
    .exec(['psql', '-h', '/tmp', '-U', 'postgres', '-Atc', query], { budgetMs: 500 })
    .catch(() => ({ stdout: '' }));
  return stdout.trim();
}

/** By kind of fault. A fault without an entry fails the suite. */
export const exercises: Record<string, Exercise[]> = {
  'container-kill': [
    {
      what: 'one workload',
      params: { workload: 'echo' },
      nodes: ['victim'],
      inEffect: silent,
      memoBefore: async () => ({ killed: ['victim.echo'] }),
      leased: false,
      hits: ['victim', 'echo'],
    },
    {
      what: 'all workloads of a node',
      nodes: ['victim'],
      inEffect: silent,
      memoBefore: async () => ({ killed: ['victim.echo', 'victim.idle'] }),
      leased: false,
      hits: ['victim', 'idle'],
    },
  ],
  'host-loss': [
    {
      what: 'a host',
      nodes: ['victim'],
      inEffect: silent,
      memoBefore: async (stage) => ({ lost: { victim: { silentMs: Date.now(), peer: stage.node('peer').address } } }),
      leased: true,
      hits: ['victim', 'echo'],
    },
  ],
  partition: [{}, { direction: 'in' }, { direction: 'out' }, { action: 'reject' }, { port: echoPort }].map((params) => ({
    what: Object.entries(params).join(' ').replaceAll(',', ' ') || 'everything',
    params,
    nodes: ['victim'],
    from: ['peer'],
    inEffect: silent,
    memoBefore: async () => ({ cutMs: Date.now() }),
    leased: true,
    hits: ['victim', 'echo'] as [string, string],
  })),
  'packet-loss': [{ percent: 60 }, { percent: 100, direction: 'in' }, { percent: 80, direction: 'out' }].map((params) => ({
    what: Object.entries(params).join(' ').replaceAll(',', ' '),
    params,
    nodes: ['victim'],
    from: ['peer'],
    inEffect: async (stage: Stage) => (await lostOf(stage, 200)) > 40,
    memoBefore: async () => ({ laidMs: Date.now() }),
    leased: true,
    hits: ['victim', 'echo'] as [string, string],
  })),
  pause: [
    {
      what: 'a node',
      nodes: ['victim'],
      inEffect: silent,
      memoBefore: async () => ({
        paused: Object.fromEntries(['victim.echo', 'victim.idle'].map((name) => [name, { guard: 0, spare: [], stoppedMs: Date.now() }])),
      }),
      leased: true,
      hits: ['victim', 'echo'],
    },
  ],
  'process-kill': [
    {
      what: 'the postmaster, by KILL',
      params: { process: 'postmaster' },
      nodes: ['db'],
      inEffect: async (stage) => (await stage.container('db', 'db').logs()).includes('was interrupted'),
      memoBefore: async (stage) => pidsOf(stage, 'postmaster'),
      leased: false,
      hits: ['db', 'db'],
    },
    {
      what: 'the checkpointer, by ABRT',
      params: { process: 'checkpointer', signal: 'ABRT' },
      nodes: ['db'],
      inEffect: async (stage) => /checkpointer.* was terminated by signal 6/.test(await stage.container('db', 'db').logs()),
      memoBefore: async (stage) => pidsOf(stage, 'checkpointer'),
      leased: false,
      hits: ['db', 'db'],
    },
    {
      what: 'the postmaster, by STOP',
      params: { process: 'postmaster', signal: 'STOP' },
      nodes: ['db'],
      // A stopped postmaster starts no backend.
      inEffect: async (stage) => (await startedAt(stage)) === '',
      memoBefore: async (stage) => pidsOf(stage, 'postmaster'),
      leased: true,
      hits: ['db', 'db'],
    },
  ],
};
