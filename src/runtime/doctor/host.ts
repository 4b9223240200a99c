import { statfs } from 'node:fs/promises';
import { diskNeeds, roomFinding, type Finding } from './finding.ts';

const leastNodeMajor = 24;

/** What can be asked of this machine without an engine. `folder`: where run folders go, or the nearest parent that exists. */
export async function examineHost(folder: string): Promise<Finding[]> {
  return [nodeFinding(process.versions.node), await diskFinding(folder)];
}

export function nodeFinding(version: string): Finding {
  const check = 'Node.js';
  if (Number.parseInt(version, 10) >= leastNodeMajor) return { check, status: 'ok', found: version };
  return { check, status: 'bad', found: `${version}; ${leastNodeMajor} or newer is needed`, fix: '`npm run setup` brings one from npm' };
}

async function diskFinding(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder);
  return roomFinding(
    'disk space here',
    bavail * bsize,
    { ...diskNeeds, leastGib: 0.5 },
    `make room in ${folder}, or name another place with --runs-dir`,
  );
}
