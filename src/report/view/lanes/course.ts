import type { ReportModel } from '../../schema.ts';
import { instant, plural, seconds } from '../format.ts';
import type { Lane, LaneMark, LaneSpan } from '../lane.ts';
import type { Axis } from '../window.ts';

/** The drill's own phases, cut to the axis. */
export function phaseLane(model: ReportModel, axis: Axis): Lane {
  const spans = model.phases.flatMap((phase): LaneSpan[] => {
    const from = Math.max(phase.startAtSeconds, axis.start);
    const to = Math.min(phase.endAtSeconds ?? axis.end, axis.end);
    if (to <= from) return [];
    const text = [`phase ${phase.phase}`, phase.failed ?? phase.detail ?? ''].filter((part) => part !== '').join(': ');
    return [{ from, to, look: phase.failed === null ? 'phase' : 'down', label: phase.phase, text }];
  });
  return { name: 'phase', note: '', height: 16, aria: `Phases: ${model.phases.map((phase) => phase.phase).join(', ')}`, spans, marks: [] };
}

/** A lane per fault: being injected, in effect, being healed. */
export function faultLanes(model: ReportModel, axis: Axis): Lane[] {
  return model.faults.map((fault) => {
    const spans: LaneSpan[] = [];
    const nodes = fault.nodes.join(', ') || fault.target;
    const add = (from: number | null, to: number | null, look: string, label: string, text: string): void => {
      const end = to ?? axis.end;
      if (from !== null && end > from) spans.push({ from, to: end, look, label, text });
    };
    add(
      fault.injectedAtSeconds,
      fault.activeAtSeconds ?? fault.healingAtSeconds,
      'fault-pending',
      '',
      `${fault.kind} on ${nodes}: injecting, not in effect yet`,
    );
    add(
      fault.activeAtSeconds,
      fault.healingAtSeconds ?? fault.healedAtSeconds,
      'fault',
      `${fault.kind} ${nodes}`,
      `${fault.kind} on ${nodes}: in effect. ${fault.evidence?.summary ?? ''}`,
    );
    if (fault.healingAtSeconds !== null) {
      add(fault.healingAtSeconds, fault.healedAtSeconds, 'fault-pending', '', `${fault.kind} on ${nodes}: healing`);
    }
    const marks: LaneMark[] =
      fault.healedAtSeconds === null
        ? []
        : [{ at: fault.healedAtSeconds, look: 'step', text: `${fault.kind} healed. ${fault.healedEvidence?.summary ?? ''}` }];
    const aria = `Fault ${fault.kind} on ${nodes}: in effect ${instant(fault.activeAtSeconds)}, healed ${instant(fault.healedAtSeconds)}`;
    return { name: 'fault', note: fault.kind, height: 20, aria, spans, marks };
  });
}

/** A lane per check that has offences with a time. Offences closer than a pixel become one mark that says how many. */
export function offenceLanes(model: ReportModel, axis: Axis): Lane[] {
  const pixel = (axis.end - axis.start) / 1000;
  return [...Map.groupBy(model.timeline.offences, (offence) => offence.what)].map(([check, offences]) => {
    const near = Map.groupBy(offences, (offence) => Math.floor(offence.atSeconds / pixel));
    const marks = [...near.values()].map(([first, ...others]): LaneMark => {
      const more = others.length === 0 ? '' : `, and ${plural(others.length, 'more offence')} within ${seconds(pixel)}`;
      return { at: first?.atSeconds ?? 0, look: 'offence', text: `${check}: ${first?.text ?? ''}${more}` };
    });
    return {
      name: check,
      note: plural(offences.length, 'offence'),
      height: 16,
      aria: `${check}: ${plural(offences.length, 'offence')}`,
      spans: [],
      marks,
    };
  });
}
