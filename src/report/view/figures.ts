import type { ReportModel } from '../schema.ts';
import { bytes, interval, number, plural, seconds } from './format.ts';

/** One key figure: the number that is read first, and what stands behind it. */
export interface FigureView {
  name: string;
  value: string;
  note: string;
  /** `bad`: an objective or a check fails on it; shown by a word, not by colour alone. */
  bad: boolean;
}

const routeNames: Record<string, string> = { rw: 'writes', ro: 'reads' };

export function keyFigures(model: ReportModel): FigureView[] {
  const routes = Object.values(model.rto).filter((rto) => !rto.route.startsWith('member:'));
  return [...routes.map((rto) => rtoFigure(model, rto)), lossFigure(model), ...recoveryFigures(model)];
}

function rtoFigure(model: ReportModel, rto: ReportModel['rtoBySeries'][number]): FigureView {
  const bad = missed(model, `rto.${rto.route}`);
  const name = `RTO ${rto.route} (${routeNames[rto.route] ?? 'route'})`;
  if (rto.censored) return { name, value: `≥ ${seconds(rto.lower)}`, note: 'had not ended when the observation did', bad };
  if (rto.seconds === null)
    return { name, value: 'no outage', note: `${plural(rto.slots.accepted, 'slot')} accepted, none refused after the fault`, bad };
  // An outage that was felt in a slot or two only is no shorter for it, but it is another outage.
  const partly = rto.refusedSeconds < rto.seconds * 0.9 ? `; refused for ${seconds(rto.refusedSeconds)} of it` : '';
  const flaps = rto.flaps > 1 ? `; ${rto.flaps} outages` : partly;
  return { name, value: seconds(rto.seconds), note: `within ${interval(rto)}, by ${rto.series}${flaps}`, bad };
}

function lossFigure(model: ReportModel): FigureView {
  const { rpo } = model;
  const bad =
    missed(model, 'rpo.transactions') ||
    missed(model, 'rpo.seconds') ||
    missed(model, 'rpo.bytes') ||
    model.checks.some((check) => check.name === 'RPO' && check.outcome === 'fail');
  const name = 'RPO (acknowledged and lost)';
  if (rpo.transactions === null) return { name, value: 'not known', note: 'the final state could not be read', bad };
  const wal = rpo.bytes === null ? '' : `, ${bytes(rpo.bytes)} of WAL`;
  return {
    name,
    value: plural(rpo.transactions, 'write'),
    note: `${seconds(rpo.seconds)} of commits${wal}; of ${number(rpo.acknowledged)} acknowledged`,
    bad,
  };
}

function recoveryFigures(model: ReportModel): FigureView[] {
  const { recovery, rpo, rto } = model;
  const refused = rto['rw']?.refusedSeconds ?? null;
  return [
    {
      name: 'Writes of unknown outcome',
      value: number(rpo.indeterminate),
      note: `${number(rpo.indeterminatePresent)} of them there at the end; none counts as lost`,
      bad: false,
    },
    {
      name: 'Writes refused, in all',
      value: seconds(refused),
      note: refused === null ? 'not measured' : `in ${plural(rto['rw']?.flaps ?? 0, 'outage')} of rw`,
      bad: false,
    },
    after('Last client served again', recovery.lastClientSeconds, 'after the fault'),
    after('Throughput back', recovery.throughputBackSeconds, baseline(recovery.baselineThroughputPerSecond)),
    { ...after('Redundancy whole', recovery.redundancyWholeSeconds, 'every member streams again'), bad: missed(model, 'redundancy') },
  ];
}

/** A recovery; where it has no time, it did not come or there was nothing to recover from. */
function after(name: string, value: number | null, note: string): FigureView {
  return { name, value: seconds(value), note: value === null ? 'not seen in this run' : note, bad: false };
}

function baseline(perSecond: number | null): string {
  return perSecond === null ? 'no baseline was measured' : `baseline ${number(Math.round(perSecond * 10) / 10)} acknowledged per second`;
}

function missed(model: ReportModel, objective: string): boolean {
  return model.objectives.some((one) => one.name === objective && one.met === false);
}
