import type { ContainerHandle } from './node.ts';

/** A connect on one bridge is answered within a millisecond; silence for this long is silence. */
const silenceSeconds = 0.5;

/** Open nowhere, so that a kernel which hears a connect refuses it at once. */
export const closedPort = 9;

/** What a TCP connect met. */
export type Met = 'silence' | 'refusal' | 'an answer';

/** What TCP connects to these IPv4 addresses meet, all tried at once, from inside a container that has curl. */
export async function connectAll(from: ContainerHandle, addresses: readonly string[], port: number): Promise<Map<string, Met>> {
  if (addresses.length === 0) return new Map();
  const curl = `curl --silent --max-time ${silenceSeconds} --output /dev/null --write-out '%{time_connect}' telnet://$address:${port} </dev/null`;
  const script = `for address in ${addresses.join(' ')}; do (took=$(${curl}); echo "$address $? $took") & done; wait`;
  const { stdout } = await from.exec(['sh', '-c', script]);
  const lines = stdout.split('\n').filter((line) => line !== '').map((line) => line.split(' ')); // prettier-ignore
  return new Map(lines.map(([address = '', code, took]) => [address, metOf(Number(code), Number(took))]));
}

/** curl's exit codes: 7 could not connect, 28 timed out; a connection that is open and says nothing times out as well. */
function metOf(exitCode: number, connectSeconds: number): Met {
  if (connectSeconds > 0) return 'an answer';
  if (exitCode === 28) return 'silence';
  return exitCode === 7 ? 'refusal' : 'an answer';
}
