import { expect, test } from 'vitest';
import { z } from 'zod';
import type { FaultDefinition } from '../../../src/index.ts';
import { faultFiles, faults } from '../../support/all-faults.ts';

interface Parameter {
  description?: string;
  default?: unknown;
  enum?: string[];
}

function parametersOf(fault: FaultDefinition): string {
  const schema = z.toJSONSchema(fault.params, { io: 'input', unrepresentable: 'any' }) as {
    properties?: Record<string, Parameter>;
    required?: string[];
  };
  const rows = Object.entries(schema.properties ?? {}).map(([name, of]) => {
    const values = of.enum === undefined ? '' : ` One of ${of.enum.map((value) => `\`${value}\``).join(', ')}.`;
    const otherwise = of.default === undefined ? '' : ` By default \`${String(of.default)}\`.`;
    const need = schema.required?.includes(name) === true ? ' Required.' : '';
    return `- \`${name}\`: ${of.description ?? ''}${of.description === undefined ? '' : '.'}${values}${otherwise}${need}`
      .replace(': .', ':')
      .replace(':  ', ': ');
  });
  return rows.length === 0 ? 'It takes no parameters.' : `Parameters:\n\n${rows.join('\n')}`;
}

function section(fault: FaultDefinition): string {
  const needs = fault.needs.length === 0 ? '' : ` The topology must offer ${fault.needs.map((need) => `\`${need}\``).join(', ')}.`;
  const target = {
    none: 'It takes no target.',
    nodes: 'It needs a target.',
    link: 'It needs a target, and as `from` the other side of the cut.',
  }[fault.target];
  const lease = fault.renew === undefined ? '' : ' What it leaves in a node undoes itself when its lease is not renewed.';
  const limits = fault.notSimulated.map((sentence) => `- ${sentence}`).join('\n');
  return `## ${fault.kind}\n\n${fault.summary}.\n\n${fault.does}\n\n${target}${needs}${lease} ${parametersOf(fault)}\n\nWhat it does not simulate:\n\n${limits}\n`;
}

const intro = `# Faults

What can be broken, how, and what that does not show. A fault counts as in effect when it is proven, and as healed when it is
proven gone; see [adding a fault](adding-a-fault.md). A test writes this page from the definitions in \`faults/\`.
`;

test('docs/faults.md says what the definitions say', async () => {
  expect(faults.map(({ kind }) => `${kind}.ts`)).toEqual(faultFiles);
  await expect(`${intro}\n${faults.map(section).join('\n')}`).toMatchFileSnapshot('../../../docs/faults.md');
});
