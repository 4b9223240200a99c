import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ofKind, processKinds, type ProcessKind } from '../../../src/contract/process-kinds.ts';
import { listProcesses, readProcesses, type Process } from '../../../src/contract/processes.ts';
import type { ContainerHandle } from '../../../src/contract/node.ts';

const run = promisify(execFile);

/** Titles as ps prints them in real containers of PostgreSQL 15 to 18, with cluster_name and without. */
const member = [
  '1 0 tini: tini -- patroni /etc/patroni/drill.yml',
  '7 1 patroni: /usr/bin/python3 /usr/bin/patroni /etc/patroni/drill.yml',
  '33 1 postgres: /usr/lib/postgresql/18/bin/postgres -D /var/lib/pgdrill/data --config-file=/var/lib/pgdrill/data/postgresql.conf --wal_level=replica',
  '34 33 postgres: postgres: drill: io worker 2',
  '37 33 postgres: postgres: drill: checkpointer ',
  '38 33 postgres: postgres: drill: background writer ',
  '39 33 postgres: postgres: drill: startup recovering 000000020000000000000001',
  '44 33 postgres: postgres: drill: postgres postgres 127.0.0.1(51806) idle',
  '45 33 postgres: postgres: drill: drill drill 172.20.0.7(55582) startup',
  '59 33 postgres: postgres: drill: walreceiver streaming 0/1BAB9A0',
  '60 33 postgres: postgres: walsender replicator 172.20.0.4(41898) streaming 0/1BAB9A0',
  '61 33 postgres: postgres: drill: walsender replicator 172.20.0.5(41899) streaming 0/1BAB9A0',
  '62 33 postgres: postgres: archiver last was 000000010000000000000001',
  '70 7 postgres: /usr/lib/postgresql/18/bin/postgres --single -D /var/lib/pgdrill/data',
  '80 1 sh: sh -c patroni etcd haproxy pgbouncer postgres',
  '90 1 haproxy: haproxy -W -db -f /etc/haproxy/drill.cfg',
  '91 90 haproxy: haproxy -W -db -f /etc/haproxy/drill.cfg',
  '95 1 etcd: etcd --name etcd1 --data-dir /var/lib/etcd-drill',
  '96 1 pgbouncer: pgbouncer /etc/pgbouncer/drill.ini',
].map((line): Process => {
  const [, pid = '', parent = '', name = '', title = ''] = /^(\d+) (\d+) (\S+): (.*)$/.exec(line) ?? [];
  return { pid: Number(pid), parent: Number(parent), session: 1, state: 'S', startTicks: 1, name, title };
});

test('each kind is told from all others', () => {
  const pids = Object.fromEntries(processKinds.map((kind): [ProcessKind, number[]] => [kind, ofKind(kind, member).map(({ pid }) => pid)]));
  expect(pids).toEqual({
    postmaster: [33],
    patroni: [7],
    etcd: [95],
    haproxy: [90],
    pgbouncer: [96],
    checkpointer: [37],
    startup: [39],
    walreceiver: [59],
    walsender: [60, 61],
    archiver: [62],
  });
});

test('a name may hold brackets and blanks, a command line anything', () => {
  const stat = '12 (a) S (b) T 1 5 6 0 -1 4194304 60 0 0 0 0 0 0 0 20 0 1 0 339832 2924544 375';
  const text = `${stat}\n--titles--\n/proc/12/cmdline:sh\0-c\0first\n/proc/12/cmdline:second\0\n`;
  expect(readProcesses(text)).toEqual([
    { pid: 12, name: 'a) S (b', state: 'T', parent: 1, session: 6, startTicks: 339_832, title: 'sh -c first' },
  ]);
});

test('the processes of this machine are read as they are', async () => {
  const child = spawn('sleep', ['77'], { stdio: 'ignore' });
  try {
    const exec: ContainerHandle['exec'] = async ([file = '', ...args]) => {
      // Grep complains of processes that end while it looks, as the script expects.
      const { stdout } = await run(file, args, { maxBuffer: 64 * 1024 * 1024 });
      return { exitCode: 0, stdout, stderr: '' };
    };
    const { stdout } = await exec(['sh', '-c', `cat /proc/${child.pid}/stat`]);
    child.kill('SIGSTOP');
    const all = await listProcesses({ exec } as ContainerHandle);
    const seen = all.find(({ pid }) => pid === child.pid);
    expect(seen).toMatchObject({ parent: process.pid, name: 'sleep', title: 'sleep 77', state: 'T' });
    expect(stdout).toContain(` ${seen?.startTicks} `);
  } finally {
    child.kill('SIGKILL');
  }
});
