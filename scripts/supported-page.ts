import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listOperators } from '../src/compiler/graph/operators/index.ts';
import { listLayers } from '../src/compiler/keras/layers/index.ts';
import { listTfFunctions } from '../src/compiler/keras/layers/tf-functions/index.ts';
import { findLowering } from '../src/compiler/torch/ops/index.ts';
import { packageRoot } from '../src/core/package-root.ts';

/** docs/supported.md, from the tables that the code itself looks things up in. `npm run docs` writes it; a test holds it to them. */
export function supportedPage(): string {
  const layers = ['InputLayer', 'Functional', 'Sequential', ...listLayers().map(({ className }) => className)].sort();
  const rows = listOperators()
    .map((spec) => `| ${spec.op} | ${spec.since} | ${findLowering(spec) === undefined ? 'no' : 'yes'} |`)
    .sort();
  return `# What is supported

Made by \`npm run docs\` from the code's own tables; don't edit. An option of a layer that isn't supported is named when a file that uses it is
converted or inspected. Lambda layers are refused: their code is in the file, and is never run. The forty scaling Lambdas of a stock
InceptionResNetV2 are recognised by their structure.

## Keras layers

${layers.join(' · ')}

## TensorFlow functions in functional models

\`${listTfFunctions().join('` · `')}\`

## ONNX operators of the graph

| operator | since opset | to PyTorch |
|---|---|---|
${rows.join('\n')}
`;
}

if (process.argv[1]?.endsWith('supported-page.ts')) writeFileSync(join(packageRoot(), 'docs', 'supported.md'), supportedPage());
