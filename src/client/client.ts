import { setTimeout as sleep } from 'node:timers/promises';
import { RunClock } from '../base/clock.ts';
import { AppendLog } from '../history/append.ts';
import type { ClientEndEvent } from '../history/operations.ts';
import type { ClientConfig } from './config.ts';
import { readBootId, serveControl } from './control-server.ts';
import { watchLag } from './lag.ts';
import { Recorder } from './recorder.ts';
import { Scheduler, type Timing } from './scheduler.ts';
import { SeriesRunner } from './series.ts';

type EndReason = ClientEndEvent['reason'];

/** From the connections being there to the first slot, ns. */
const leadNs = 20_000_000;

/**
 * Runs the client until it is told to stop: by its control server, by `signal`, or by a history that cannot be written.
 * Operations under way are waited for; their deadlines bound that.
 * @throws DrillError when the history cannot be opened or written.
 */
export async function runClient(config: ClientConfig, signal: AbortSignal): Promise<EndReason> {
  const clock = new RunClock(BigInt(config.epochNs));
  const nowNs = () => clock.nowNs();
  const log = await AppendLog.open(config.historyFile);
  const ending = Promise.withResolvers<EndReason>();
  const ended = Promise.withResolvers<EndReason>();
  signal.addEventListener('abort', () => ending.resolve('signal'));
  const recorder = new Recorder(log, () => ending.resolve('history-write-failed'));
  let running = false;

  const server = await serveControl(config.controlPort, {
    status: () => ({ nowNs: nowNs(), running, series: recorder.status(nowNs()) }),
    stop: async () => {
      ending.resolve('stopped');
      return { stopped: true, reason: await ended.promise };
    },
  });
  const { client, zone, epochNs } = config;
  recorder.event({ type: 'client-start', client, zone, atNs: nowNs(), epochNs, bootId: readBootId() });
  const stopLag = watchLag('client', nowNs, (event) => recorder.event(event));

  const runners = config.series.map((series) => new SeriesRunner(series, routeOf(config, series.route), recorder, nowNs));
  await Promise.race([Promise.all(runners.map((runner) => runner.open())), ending.promise]);
  const scheduler = new Scheduler(realTime(nowNs), declare(runners, recorder, nowNs() + leadNs));
  running = true;
  scheduler.start();

  const reason = await ending.promise;
  running = false;
  scheduler.stop();
  await Promise.all(runners.map((runner) => runner.drain()));
  stopLag();
  recorder.event({ type: 'client-end', client, atNs: nowNs(), reason });
  // What failed is asked of the log itself: a ledger row may have met it before.
  await log.close().catch(() => undefined);
  ended.resolve(log.failed === null ? reason : 'history-write-failed');
  // The answer to `stop` leaves before its connection closes.
  await sleep(0);
  server.close();
  if (log.failed !== null) throw log.failed;
  return reason;
}

/** Declares every series, their first slots spread over their intervals so that they do not all fall due at once. */
function declare(runners: SeriesRunner[], recorder: Recorder, startNs: number) {
  return runners.map((runner, at) => {
    const { series, kind, route, access, connection, connections, intervalNs, deadlineNs } = runner.config;
    const t0Ns = startNs + Math.round((intervalNs * at) / runners.length);
    recorder.event({ type: 'series', series, kind, route, access, connection, connections, t0Ns, intervalNs, deadlineNs });
    return { t0Ns, intervalNs, issue: (op: number, dueNs: number) => runner.issue(op, dueNs) };
  });
}

function routeOf(config: ClientConfig, name: string) {
  const route = config.routes.find((one) => one.name === name);
  if (route === undefined) throw new Error(`no route ${name}`);
  return route;
}

function realTime(nowNs: () => number): Timing {
  return {
    nowNs,
    after(ms, wake) {
      const timer = setTimeout(wake, ms);
      return () => clearTimeout(timer);
    },
  };
}
