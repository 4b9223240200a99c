// Usage: complete-lock.mjs. Run it after a change of dependencies. npm leaves out of the lock file what a registry does not have: where a
// mirror carries a tool for some platforms only, `npm ci` then refuses the lock file on every machine. This names the others without their
// integrity; a machine of such a platform asks its own registry for exactly that version.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';

const systems = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32', 'aix'];
const processors = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'mips64el', 'wasm32'];

/** What a lock file lacks: optional platform packages that a package in it names. Path in the lock file → entry. */
export function missingEntries(packages) {
  const missing = {};
  for (const parent of Object.values(packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      const path = `node_modules/${name}`;
      if (path in packages || parent === packages['']) continue;
      const words = name.split(/[/-]/);
      const os = systems.find((word) => words.includes(word));
      const cpu = processors.find((word) => words.includes(word));
      if (os === undefined || cpu === undefined) continue;
      const libc = words.includes('musl') ? 'musl' : words.includes('gnu') ? 'glibc' : undefined;
      missing[path] = {
        version,
        cpu: [cpu],
        ...(parent.dev ? { dev: true } : {}),
        ...(libc ? { libc: [libc] } : {}),
        optional: true,
        os: [os],
      };
    }
  }
  return missing;
}

if (process.argv[1] === import.meta.filename) {
  const file = join(root, 'package-lock.json');
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const missing = missingEntries(lock.packages);
  const entries = Object.entries({ ...lock.packages, ...missing }).toSorted(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(entries) }, null, 2)}\n`);
  process.stderr.write(`package-lock.json: ${Object.keys(missing).length} platform packages named\n`);
}
