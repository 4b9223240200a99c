import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { messageOf } from '../../base/errors.ts';
import type { NodeHandle } from '../../contract/node.ts';
import { diskNeeds, roomFinding, type Finding } from './finding.ts';

/** What only a container can tell: asked in a sandbox like those of a drill. */
export async function examineSandbox(node: NodeHandle): Promise<Finding[]> {
  return Promise.all([reachable(node.address), iptables(node), netem(node), engineDisk(node), clock(node)]);
}

/** A closed port answers with a refusal, which is as good a proof of a path as an open one. */
async function reachable(address: string): Promise<Finding> {
  const check = 'path to containers';
  const answer = await new Promise<string>((resolve) => {
    const socket = connect({ host: address, port: 9, timeout: 2000 });
    const end = (text: string) => {
      socket.destroy();
      resolve(text);
    };
    socket.on('connect', () => end('ok')).on('timeout', () => end('no answer within 2 s'));
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code === 'ECONNREFUSED' ? 'ok' : messageOf(error)));
  });
  if (answer === 'ok') return { check, status: 'ok', found: `${address} answers on the bridge` };
  const fix = 'run pgdrill on the Linux machine (or in the virtual machine) where the engine runs: it asks members by their address';
  return { check, status: 'bad', found: `${address}: ${answer}`, fix };
}

async function iptables(node: NodeHandle): Promise<Finding> {
  const check = 'iptables in a container';
  const chain = 'PGDRILL-DOCTOR';
  const script = [
    `iptables -w -N ${chain}`,
    `iptables -w -A ${chain} -m statistic --mode random --probability 0.5 -j DROP`,
    `iptables -w -F ${chain}`,
    `iptables -w -X ${chain}`,
  ].join(' && ');
  const { exitCode, stderr } = await node.sandbox.exec(['sh', '-c', script]);
  if (exitCode === 0) return { check, status: 'ok', found: 'rules can be set, and removed' };
  const fix = 'network faults need it: load the modules (modprobe ip_tables xt_statistic) on the machine of the engine';
  return { check, status: 'bad', found: lastLine(stderr), fix };
}

async function netem(node: NodeHandle): Promise<Finding> {
  const check = 'netem (delay, loss)';
  const { exitCode, stderr } = await node.sandbox.exec(['tc', 'qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '1ms']);
  if (exitCode === 0) return { check, status: 'ok', found: 'the kernel has it' };
  return {
    check,
    status: 'note',
    found: `the kernel does not have it (${lastLine(stderr)})`,
    fix: 'none of the faults of this version needs it; modprobe sch_netem where the kernel offers it',
  };
}

/** A container's root file system lies on the disk that holds images and volumes. */
async function engineDisk(node: NodeHandle): Promise<Finding> {
  const check = 'disk space of the engine';
  const { stdout } = await node.sandbox.exec(['df', '-Pk', '/']);
  const freeKiB = Number(stdout.trim().split('\n').at(-1)?.split(/\s+/)[3]);
  if (!Number.isFinite(freeKiB)) return { check, status: 'skipped', found: `df answered: ${lastLine(stdout)}` };
  return roomFinding(check, freeKiB * 1024, diskNeeds, 'remove what is not needed: docker system prune');
}

/** One kernel has one CLOCK_MONOTONIC: times of clients and of the harness then need no handshake. */
async function clock(node: NodeHandle): Promise<Finding> {
  const check = 'clock';
  const path = '/proc/sys/kernel/random/boot_id';
  const [here, there] = await Promise.all([readFile(path, 'utf8').catch(() => ''), node.sandbox.exec(['cat', path])]);
  if (here !== '' && here.trim() === there.stdout.trim())
    return { check, status: 'ok', found: 'one kernel, hence one monotonic clock for harness and containers' };
  return {
    check,
    status: 'note',
    found: 'containers run on another kernel',
    fix: 'times of clients are exact only to the bound that the report gives',
  };
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
