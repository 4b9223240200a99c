import { randomBytes } from 'node:crypto';
import type Dockerode from 'dockerode';
import { messageOf } from '../base/errors.ts';
import type { TopologyPlan } from '../contract/topology.ts';
import { listLeftovers } from './clean.ts';
import { Cluster } from './cluster.ts';
import { gibText, type Finding } from './doctor/finding.ts';
import { examineSandbox } from './doctor/sandbox.ts';
import { connectEngine, type Engine } from './engine.ts';
import { recipeFor } from './image-recipe.ts';
import { thisProcessAsOwner } from './labels.ts';

export type { Finding } from './doctor/finding.ts';
export { examineHost } from './doctor/host.ts';

const defaultMajor = 17;
/** The flagship topology plans about 1 GiB; the rest is for the harness and the machine. */
const comfortMemoryBytes = 3 * 1024 ** 3;

/** Asks the engine all that a drill will need of it. What it makes for that (one network, one container) it removes. */
export async function examineEngine(): Promise<Finding[]> {
  let engine: Engine;
  try {
    engine = await connectEngine();
  } catch (error) {
    return [
      {
        check: 'container engine',
        status: 'bad',
        found: messageOf(error),
        fix: 'start Docker Engine, run `npm run setup`, or set DOCKER_HOST',
      },
    ];
  }
  const tools = (await recipeFor('tools', defaultMajor)).reference;
  const [cgroup, images, leftovers, inside] = await Promise.all([
    cgroupFinding(engine.docker),
    imageFindings(engine.docker),
    leftoverFinding(engine.docker),
    insideFindings(engine.docker, tools),
  ]);
  return [
    { check: 'container engine', status: 'ok', found: `${engine.version} on ${engine.operatingSystem}, ${engine.cpus} CPUs` },
    memoryFinding(engine.memoryBytes),
    cgroup,
    ...images,
    ...inside,
    leftovers,
  ];
}

function memoryFinding(bytes: number): Finding {
  const check = 'memory of the engine';
  if (bytes >= comfortMemoryBytes) return { check, status: 'ok', found: gibText(bytes) };
  return {
    check,
    status: 'note',
    found: `${gibText(bytes)}; \`pgdrill plan\` tells what a scenario needs`,
    fix: 'give the engine more memory, or plan fewer members',
  };
}

async function cgroupFinding(docker: Dockerode): Promise<Finding> {
  const info = (await docker.info()) as { CgroupVersion?: string; CgroupDriver?: string };
  return { check: 'cgroup', status: 'ok', found: `version ${info.CgroupVersion ?? '1'}, driver ${info.CgroupDriver ?? 'unknown'}` };
}

async function imageFindings(docker: Dockerode): Promise<Finding[]> {
  const recipes = await Promise.all([recipeFor('postgres', defaultMajor), recipeFor('tools', defaultMajor)]);
  return Promise.all(
    recipes.map(async ({ reference }): Promise<Finding> => {
      const check = `image ${reference.split(':')[0]}`;
      if (await present(docker, reference)) return { check, status: 'ok', found: reference };
      return { check, status: 'note', found: `${reference} is not there yet`, fix: '`npm run setup` makes it, as does the first run' };
    }),
  );
}

async function present(docker: Dockerode, reference: string): Promise<boolean> {
  return docker
    .getImage(reference)
    .inspect()
    .then(
      () => true,
      () => false,
    );
}

async function leftoverFinding(docker: Dockerode): Promise<Finding> {
  const check = 'leftovers of dead runs';
  const dead = (await listLeftovers(docker)).filter(({ live }) => !live);
  if (dead.length === 0) return { check, status: 'ok', found: 'none' };
  const runs = [...new Set(dead.map(({ runId }) => runId))];
  const kinds = (['container', 'network', 'volume'] as const).map((kind) => `${dead.filter((one) => one.kind === kind).length} ${kind}s`);
  return { check, status: 'note', found: `${kinds.join(', ')} of ${runs.join(', ')}`, fix: '`pgdrill clean` removes them' };
}

/** The checks that need a container, or one line that says why they could not be made. */
async function insideFindings(docker: Dockerode, toolsImage: string): Promise<Finding[]> {
  const skipped = (found: string): Finding[] => [
    { check: 'inside a container', status: 'skipped', found, fix: 'run `npm run setup`, then ask again' },
  ];
  if (!(await present(docker, toolsImage)))
    return skipped('path, iptables, netem, disk and clock are asked in the tools image, which is not there yet');
  const owner = thisProcessAsOwner(`doctor-${randomBytes(2).toString('hex')}`);
  const plan: TopologyPlan = {
    topology: 'doctor',
    nodes: [{ name: 'probe', zone: 'a', region: 'local', containers: [], ports: {} }],
    links: [],
    routes: [],
    asked: {},
  };
  try {
    await using cluster = new Cluster({ docker, owner, plan, imageOf: () => toolsImage, toolsImage, note: async () => undefined });
    await cluster.start();
    const node = cluster.nodes.get('probe');
    return node === undefined ? skipped('the sandbox did not come up') : await examineSandbox(node);
  } catch (error) {
    return [
      {
        check: 'inside a container',
        status: 'bad',
        found: messageOf(error),
        fix: 'a drill starts its containers the same way: see the engine’s log',
      },
    ];
  }
}
