import type { PlannedNode, PlannedRoute, PlannedSeed, TopologyPlan } from 'pgdrill';
import { configTemplate } from 'pgdrill';
import type { PatroniHaParams } from './params.ts';

const here = (name: string): URL => new URL(name, import.meta.url);
const patroniYml = configTemplate<object>(here('./patroni.yml.hbs'));
const startPatroni = configTemplate<object>(here('./start-patroni.sh.hbs'));
const haproxyCfg = configTemplate<object>(here('./haproxy.cfg.hbs'));
const pgbouncerIni = configTemplate<object>(here('./pgbouncer.ini.hbs'));

/** Where a member keeps its cluster: on a volume, so that it can be read while the member is down. */
export const stateDir = '/var/lib/pgdrill';
export const dataDir = `${stateDir}/data`;
export const binDirOf = (postgres: number): string => `/usr/lib/postgresql/${postgres}/bin`;

const dcsSize = 3;
export const router = 'router1';
export const routerStatsPort = 7001;
export const pooler = 'pooler1';

/** Settings that keep a drill's servers small and their logs readable; the user's own come after and win. */
function postgresqlParameters(params: PatroniHaParams): Record<string, string | number | boolean> {
  return {
    max_connections: 200,
    shared_buffers: '64MB',
    max_wal_senders: 10,
    max_replication_slots: 10,
    wal_keep_size: '256MB',
    // By default a standby that was refused once (its slot was not there yet) waits 5 s, longer than all the rest of a boot.
    wal_retrieve_retry_interval: '1s',
    // A restart after a crash syncs every file of the data directory. Opening them all for that would copy them all from the seed, and
    // be a second of the outage that no real server has.
    recovery_init_sync_method: 'syncfs',
    // One clock and one form for the lines that date a failover.
    log_line_prefix: '%m [%p] ',
    log_timezone: 'UTC',
    logging_collector: 'off',
    log_checkpoints: 'off',
    ...params.postgresql,
  };
}

/** A data directory made by initdb once per image: members start from copies of it and stream at once. */
function seed(postgres: number): PlannedSeed {
  const bin = binDirOf(postgres);
  return {
    role: 'postgres',
    path: stateDir,
    script: `set -eu
install -d -o postgres -g postgres -m 0700 ${stateDir}
cat > /tmp/seed.sh <<'SEED'
set -eu
${bin}/initdb --pgdata=${dataDir} --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --data-checksums
${bin}/pg_ctl --pgdata=${dataDir} --wait --options="-c listen_addresses='' -c unix_socket_directories=/tmp" start
psql --host=/tmp --username=postgres --set=ON_ERROR_STOP=1 <<'SQL'
CREATE ROLE replicator REPLICATION LOGIN;
CREATE ROLE drill LOGIN;
CREATE DATABASE drill OWNER drill;
-- The members' slots: without them a standby that connects before the first leader has made its slot waits 5 s (wal_retrieve_retry_interval).
SELECT pg_create_physical_replication_slot('pg' || i) FROM generate_series(1, 9) AS i;
SQL
${bin}/pg_ctl --pgdata=${dataDir} --wait --mode=fast stop
SEED
su postgres -c 'PATH=${bin}:$PATH sh /tmp/seed.sh'
rm /tmp/seed.sh
`,
  };
}

function memberNode(name: string, zone: string, etcdHosts: string[], params: PatroniHaParams, postgres: number): PlannedNode {
  const config = patroniYml({
    name,
    etcdHosts,
    ttlSeconds: params.ttl / 1000,
    loopWaitSeconds: params.loopWait / 1000,
    retryTimeoutSeconds: params.retryTimeout / 1000,
    synchronousMode: { off: 'false', on: 'true', strict: 'true', quorum: 'quorum' }[params.synchronousMode],
    synchronousModeStrict: params.synchronousMode === 'strict',
    // JSON is YAML: quoting and types survive whatever the user wrote.
    parameters: Object.fromEntries(Object.entries(postgresqlParameters(params)).map(([key, value]) => [key, JSON.stringify(value)])),
    dataDir,
    binDir: binDirOf(postgres),
  });
  return {
    name,
    zone,
    region: 'region1',
    stage: 1,
    ports: { postgres: 5432, patroni: 8008 },
    containers: [
      {
        name: 'db',
        role: 'postgres',
        command: ['tini', '--', 'sh', '/etc/patroni/start.sh'],
        user: 'postgres',
        files: [
          { path: '/etc/patroni/drill.yml', content: config },
          { path: '/etc/patroni/start.sh', content: startPatroni({ etcdHosts }) },
        ],
        volumes: [{ name: 'data', path: stateDir }],
        seed: seed(postgres),
        memoryMiB: 160,
        shmMiB: 128,
      },
    ],
  };
}

function etcdNode(name: string, zone: string, all: string[]): PlannedNode {
  const cluster = all.map((peer) => `${peer}=http://${peer}:2380`).join(',');
  return {
    name,
    zone,
    region: 'region1',
    ports: { client: 2379, peer: 2380 },
    containers: [
      {
        name: 'etcd',
        role: 'etcd',
        command: [
          'tini',
          '--',
          'etcd',
          '--name',
          name,
          '--data-dir',
          '/var/lib/etcd-drill',
          '--logger',
          'zap',
          '--log-level',
          'warn',
          '--listen-client-urls',
          'http://0.0.0.0:2379',
          '--advertise-client-urls',
          `http://${name}:2379`,
          '--listen-peer-urls',
          'http://0.0.0.0:2380',
          '--initial-advertise-peer-urls',
          `http://${name}:2380`,
          '--initial-cluster',
          cluster,
          '--initial-cluster-state',
          'new',
          '--initial-cluster-token',
          'pgdrill',
        ],
        memoryMiB: 40,
      },
    ],
  };
}

function routerNode(zone: string, members: string[], params: PatroniHaParams): PlannedNode {
  const content = haproxyCfg({
    members,
    checkIntervalMs: params.checkInterval,
    routes: [
      { name: 'rw', port: 5000, check: '/primary', rise: 1 },
      // Two checks, half an interval apart: a primary is a standby for a moment when it starts, and would stay in for three checks.
      { name: 'ro', port: 5001, check: '/replica', rise: 2, fastIntervalMs: Math.ceil(params.checkInterval / 2) },
    ],
  });
  return {
    name: router,
    zone,
    region: 'region1',
    stage: 1,
    ports: { rw: 5000, ro: 5001, stats: routerStatsPort },
    containers: [
      {
        name: 'haproxy',
        role: 'haproxy',
        command: ['tini', '--', 'haproxy', '-db', '-f', '/etc/haproxy/drill.cfg'],
        files: [{ path: '/etc/haproxy/drill.cfg', content }],
        memoryMiB: 80,
      },
    ],
  };
}

function poolerNode(zone: string, params: PatroniHaParams): PlannedNode {
  return {
    name: pooler,
    zone,
    region: 'region1',
    stage: 1,
    ports: { pgbouncer: 6432 },
    containers: [
      {
        name: 'pgbouncer',
        role: 'pgbouncer',
        command: ['tini', '--', 'pgbouncer', '/etc/pgbouncer/drill.ini'],
        user: 'postgres',
        files: [
          { path: '/etc/pgbouncer/drill.ini', content: pgbouncerIni({ router, ...params.pool }) },
          { path: '/etc/pgbouncer/userlist.txt', content: '"drill" ""\n"postgres" ""\n' },
        ],
        memoryMiB: 10,
      },
    ],
  };
}

/** Pure: containers, files, links and routes of a Patroni cluster behind HAProxy and PgBouncer. */
export function plan(params: PatroniHaParams, { postgres }: { postgres: number }): TopologyPlan {
  const zoneOf = (index: number): string => params.zones[index % params.zones.length] ?? 'a';
  const members = Array.from({ length: params.members }, (_, index) => `pg${index + 1}`);
  const etcds = Array.from({ length: dcsSize }, (_, index) => `etcd${index + 1}`);
  const route = (name: string, database: string): PlannedRoute => ({
    name,
    host: pooler,
    port: 6432,
    database,
    user: 'drill',
    via: [pooler, router, members.join('|')],
  });
  return {
    topology: 'patroni-ha',
    nodes: [
      ...etcds.map((name, index) => etcdNode(name, zoneOf(index), etcds)),
      ...members.map((name, index) => memberNode(name, zoneOf(index), etcds, params, postgres)),
      routerNode(zoneOf(0), members, params),
      poolerNode(zoneOf(0), params),
    ],
    links: [
      { from: members, to: etcds, what: 'Patroni to the DCS' },
      { from: members, to: members, what: 'streaming replication' },
      { from: [router], to: members, what: 'queries and health checks' },
      { from: [pooler], to: [router], what: 'queries' },
    ],
    routes: [
      route('rw', 'drill'),
      route('ro', 'drill_ro'),
      ...members.map((name) => ({ name: `member:${name}`, host: name, port: 5432, database: 'drill', user: 'drill', via: [name] })),
    ],
    asked: {
      ttl: String(params.ttl / 1000),
      loop_wait: String(params.loopWait / 1000),
      retry_timeout: String(params.retryTimeout / 1000),
      synchronous_mode: params.synchronousMode,
      ...Object.fromEntries(Object.entries(params.postgresql).map(([key, value]) => [`postgresql.${key}`, String(value)])),
    },
  };
}
