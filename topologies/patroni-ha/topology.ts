import { defineTopology } from 'pgdrill';
import { params } from './params.ts';
import { binDirOf, plan } from './plan.ts';
import { promises } from './promises.ts';
import { RunningPatroniHa } from './running.ts';

export default defineTopology({
  kind: 'patroni-ha',
  summary: 'Patroni members over an etcd cluster of three, HAProxy on Patroni’s health checks, PgBouncer in front',
  params,
  capabilities: ['primary', 'members', 'agent', 'switchover', 'dcs', 'dcsLeader', 'routeTargets'],
  plan,
  promises,
  connect: async (access) => new RunningPatroniHa(access, { binDir: binDirOf(access.postgres) }),
  notSimulated: [
    'All nodes share one kernel, one disk and one clock: there is no power loss (SIGKILL keeps the page cache), no disk of a node’s own, no clock skew.',
    'The network is one bridge: delays between zones are those of this machine, a few tens of microseconds.',
    'One router and one pooler stand in for a redundant tier; they are not themselves made highly available.',
    'Patroni runs without a watchdog: a frozen primary is not fenced by hardware.',
  ],
});
