import { randomBytes, randomInt } from 'node:crypto';
import { resolve } from 'node:path';
import type { TopologyPlan } from '../contract/topology.ts';
import { connectEngine, type Engine } from '../runtime/engine.ts';
import type { RunDrillOptions } from './api.ts';
import { withClient } from './client-node.ts';
import { haveImages, type Images } from './phases/provision.ts';
import { loadPlugins } from './plugins.ts';
import { validateFile, type ValidatedScenario } from './validate.ts';

/** A drill that may start: everything that could have been refused has been asked for. Nothing has been created but images. */
export interface Prepared {
  valid: ValidatedScenario;
  engine: Engine;
  /** The topology's plan and the client node. */
  plan: TopologyPlan;
  images: Images;
  runId: string;
  runFolder: string;
  seed: number;
}

/** @throws DrillError `bad-scenario`, `engine-unreachable`, `image-missing`, `disk-full`. */
export async function prepare(options: RunDrillOptions): Promise<Prepared> {
  const note = (text: string): void => options.onProgress?.({ kind: 'note', text });
  const valid = await validateFile(options.scenarioFile, await loadPlugins());
  for (const warning of valid.warnings) note(`warning: ${warning}`);
  const engine = await connectEngine();
  const plan = withClient(valid.plan, valid.scenario.clients.zone ?? 'app');
  const images = await haveImages(engine, plan, valid.scenario, options.images ?? {}, note);
  const runId = `${valid.scenario.name}-${stamp(new Date())}-${randomBytes(2).toString('hex')}`;
  return {
    valid,
    engine,
    plan,
    images,
    runId,
    runFolder: resolve(options.runsDir ?? 'reports/runs', runId),
    seed: options.seed ?? valid.scenario.seed ?? randomInt(2 ** 32),
  };
}

/** 20261121T093000, UTC. */
function stamp(now: Date): string {
  return now.toISOString().replaceAll(/[-:]|\..*$/g, '');
}
