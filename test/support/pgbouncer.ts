import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { connectEngine } from '../../src/runtime/engine.ts';
import { ensureImages } from '../../src/runtime/images.ts';

const run = promisify(execFile);

/** A PgBouncer of its own in transaction mode, in front of the database `drill` of one server. */
export async function startPgBouncer(serverAddress: string): Promise<{ address: string } & AsyncDisposable> {
  const { pgbouncer } = await ensureImages({
    engine: await connectEngine(),
    roles: ['pgbouncer'],
    postgres: 17,
    overrides: {},
    note: () => undefined,
  });
  const config = [
    ...['[databases]', `drill = host=${serverAddress} port=5432 dbname=drill`],
    ...['[pgbouncer]', 'listen_addr = 0.0.0.0', 'listen_port = 6432', 'auth_type = trust', 'auth_file = /tmp/users.txt'],
    ...['pool_mode = transaction', 'default_pool_size = 20', 'server_login_retry = 1', 'ignore_startup_parameters = extra_float_digits'],
  ].join('\n');
  const script = `echo '"drill" ""' > /tmp/users.txt; printf '%s\\n' "$CONFIG" > /tmp/pgbouncer.ini; exec pgbouncer -u postgres /tmp/pgbouncer.ini`;
  const argv = ['run', '--detach', '--label', 'pgdrill=1', '--env', `CONFIG=${config}`, pgbouncer.reference, 'sh', '-c', script];
  const id = (await run('docker', argv)).stdout.trim();
  const { stdout } = await run('docker', ['inspect', '--format', '{{.NetworkSettings.IPAddress}}', id]);
  return {
    address: stdout.trim(),
    async [Symbol.asyncDispose]() {
      await run('docker', ['rm', '--force', '--volumes', id]);
    },
  };
}
