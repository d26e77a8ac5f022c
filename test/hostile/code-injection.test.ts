import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { dense, functional, input, layer, nested } from '../../src/compiler/keras/testing/model-file.ts';
import { ramp } from '../../src/formats/hdf5/testing/write-h5.ts';
import { torchTestPython } from '../support/python-environments.ts';
import { runCli } from '../support/run-cli.ts';
import { runPython } from '../support/run-python.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { writeKerasFile } from '../support/tiny-model.ts';

const scratch = scratchFolder('code-injection');

/** Every attack tries to leave a file called `canary` in the current folder. */
const CODE = "__import__('os').system('touch canary')";
const NAMES: Readonly<Record<string, string>> = {
  'a statement': `x = ${CODE}`,
  'a statement after a semicolon': `conv;import os;os.system('touch canary')`,
  'a line of its own': `conv\n${CODE}\n`,
  'a carriage return': `conv\r${CODE}\r`,
  'the line ends of Unicode': `conv\u2028${CODE}\u2029${CODE}\u0085`,
  'form feed and vertical tab': `conv\f${CODE}\v`,
  'an end of a text': `'; ${CODE}; '`,
  'an end of a docstring': `"""\n${CODE}\n"""`,
  'three single quotes': `'''\n${CODE}\n'''`,
  'a backslash at the end': 'conv\\',
  'a format expression': `{${CODE}}`,
  'a percent format': '%(x)s %s %d',
  'a closed bracket': `conv) + ${CODE} + (`,
  'a comment': `conv # noqa\n${CODE}`,
  'a type comment': '# type: ignore[attr-defined]',
  'a control character': 'conv\u0001\u001b[2J\u0007',
  'a right-to-left override': 'conv\u202e)(metsys',
  'letters outside ASCII': 'größe/свёртка/畳み込み',
  'letters that Python takes for others': 'ﬁlter_ｃonv',
  'an emoji': '🔞',
  'half of a pair': 'conv\ud800',
  'only signs': '-/.:!',
  'an empty-looking name': '\u200b',
  dots: 'a.b.c',
  'a path': '../../etc/passwd',
  'a number': '1',
  'a keyword': 'lambda',
  'another keyword': 'None',
  self: 'self',
  forward: 'forward',
  'a method of modules': 'state_dict',
  'a private name': '__init__',
  'a mangled name': '__x',
  'the name of a module': 'torch',
  'the name of the class': 'Model',
  'the name of the loader': 'load',
  'the name of an import': 'annotations',
  'a builtin': 'print',
  'the name of an imported class': 'tensor',
  'the name of an imported module': 'f',
  'the name of a helper class': 'frozen_BatchNorm2d',
  'a thousand letters': 'n'.repeat(1000),
};

/** Of model files: a source's docstring and class have them. */
const FILE_NAMES = [
  '""";import os;os.system("touch canary").h5',
  'model\n' + 'import os\n.h5',
  'None.h5',
  'tensor.h5',
  '1.h5',
  'größe.h5',
  '\\.h5',
  ';.h5',
  '--.h5',
];

const names = Object.values(NAMES);
const bundles = new Map<string, string>();

/** The name stands everywhere a name may: the model's, the input's, a plain layer's, a nested model's and one inside it, an output's. */
function modelCalled(name: string) {
  const inner = functional(
    name,
    [input(name, [null, 4]), dense(`${name}_`, 4, { activation: 'relu' }, [[name, 0, 0]])],
    [[name, 0, 0]],
    [[`${name}_`, 0, 0]],
  );
  const layers = [
    input(`i${name}`, [null, 4]),
    nested(inner, name, [[`i${name}`, 0, 0]]),
    layer('Dropout', `d${name}`, { rate: 0.5 }, [[name, 1, 0]]),
  ];
  const outputs = [dense(`o${name}`, 2, {}, [[`d${name}`, 0, 0]])];
  return functional(name, [...layers, ...outputs], [[`i${name}`, 0, 0]], [[`o${name}`, 0, 0]]);
}

beforeAll(async () => {
  for (const [index, name] of names.entries()) {
    const folder = scratch.join(`case-${index}`);
    // Names of 1,000 characters are the limit; this model makes longer ones of them.
    const short = name.slice(0, 990);
    mkdirSync(folder);
    // Weights bind by order, so their names may be harmless: a group of HDF5 can't be called as the worst of these.
    await writeKerasFile(join(folder, 'model.h5'), modelCalled(short), { base: { k: ramp(4, 4), b: ramp(4) }, out: { k: ramp(4, 2), b: ramp(2) } });
    const classes = [`${short.replaceAll(',', '')}!`, 'safe'].map((label) => label.trim());
    const { exitCode, stderr } = await runCli(['convert', 'model.h5', '--classes', classes.join(',').replaceAll('\0', ''), '--precision', 'bf16'], {
      cwd: folder,
    });
    expect({ name, exitCode, stderr }).toEqual({ name, exitCode: 0, stderr: expect.any(String) });
    bundles.set(name, join(folder, 'model'));
  }
  for (const name of FILE_NAMES) {
    const folder = mkdtempSync(scratch.join('file-'));
    await writeKerasFile(join(folder, name));
    const { exitCode } = await runCli(['convert', join(folder, name), '-o', 'model', '--precision', 'bf16'], { cwd: folder });
    expect({ name, exitCode }).toEqual({ name, exitCode: 0 });
    bundles.set(name, join(folder, 'model'));
  }
}, 120_000);

describe('names', () => {
  test.each(Object.entries(NAMES))('%s', (_, name) => {
    const bundle = bundles.get(name) ?? '';
    expect(readdirSync(join(bundle, '..')).sort()).toEqual(['model', 'model.h5']);
    const source = readFileSync(join(bundle, 'model.py'), 'utf8');
    // Nothing that a reader can't see or that turns what they see around.
    expect(source).toMatch(/^[\n \p{L}\p{M}\p{N}\p{P}\p{S}]*$/u);
    expect(Math.max(...source.split('\n').map((line) => line.length))).toBeLessThan(2500);
  });

  test('Python and TorchScript read every one as data, and run the model', async () => {
    const folder = mkdtempSync(scratch.join('run-'));
    const script = join(folder, 'check.py');
    writeFileSync(script, CHECK);
    const output = await runPython(await torchTestPython(), [script, ...bundles.values()]);
    expect(JSON.parse(output)).toEqual(
      [...bundles].map(() => ({ imports: ['__future__', 'json', 'mmap', 'pathlib', 'torch'], statements: 'ok', agrees: true })),
    );
    for (const bundle of bundles.values()) expect(existsSync(join(bundle, '..', 'canary'))).toBe(false);
    expect(existsSync(join(folder, 'canary'))).toBe(false);
  });

  test('converting their model.onnx gives the same again', async () => {
    for (const bundle of bundles.values()) {
      const again = `${bundle}-again`;
      const { exitCode, stderr } = await runCli(['convert', join(bundle, 'model.onnx'), '-o', again, '--precision', 'bf16']);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.any(String) });
      for (const file of ['model.py', 'model.safetensors', 'model.pt', 'model.bf16.pt']) {
        expect(readFileSync(join(again, file)).equals(readFileSync(join(bundle, file))), `${again}/${file}`).toBe(true);
      }
    }
  });
});

const CHECK = `
import ast, importlib.util, json, os, sys
import torch

os.chdir(os.path.dirname(os.path.abspath(__file__)))
results = []
for number, bundle in enumerate(sys.argv[1:]):
    path = os.path.join(bundle, "model.py")
    tree = ast.parse(open(path, encoding="utf-8").read())
    imports, statements = set(), "ok"
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            imports.add(node.module.split(".")[0])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("exec", "eval", "compile", "__import__"):
            statements = node.func.id
    for node in tree.body:
        if not isinstance(node, (ast.Import, ast.ImportFrom, ast.ClassDef, ast.FunctionDef, ast.Expr, ast.Assign, ast.AnnAssign)):
            statements = ast.dump(node)
        if isinstance(node, ast.Expr) and not (isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)):
            statements = ast.dump(node)
    spec = importlib.util.spec_from_file_location(f"case_{number}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model = module.load(os.path.join(bundle, "model.safetensors"))
    x = torch.linspace(-1, 1, 8).reshape(2, 4)
    with torch.inference_mode():
        expected, served = model(x), torch.jit.load(os.path.join(bundle, "model.pt"))(x)
        torch.jit.load(os.path.join(bundle, "model.bf16.pt"))(x)
    results.append({"imports": sorted(imports), "statements": statements, "agrees": torch.allclose(expected, served, atol=1e-5)})
print(json.dumps(results))
`;
