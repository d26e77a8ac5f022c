import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Head } from '../../policy/head.ts';
import { readLabels } from './read-labels.ts';
import { readPrevalence } from './read-prevalence.ts';
import { type RecordedRequest, readRecordedRequests } from './read-recorded-requests.ts';

const folder = mkdtempSync(join(tmpdir(), 'torchlift-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const write = (text: string) => {
  const path = join(folder, 'source');
  writeFileSync(path, text);
  return path;
};

const softmax: Head = { name: 'y', output: 0, kind: 'softmax', units: 3, classes: ['neutral', 'sexy', 'porn'], knownFrom: 'manifest' };
const tags: Head = { ...softmax, kind: 'sigmoid', classes: ['gore', 'nudity', 'drugs'] };

describe('labels', () => {
  const known = new Set(['a.jpg', 'sub/b, c.png']);
  const read = (text: string, head = softmax) => Object.fromEntries(readLabels(write(text), head, (name) => (known.has(name) ? name : undefined)));

  test('names or positions, quoted where a name has a comma, with a byte order mark, in any column', () => {
    expect(read('\ufeffnote,Label,File\r\nx,porn,a.jpg\r\n\r\ny,0,"sub/b, c.png"\r\n')).toEqual({ 'a.jpg': [2], 'sub/b, c.png': [0] });
  });

  test('several sigmoids have sets of them', () => {
    expect(read('image,label\na.jpg,drugs | gore\n"sub/b, c.png",none\n', tags)).toEqual({ 'a.jpg': [0, 2], 'sub/b, c.png': [] });
  });

  test.each([
    [
      'images that are not there',
      'image,label\na.jpg,porn\nb.jpg,porn\nc.jpg,sexy\n',
      'file-not-found',
      /2 images that are not among.*\n {2}- line 3: b.jpg\n {2}- line 4: c.jpg/,
    ],
    ['an unknown class', 'image,label\na.jpg,prn\n', 'malformed-file', /neutral, sexy, porn\n {2}- line 2: "prn" is none of the classes/],
    ['a position beyond the classes', 'image,label\na.jpg,3\n', 'malformed-file', /line 2: "3"/],
    ['two labels for one class', 'image,label\na.jpg,porn|sexy\n', 'malformed-file', /2 labels where one class is decided/],
    ['a contradiction', 'image,label\na.jpg,porn\na.jpg,sexy\n', 'malformed-file', /line 3: a.jpg has another label further up/],
    ['no column of labels', 'image,score\na.jpg,1\n', 'malformed-file', /no column label or class or labels: the header is image, score/],
    ['a row that is too long', 'image,label\na.jpg,porn,x\n', 'malformed-file', /line 2/],
    ['nothing', '', 'malformed-file', /is empty/],
    ['nothing but a header', 'image,label\n', 'malformed-file', /nothing below it/],
  ])('%s: refused', (_, text, code, message) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });

  test('a missing file is named', () => {
    expect(() => readLabels(join(folder, 'none.csv'), softmax, () => undefined)).toThrow(expect.objectContaining({ code: 'file-not-found' }));
  });
});

describe('prevalence', () => {
  const read = (text: string, head = softmax) => Object.fromEntries(readPrevalence(write(text), [head]));

  test('shares or counts', () => {
    expect(read('class,share\nneutral,0.75\nporn,0.25\n')).toEqual({ neutral: 0.75, porn: 0.25 });
    expect(read('class,count\nneutral,3\nporn,1\nsexy,0\n')).toEqual({ neutral: 0.75, porn: 0.25, sexy: 0 });
    expect(read('label,prevalence\ndrugs|gore,0.5\nnone,0.5\n', tags)).toEqual({ 'gore + drugs': 0.5, none: 0.5 });
  });

  test('rounded shares sum to 1 afterwards', () => {
    const shares = Object.values(read('class,share\nneutral,0.333\nsexy,0.333\nporn,0.333\n'));
    expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });

  test.each([
    ['an unknown class', 'class,share\nprn,1\n', /line 2: "prn" is none of neutral/],
    ['shares that leave something out', 'class,share\nneutral,0.7\nporn,0.1\n', /sum to 0.8, not to 1/],
    ['a negative share', 'class,share\nneutral,-1\n', /line 2: "-1" is no share/],
    ['an empty one', 'class,share\nneutral,\n', /line 2: "" is no share/],
    ['only zeros', 'class,share\nneutral,0\n', /sum to 0/],
    ['a class twice', 'class,share\nneutral,0.5\nneutral,0.5\n', /line 3: neutral stands there twice/],
  ])('%s: refused', (_, text, message) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'malformed-file', message: expect.stringMatching(message) }));
  });
});

describe('recorded requests', () => {
  const one = { inputs: [{ name: 'x', shape: [2, 2] }], outputs: [{ name: 'y', shape: [3] }] };
  const read = async (text: string, shapes: Parameters<typeof readRecordedRequests>[1] = one) => {
    const found: RecordedRequest[] = [];
    for await (const request of readRecordedRequests(write(text), shapes)) found.push(request);
    return found;
  };

  test('images relative to the file, or inputs; scores where they were kept', async () => {
    expect(
      await read('{"image": "a.jpg", "scores": [0.5, 0.25, 0.25]}\n\n{"image": "/b.jpg"}\r\n{"inputs": [[1, 2], [3, 4]], "scores": null}'),
    ).toEqual([
      { line: 1, content: { image: join(folder, 'a.jpg') }, scores: [Float32Array.from([0.5, 0.25, 0.25])] },
      { line: 3, content: { image: '/b.jpg' }, scores: null },
      { line: 4, content: { inputs: [Float32Array.from([1, 2, 3, 4])] }, scores: null },
    ]);
  });

  test('scores that are no numbers, batches of one, tensors by name', async () => {
    const [first, second] = await read(
      '{"inputs": [[[1, 2], [3, 4]]], "scores": [[NaN, -Infinity, 0]]}\n{"inputs": {"x": [[1, 2], [3, 4]]}, "scores": {"y": [1, 0, 0]}}\n',
    );
    expect(first?.scores).toEqual([Float32Array.from([Number.NaN, Number.NEGATIVE_INFINITY, 0])]);
    expect(second?.content).toEqual({ inputs: [Float32Array.from([1, 2, 3, 4])] });
  });

  test('several tensors in order or by name, free sizes', async () => {
    const shapes = {
      inputs: [
        { name: 'a', shape: ['n'] },
        { name: 'b', shape: [] },
      ],
      outputs: one.outputs,
    };
    const [first, second] = await read('{"inputs": [[1, 2, 3], 4]}\n{"inputs": {"b": 4, "a": [1, 2, 3]}}\n', shapes);
    expect(first?.content).toEqual({ inputs: [Float32Array.from([1, 2, 3]), Float32Array.from([4])] });
    expect(second?.content).toEqual(first?.content);
  });

  test('lines across the borders of what is read at once', async () => {
    const line = `{"image": "${'x'.repeat(700_000)}"}`;
    expect((await read(`${line}\n${line}\n${line}`)).map((request) => request.line)).toEqual([1, 2, 3]);
  });

  test.each([
    ['no JSON', '{"image": "a.jpg"}\n{image}', /line 2: isn't JSON/],
    ['no object', '["a.jpg"]', /line 1: is no object/],
    ['neither', '{"scores": [1, 0, 0]}', /has neither "image" and "inputs"/],
    ['both', '{"image": "a", "inputs": [[1, 2], [3, 4]]}', /has both/],
    ['a path that is none', '{"image": 3}', /"image" is 3, not a path/],
    ['another shape', '{"inputs": [[1, 2, 3], [4, 5, 6]]}', /"inputs" has the shape \[2, 3\], expected \[2, 2\]/],
    ['ragged lists', '{"inputs": [[1, 2], [3]]}', /"inputs" has lists of different lengths/],
    ['a word among the numbers', '{"inputs": [[1, 2], [3, "4"]]}', /holds "4" where a number is expected/],
    ['another number of scores', '{"image": "a", "scores": [1]}', /"scores" has the shape \[1\], expected \[3\]/],
    ['an unknown tensor', '{"inputs": {"z": 1}}', /"z" is none of x/],
  ])('%s: refused with the line', async (_, text, message) => {
    await expect(read(text)).rejects.toThrow(expect.objectContaining({ code: 'malformed-file', message: expect.stringMatching(message) }));
  });

  test('lists that claim more than there is are refused before anything is allocated', async () => {
    const shapes = { inputs: [{ name: 'x', shape: ['a', 'b'] }], outputs: one.outputs };
    const claim = JSON.stringify({ inputs: [Array(20_000).fill(0), ...Array(19_999).fill(0)] });
    await expect(read(claim, shapes)).rejects.toThrow('would hold 400000000 numbers');
  });

  test('a missing file and a folder are named', async () => {
    await expect(readRecordedRequests(join(folder, 'none'), one).next()).rejects.toThrow(expect.objectContaining({ code: 'file-not-found' }));
    await expect(readRecordedRequests(folder, one).next()).rejects.toThrow('is a folder');
  });
});
