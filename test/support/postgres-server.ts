import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Member } from '../../src/contract/topology.ts';
import type { NodeHandle } from '../../src/contract/node.ts';
import { runBeside } from '../../src/runtime/beside.ts';
import { EngineContainer } from '../../src/runtime/container.ts';
import { connectEngine, type Engine } from '../../src/runtime/engine.ts';
import { ensureImages } from '../../src/runtime/images.ts';
import { SqlSession } from '../../src/postgres/session.ts';

const run = promisify(execFile);
const docker = async (...argv: string[]): Promise<string> => (await run('docker', argv)).stdout.trim();

const addressOf = (id: string): Promise<string> => docker('inspect', '--format', '{{.NetworkSettings.IPAddress}}', id);

const stateDir = '/var/lib/pgdrill';
const dataDir = `${stateDir}/data`;

/** Runs a script as postgres, in place of the shell, so that a signal to process 1 meets what the script ends in. */
const asPostgres = (script: string): string => `install -d -o postgres -g postgres -m 0700 ${stateDir}
exec setpriv --reuid=postgres --regid=postgres --clear-groups sh -euc '${script}'`;

const serve = (binDir: string): string =>
  `exec ${binDir}/postgres -D ${dataDir} -c listen_addresses=* -c unix_socket_directories=/tmp -c wal_log_hints=on`;

/** One PostgreSQL server in one plain container: no agent, no runtime of ours. */
export class PostgresServer implements AsyncDisposable {
  readonly name: string;
  readonly id: string;
  /** Changes when the container is started again: the bridge may have given the old one away. */
  address: string;
  readonly binDir: string;
  readonly #engine: Engine;

  private constructor(name: string, id: string, address: string, binDir: string, engine: Engine) {
    this.name = name;
    this.id = id;
    this.address = address;
    this.binDir = binDir;
    this.#engine = engine;
  }

  /** A primary of its own, or a standby of `of`. */
  static async start(name: string, options: { major?: number; standbyOf?: PostgresServer } = {}): Promise<PostgresServer> {
    const major = options.major ?? 17;
    const engine = await connectEngine();
    const { postgres } = await ensureImages({ engine, roles: ['postgres'], postgres: major, overrides: {}, note: () => undefined });
    const binDir = `/usr/lib/postgresql/${major}/bin`;
    const upstream = options.standbyOf?.address;
    const make =
      upstream === undefined
        ? `[ -d ${dataDir} ] || ${binDir}/initdb -D ${dataDir} -U postgres --auth=trust --data-checksums --no-sync
          grep -q pgdrill ${dataDir}/pg_hba.conf || echo "host all,replication all all trust # pgdrill" >> ${dataDir}/pg_hba.conf`
        : `[ -d ${dataDir} ] || ${binDir}/pg_basebackup -h ${upstream} -U postgres -D ${dataDir} -R -X stream -c fast --no-sync`;
    const id = await docker(
      'run',
      '--detach',
      '--label',
      'pgdrill=1',
      '--stop-signal',
      'SIGINT',
      '--user',
      'root',
      '--entrypoint',
      '',
      '--volume',
      stateDir,
      postgres.reference,
      'sh',
      '-c',
      asPostgres(`${make}\n${serve(binDir)}`),
    );
    const address = await addressOf(id);
    const server = new PostgresServer(name, id, address, binDir, engine);
    await server.answering();
    return server;
  }

  /** A session as superuser in `database`. The caller disposes of it. */
  async session(database = 'postgres'): Promise<SqlSession> {
    const opened = await SqlSession.open({ ...this.#target, database }, { connectMs: 2000, statementMs: 20_000, applicationName: 'test' });
    if (!opened.ok) throw new Error(`${this.name}: ${opened.error.message}`);
    return opened.value;
  }

  /** Runs statements one by one; a refused one fails the test. Gives the rows of the last. */
  async sql(database: string, ...statements: string[]): Promise<Record<string, unknown>[]> {
    await using session = await this.session(database);
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements) {
      const result = await session.query(statement);
      if (!result.ok) throw new Error(`${this.name}: ${result.error.message}: ${statement}`);
      rows = result.value;
    }
    return rows;
  }

  async docker(verb: 'kill' | 'stop' | 'start' | 'pause' | 'unpause'): Promise<void> {
    await docker(verb, this.id);
    if (verb === 'start') this.address = await addressOf(this.id);
    if (verb === 'start' || verb === 'unpause') await this.answering();
  }

  get node(): NodeHandle {
    const container = new EngineContainer(this.#engine.docker, this.name, this.id);
    return {
      name: this.name,
      zone: 'a',
      region: 'r',
      address: this.address,
      controlAddresses: [],
      sandbox: container,
      workloads: new Map([['db', container]]),
      runBeside: (_workload, argv, options) =>
        runBeside(this.#engine.docker, { id: this.id, name: this.name }, argv, { ...options, labels: { pgdrill: '1' } }),
    };
  }

  member(database: string): Member {
    return { node: this.node, sql: { ...this.#target, database }, data: { workload: 'db', dir: dataDir, binDir: this.binDir } };
  }

  get #target() {
    return { host: this.address, port: 5432, user: 'postgres' };
  }

  async answering(): Promise<void> {
    const deadline = performance.now() + 60_000;
    for (let seen = ''; performance.now() < deadline; await sleep(50)) {
      try {
        await using session = await this.session();
        const up = await session.query('SELECT 1');
        if (up.ok) return;
        seen = up.error.message;
      } catch (error) {
        seen = String(error);
      }
      if ((await docker('inspect', '--format', '{{.State.Running}}', this.id)) === 'false') {
        throw new Error(`${this.name} ended: ${seen}\n${(await run('docker', ['logs', this.id])).stderr}`);
      }
    }
    throw new Error(`${this.name} does not answer`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await docker('rm', '--force', '--volumes', this.id);
  }
}
