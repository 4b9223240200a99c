import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { imageRoles, type ImageRole, type PlannedContainer, type TopologyPlan } from '../../../src/contract/topology.ts';
import { loadPlugins } from '../../../src/drill/plugins.ts';
import { validateFile } from '../../../src/drill/validate.ts';
import { composeOf } from '../../../src/runtime/compose.ts';
import { imageNames } from '../../../src/runtime/image-names.ts';

const home = join(import.meta.dirname, '../../..');
const flagship = 'scenarios/patroni-ha/primary-container-kill.yaml';
const images = Object.fromEntries(imageRoles.map((role) => [role, `image/${role}`])) as Record<ImageRole, string>;

interface Service {
  image: string;
  network_mode?: string;
  hostname?: string;
  command: string[];
  user?: string;
  environment?: Record<string, string>;
  volumes?: string[];
  configs?: { source: string; target: string; mode: number }[];
  depends_on?: Record<string, { condition: string }>;
}
interface Compose {
  services: Record<string, Service>;
  volumes?: Record<string, object>;
  configs?: Record<string, { content: string }>;
}

/** As Compose reads it: merged keys, and `$$` for one dollar. */
const read = (text: string): Compose =>
  parse(text, (_, value: unknown) => (typeof value === 'string' ? value.replaceAll('$$', '$') : value), { merge: true }) as Compose;

const container = (more: Partial<PlannedContainer>): PlannedContainer => ({
  name: 'db',
  role: 'postgres',
  command: ['run'],
  memoryMiB: 1,
  ...more,
});
const plan = (...nodes: { name: string; stage?: number; containers: PlannedContainer[] }[]): TopologyPlan => ({
  topology: 'some',
  nodes: nodes.map((node) => ({ zone: 'a', region: 'r', ports: {}, ...node })),
  links: [],
  routes: [{ name: 'rw', host: 'n1', port: 5432, database: 'drill', user: 'drill', via: ['n1'] }],
  asked: {},
});
const composed = (...nodes: Parameters<typeof plan>): Compose => read(composeOf(plan(...nodes), images));

describe('a node', () => {
  const { services } = composed({
    name: 'n1',
    containers: [container({ env: { A: '$HOME' }, user: 'postgres', shmMiB: 64 }), container({ name: 'aux', role: 'etcd' })],
  });

  it('is a sandbox that owns the network, and workloads that join it', () => {
    expect(services['n1']).toEqual({
      image: 'image/tools',
      hostname: 'n1',
      command: ['tini', '--', 'sleep', 'infinity'],
      cap_add: ['NET_ADMIN'],
    });
    expect(services['n1-db']).toMatchObject({ image: 'image/postgres', network_mode: 'service:n1', user: 'postgres', shm_size: '64m' });
    expect(services['n1-aux']).toMatchObject({ image: 'image/etcd', network_mode: 'service:n1' });
  });

  it('keeps the dollars of its environment', () => {
    expect(services['n1-db']?.environment).toEqual({ A: '$HOME' });
  });
});

it('files keep path, mode and every character', () => {
  const content = 'a: "$x ${y} $$"\n\n\tb # é\n  trailing \n';
  const { services, configs } = composed({
    name: 'n1',
    containers: [
      container({
        files: [
          { path: '/etc/a', content },
          { path: '/etc/b', content: '', mode: 0o600 },
        ],
      }),
    ],
  });
  expect(services['n1-db']?.configs).toEqual([
    { source: 'n1-db-1', target: '/etc/a', mode: 0o644 },
    { source: 'n1-db-2', target: '/etc/b', mode: 0o600 },
  ]);
  expect(configs).toEqual({ 'n1-db-1': { content }, 'n1-db-2': { content: '' } });
  const raw = composeOf(plan({ name: 'n1', containers: [container({ files: [{ path: '/etc/a', content }] })] }), images);
  expect(raw).toContain('$$x $${y} $$$$');
});

it('workloads start when all nodes have their names, and after earlier stages', () => {
  const { services } = composed(
    { name: 'late', stage: 2, containers: [container({})] },
    { name: 'early', containers: [container({})] },
    { name: 'last', stage: 3, containers: [container({})] },
  );
  const of = (service: string): string[] => Object.keys(services[service]?.depends_on ?? {}).toSorted();
  expect(of('early-db')).toEqual(['early', 'last', 'late']);
  expect(of('late-db')).toEqual(['early', 'early-db', 'last', 'late']);
  expect(of('last-db')).toEqual(['early', 'early-db', 'last', 'late', 'late-db']);
});

describe('a seed', () => {
  const seed = { role: 'postgres', path: '/data', script: 'initdb "$PGDATA"' } as const;
  const { services, volumes } = composed(
    { name: 'n1', containers: [container({ seed, volumes: [{ name: 'd', path: '/data' }] })] },
    { name: 'n2', containers: [container({ seed })] },
    { name: 'n3', containers: [container({ seed: { ...seed, script: 'other' } })] },
    { name: 'n4', containers: [container({})] },
  );

  it('is made once, and copied for every container that has it', () => {
    expect(services['seed']?.volumes).toEqual(['n1-db-d:/seeded/n1-db', 'n2-db-seed:/seeded/n2-db']);
    expect(services['seed']?.command.at(-1)).toContain('\ninitdb "$PGDATA"\n');
    expect(services['seed2']?.volumes).toEqual(['n3-db-seed:/seeded/n3-db']);
    expect(Object.keys(volumes ?? {})).toEqual(['n1-db-d', 'n2-db-seed', 'n3-db-seed']);
  });

  it('is there before its containers start, and in its place', () => {
    expect(services['n1-db']?.volumes).toEqual(['n1-db-d:/data']);
    expect(services['n2-db']?.volumes).toEqual(['n2-db-seed:/data']);
    for (const [service, by] of [
      ['n1-db', 'seed'],
      ['n2-db', 'seed'],
      ['n3-db', 'seed2'],
    ] as const) {
      expect(services[service]?.depends_on?.[by]).toEqual({ condition: 'service_completed_successfully' });
    }
    expect(Object.keys(services['n4-db']?.depends_on ?? {})).not.toContain('seed');
  });
});

describe('the flagship', () => {
  let text = '';
  beforeAll(async () => {
    const { plan: planned, scenario } = await validateFile(join(home, flagship), await loadPlugins());
    text = composeOf(planned, await imageNames(scenario.topology.postgres, scenario.topology.images));
  });

  it(`is the tracked docker-compose.yml; else: npx pgdrill plan ${flagship} --compose > docker-compose.yml`, () => {
    expect(readFileSync(join(home, 'docker-compose.yml'), 'utf8')).toBe(text);
  });

  it('says first how to make the images and how to bring it up', () => {
    expect(text).toMatch(
      /^# The topology patroni-ha.*\n\n#   npm run setup .*\n#   docker compose up --detach .*\n#   docker compose exec pg1-db psql -h pooler1 -p 6432 -U drill drill\n/,
    );
  });

  it('names nothing that is not there', () => {
    const { services, volumes, configs } = read(text);
    for (const service of Object.values(services)) {
      for (const name of Object.keys(service.depends_on ?? {})) expect(services).toHaveProperty(name);
      for (const volume of service.volumes ?? []) expect(volumes).toHaveProperty(volume.split(':')[0] ?? '');
      for (const { source } of service.configs ?? []) expect(configs).toHaveProperty(source);
      if (service.network_mode?.startsWith('service:') === true)
        expect(services).toHaveProperty(service.network_mode.slice('service:'.length));
    }
    expect(Object.keys(services).length).toBe(8 + 8 + 1);
  });
});
