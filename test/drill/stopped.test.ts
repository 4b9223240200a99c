import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listLeftovers } from '../../src/runtime/clean.ts';
import { connectEngine, type Engine } from '../../src/runtime/engine.ts';
import { CliProcess } from '../support/cli-process.ts';

const scenario = 'scenarios/patroni-ha/primary-host-loss.yaml';
/** Two presses closer together than this are one. */
const pressesApartMs = 600;

let runsDir: string;
let engine: Engine;
beforeAll(async () => {
  engine = await connectEngine();
  runsDir = await mkdtemp(join(tmpdir(), 'pgdrill-stopped-'));
});
afterAll(async () => rm(runsDir, { recursive: true, force: true }));

const runOf = (stderr: string): string => /run (primary-host-loss-\S+?),/.exec(stderr)?.[1] ?? '';
const noStack = /^\s+at .*[:(]\d+:\d+\)?$/m;

test('Ctrl-C in the outage: healed, scored, reported as inconclusive, released', async () => {
  const cli = new CliProcess(['run', scenario, '--runs-dir', runsDir]);
  await cli.said(/fault 1-host-loss on \S+: active/);
  cli.signal('SIGINT');
  const { code, stderr } = await cli.ended();
  expect(code, stderr).toBe(130);
  expect(stderr).toMatch(/1-host-loss on \S+: healed/);
  expect(stderr).not.toMatch(noStack);
  const run = runOf(stderr);
  const report = JSON.parse(await readFile(join(runsDir, run, 'report.json'), 'utf8')) as { verdict: string; verdictReasons: string[] };
  expect(report.verdict).toBe('inconclusive');
  expect(report.verdictReasons[0]).toMatch(/interrupted/);
  expect(await listLeftovers(engine.docker, run)).toEqual([]);
});

test('Ctrl-C while it converges: the drill was cut short, and its verdict says so', async () => {
  const cli = new CliProcess(['run', scenario, '--runs-dir', runsDir]);
  await cli.said(/converge …/);
  cli.signal('SIGINT');
  const { code, stderr } = await cli.ended();
  expect(code, stderr).toBe(130);
  const report = JSON.parse(await readFile(join(runsDir, runOf(stderr), 'report.json'), 'utf8')) as {
    verdict: string;
    verdictReasons: string[];
  };
  expect(report.verdict).toBe('inconclusive');
  expect(report.verdictReasons[0]).toMatch(/interrupted/);
});

test('Ctrl-C twice: released at once', async () => {
  const cli = new CliProcess(['run', scenario, '--runs-dir', runsDir]);
  await cli.said(/fault 1-host-loss on \S+: active/);
  cli.signal('SIGINT');
  await sleep(pressesApartMs);
  cli.signal('SIGINT');
  const { code, stderr } = await cli.ended();
  expect(code, stderr).toBe(130);
  expect(stderr).not.toMatch(noStack);
  expect(stderr).not.toMatch(/converge …/);
  expect(await listLeftovers(engine.docker, runOf(stderr))).toEqual([]);
});

/** The engine's socket over TCP, so that the engine can "die" for one harness and live for all others. */
async function relay(): Promise<{ server: Server; url: string; die: () => void }> {
  const sockets = new Set<Socket>();
  const server = createServer((from) => {
    const to = connect('/var/run/docker.sock');
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy()).on('close', () => sockets.delete(one));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const die = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { server, url: `tcp://127.0.0.1:${port}`, die };
}

test('an engine that dies in mid-drill: no pass, no stack trace; clean removes what is left when it is back', async () => {
  const engineRelay = await relay();
  const cli = new CliProcess(['run', scenario, '--runs-dir', runsDir], { DOCKER_HOST: engineRelay.url });
  await cli.said(/baseline …/);
  engineRelay.die();
  const { code, stderr, stdout } = await cli.ended();
  expect(code, stderr).toBe(3);
  expect(`${stdout}${stderr}`).not.toMatch(noStack);
  const run = runOf(stderr);
  expect(stderr).toMatch(/pgdrill clean/);
  expect((await listLeftovers(engine.docker, run)).length).toBeGreaterThan(0);
  const clean = new CliProcess(['clean', run]);
  expect((await clean.ended()).code).toBe(0);
  expect(await listLeftovers(engine.docker, run)).toEqual([]);
});
