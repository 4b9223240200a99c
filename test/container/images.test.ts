import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildImage } from '../../src/runtime/build.ts';
import { connectEngine, type Engine } from '../../src/runtime/engine.ts';
import { recipeFor } from '../../src/runtime/image-recipe.ts';
import { imageRoles } from '../../src/contract/topology.ts';
import { ensureImages, staleImages } from '../../src/runtime/images.ts';
import { inspectImage, pullImage } from '../../src/runtime/pull.ts';
import { runOnce } from '../support/run-once.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await connectEngine();
});

const quiet = (): void => undefined;

async function ensure(postgres: number, overrides: Record<string, string> = {}, notes: string[] = []) {
  return ensureImages({ engine, roles: imageRoles, postgres, overrides, note: (text) => notes.push(text) });
}

describe.each([17, 15])('the images for PostgreSQL %i', (major) => {
  it('hold that server with Patroni and amcheck, and no cluster', async () => {
    const { postgres } = await ensure(major);
    const script = [
      'postgres --version',
      'patroni --version',
      `ls /usr/share/postgresql/${major}/extension/amcheck.control`,
      'id -u postgres',
      'ls -A /var/lib/postgresql/data /etc/postgresql | wc -l',
      'python3 -c "import patroni.dcs.etcd3"',
    ].join(' && ');
    const { exitCode, output } = await runOnce(engine, postgres.reference, ['sh', '-ec', script]);
    const [server, patroni, amcheck, uid] = output.split('\n');
    expect(exitCode, output).toBe(0);
    expect(server).toContain(`postgres (PostgreSQL) ${major}.`);
    expect(patroni).toMatch(/^patroni \d/);
    expect(amcheck).toContain('amcheck.control');
    expect(uid).toBe('999');
  });

  it('make a cluster whose server answers SQL', async () => {
    const { postgres } = await ensure(major);
    const script =
      'initdb -D data >/dev/null && pg_ctl -D data -w -o "-k /tmp" start >/dev/null && psql -h /tmp -d postgres -Atc "show server_version_num"';
    const { exitCode, output } = await runOnce(engine, postgres.reference, ['sh', '-ec', script], { user: 'postgres', workingDir: '/tmp' });
    expect(exitCode, output).toBe(0);
    expect(Math.floor(Number(output.trim().split('\n').at(-1)) / 10_000)).toBe(major);
  });

  it('are not built a second time', async () => {
    const first = await ensure(major);
    const notes: string[] = [];
    const startedMs = performance.now();
    const second = await ensure(major, {}, notes);
    expect(second).toEqual(first);
    expect(notes).toEqual([]);
    expect(performance.now() - startedMs).toBeLessThan(2000);
  });

  it('are not counted among the stale ones', async () => {
    const { postgres, tools } = await ensure(major);
    const stale = await staleImages(engine);
    expect(stale).not.toContain(postgres.reference);
    expect(stale).not.toContain(tools.reference);
  });
});

it('the tools image holds every program that is not a database, and Node with pg', async () => {
  const { tools, etcd, haproxy, pgbouncer, client } = await ensure(17);
  expect(new Set([tools, etcd, haproxy, pgbouncer, client].map(({ reference }) => reference)).size).toBe(1);
  const programs = [
    'etcd --version',
    'etcdctl version',
    'haproxy -v',
    'pgbouncer --version',
    'iptables --version',
    'tc -V',
    'ip -V',
    'tini --version',
    'ps --version',
  ];
  const imports = 'cd /opt/pgdrill && node --input-type=module -e "import pg from \'pg\'; console.log(process.version, typeof pg.Client)"';
  const { exitCode, output } = await runOnce(engine, tools.reference, ['sh', '-ec', [...programs, imports].join(' && ')]);
  expect(exitCode, output).toBe(0);
  expect(output).toMatch(/v24\.\d+\.\d+ function/);
});

describe('what cannot be had', () => {
  it('a role that does not exist is refused', async () => {
    await expect(ensure(17, { database: 'postgres:17' })).rejects.toMatchObject({
      code: 'bad-usage',
      message: expect.stringContaining('postgres, etcd, haproxy'),
    });
  });

  it('a major without an image is refused, with those that there are', async () => {
    await expect(ensure(16)).rejects.toMatchObject({ code: 'bad-usage', message: expect.stringContaining('15, 17, 18') });
  });

  it('an image that the user names is used as it is', async () => {
    const { tools } = await ensure(17);
    const { etcd } = await ensure(17, { etcd: tools.reference });
    expect(etcd).toEqual(tools);
  });

  it('an image that is nowhere fails within seconds and names the role', async () => {
    const startedMs = performance.now();
    // A registry on a port of this machine where nothing listens.
    await expect(ensure(17, { haproxy: '127.0.0.1:9/nothing:here' })).rejects.toMatchObject({
      code: 'image-missing',
      message: expect.stringMatching(/127\.0\.0\.1:9\/nothing:here.*role haproxy.*cannot be pulled/),
    });
    expect(performance.now() - startedMs).toBeLessThan(12_000);
  });

  it('a registry that takes the connection and says nothing is given up', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const startedMs = performance.now();
    try {
      await expect(pullImage(engine.docker, `127.0.0.1:${port}/nothing:here`)).rejects.toMatchObject({ code: 'image-missing' });
      expect(performance.now() - startedMs).toBeLessThan(12_000);
      expect(sockets.length).toBeGreaterThan(0);
    } finally {
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  });
});

describe('a build that fails', () => {
  const reference = `pgdrill/test:${randomBytes(6).toString('hex')}`;
  const broken = async (command: string): Promise<void> => {
    const recipe = await recipeFor('postgres', 17);
    const dockerfile = `ARG BASE\nFROM \${BASE}\nRUN ${command}\n`;
    await buildImage(engine, { ...recipe, reference, files: new Map([['Dockerfile', Buffer.from(dockerfile)]]) }, quiet);
  };
  afterEach(async () => {
    expect(await inspectImage(engine.docker, reference)).toBeNull();
  });

  it('says what apt said and tags nothing', async () => {
    const failure = broken('echo "E: Unable to locate package nonesuch" && exit 100');
    await expect(failure).rejects.toMatchObject({
      code: 'image-missing',
      message: expect.stringContaining('E: Unable to locate package nonesuch'),
    });
  });

  it('for want of space is a full disk', async () => {
    const failure = broken('echo "cannot write: No space left on device" && exit 1');
    await expect(failure).rejects.toMatchObject({ code: 'disk-full' });
  });
});

it('the tag depends on everything that makes the image', async () => {
  const [seventeen, fifteen, tools] = await Promise.all([recipeFor('postgres', 17), recipeFor('postgres', 15), recipeFor('tools', 17)]);
  expect(seventeen.reference).toMatch(/^pgdrill\/postgres:17-[0-9a-f]{12}$/);
  expect(tools.reference).toMatch(/^pgdrill\/tools:[0-9a-f]{12}$/);
  expect(fifteen.reference.slice(-12)).not.toBe(seventeen.reference.slice(-12));
  expect((await recipeFor('tools', 15)).reference).toBe(tools.reference);
});
