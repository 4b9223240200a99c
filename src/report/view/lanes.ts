import type { ReportModel } from '../schema.ts';
import { faultLanes, offenceLanes, phaseLane } from './lanes/course.ts';
import { leaderLane, nodeLanes, routeLanes } from './lanes/path.ts';
import { memberLanes } from './lanes/members.ts';
import { clientLanes } from './lanes/probes.ts';
import { type LaneView, laneView, type Lane } from './lane.ts';
import type { Axis } from './window.ts';

export interface LaneGroup {
  title: string;
  lanes: LaneView[];
}

/** The swim-lanes from the cause down the path to the effect: what was done, what clients saw, what the parts did. */
export function laneGroups(model: ReportModel, axis: Axis): LaneGroup[] {
  const groups: [string, Lane[]][] = [
    ['Drill', [phaseLane(model, axis), ...faultLanes(model, axis), ...offenceLanes(model, axis)]],
    ['Clients', clientLanes(model)],
    ['Pooler and router', [...routeLanes(model), ...nodeLanes(model)]],
    ['Leader key', leaderLane(model)],
    ['Members', memberLanes(model)],
  ];
  return groups
    .filter(([, lanes]) => lanes.length > 0)
    .map(([title, lanes]) => ({ title, lanes: lanes.map((lane) => laneView(lane, axis)) }));
}
