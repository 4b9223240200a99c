// Usage: count-tests.mjs <vitest's JSON report>. Prints "N passed, N failed"; ends with 1 when anything failed or nothing ran.
import { existsSync, readFileSync } from 'node:fs';

const [file] = process.argv.slice(2);
// A run that died before it could report is one failure.
const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { numPassedTests: 0, numFailedTests: 1, testResults: [] };
// A file that could not be loaded has failed without a single test.
const unloadable = report.testResults.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0).length;
const passed = report.numPassedTests;
const failed = report.numFailedTests + unloadable;
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
