import { spawn } from 'node:child_process';

/** Becomes another program as far as a parent can: same terminal, signals passed on, same end. */
export function spawnOn(command, args) {
  const child = spawn(command, args, { stdio: 'inherit' });
  const pass = (signal) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, pass);
  child.on('error', (error) => {
    process.stderr.write(`${command} could not be started: ${error.message}\n`);
    process.exitCode = 2;
  });
  child.on('exit', (code, signal) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(name, pass);
    if (signal === null) process.exitCode = code;
    else process.kill(process.pid, signal);
  });
}
