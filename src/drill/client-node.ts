import type { LaunchExtras } from '../runtime/cluster.ts';
import type { TopologyPlan } from '../contract/topology.ts';

export const clientNodeName = 'client1';
export const clientControlPort = 7432;
/** Every topology has it; the workload's tables are made in it. */
export const workloadDatabase = 'drill';

const home = '/opt/pgdrill';
const historyDir = '/var/lib/pgdrill-history';
const configFile = '/etc/pgdrill/client.json';
/** Where the client writes, as it sees it. */
export const clientHistoryFile = `${historyDir}/client.jsonl`;

/** Sources here; in the published package, what was built of them. */
const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/** The rooms that the client program is made of: all it imports beside `pg` and Node itself. */
const rooms = ['base', 'history', 'client'] as const;

/** The plan with a client node in the application plane: it starts last, when the cluster is healthy. */
export function withClient(plan: TopologyPlan, zone: string): TopologyPlan {
  return {
    ...plan,
    nodes: [
      ...plan.nodes,
      {
        name: clientNodeName,
        zone,
        region: 'region1',
        stage: 100,
        ports: { control: clientControlPort },
        containers: [
          {
            name: 'client',
            role: 'client',
            command: ['tini', '--', 'node', '--disable-warning=ExperimentalWarning', `${home}/src/client/main${ending}`, configFile],
            memoryMiB: 100,
          },
        ],
      },
    ],
  };
}

/** What the client's container gets when it starts: the program, its configuration, and the folder outside the cluster that it writes to. */
export function clientExtras(config: object, hostHistoryDir: string): LaunchExtras {
  const user = process.getuid === undefined ? undefined : `${process.getuid()}:${process.getgid?.() ?? 0}`;
  return {
    binds: [{ source: hostHistoryDir, target: historyDir }],
    directories: rooms.map((room) => ({ source: new URL(`../${room}`, import.meta.url).pathname, target: `${home}/src/${room}` })),
    files: [
      { path: configFile, content: JSON.stringify(config) },
      { path: `${home}/package.json`, content: '{"type":"module"}' },
    ],
    // When cores are short, what is measured waits, and not the measuring.
    cpuShares: 8192,
    // The history belongs to whoever runs the drill, not to root.
    ...(user === undefined ? {} : { user }),
  };
}
