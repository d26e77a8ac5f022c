import { describe, expect, test } from 'vitest';
import type { ComparedLayer, LayerComparison, LayerRecord } from '../../bundle/evidence/layer-comparison.ts';
import { layerChart } from './layer-chart.ts';
import { printLayers } from './print-layers.ts';

function compared(name: string, difference: number | null, index = 0): ComparedLayer {
  return {
    name,
    index,
    className: 'Layer',
    maxAbsoluteDifference: difference,
    maxRelativeDifference: difference,
    relativeDistance: difference,
    cosine: difference === null ? null : 1,
  };
}

function comparison(layers: readonly LayerRecord[], firstDivergenceAt: number | null = null): LayerComparison {
  return { layers, firstDivergence: firstDivergenceAt === null ? null : (layers[firstDivergenceAt]?.name ?? null), firstDivergenceAt, unmatched: [] };
}

const diverging = comparison(
  [
    compared('stem/pad', 0),
    { name: 'stem/conv', index: 0, className: 'Conv2D', absorbedBy: 'stem/bn' },
    compared('stem/bn', 2e-7),
    compared('shared', 1e-6),
    compared('shared', 3e-2, 1),
    compared('scores', 0.2),
  ],
  4,
);

describe('the chart', () => {
  const rects = (svg: string) =>
    [...svg.matchAll(/<rect class="(\w+)" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)].map(([, kind, ...numbers]) => ({
      kind,
      bottom: Number(numbers[1]) + Number(numbers[3]),
      height: Number(numbers[3]),
    }));

  test('has a bar for each call that was compared, on a scale of powers of ten, and marks the first that diverges', () => {
    const svg = layerChart(diverging);
    const bars = rects(svg);
    expect(bars.map(({ kind }) => kind)).toEqual(['bar', 'bar', 'bar', 'first', 'bar']);
    expect(new Set(bars.map(({ bottom }) => bottom))).toEqual(new Set([226]));
    const heights = bars.map(({ height }) => height);
    expect(heights[0]).toBe(1);
    // Eight powers of ten stand on 200 pixels.
    expect(heights[2]).toBeCloseTo(50, 0);
    expect((heights[3] as number) - (heights[2] as number)).toBeCloseTo(25 * Math.log10(3e4), 0);
    expect(svg).toContain('<text class="name"');
    expect(svg).toContain('>shared (call 2)</text>');
    expect(svg).toContain(
      '<desc>shared (call 2) is the first to diverge, call 4 of 5: by 3.0e-2 of its size; the largest difference is 2.0e-1, in scores.</desc>',
    );
  });

  test('grows where differences are larger than the tensors, and draws what is infinite to the top', () => {
    const bars = rects(layerChart(comparison([compared('a', 1e4), compared('b', null), compared('c', 1)])));
    expect(bars.map(({ height }) => height)).toEqual([200, 200, expect.closeTo(200 * (8 / 12), 0)]);
  });

  test('shows names as they are and lets none of them be markup', () => {
    const svg = layerChart(comparison([compared('<script>&"\u0007', 1e-3)], 0));
    expect(svg).not.toContain('<script>');
    expect(svg).toContain('&lt;script&gt;&amp;&quot;�');
  });

  test('needs nothing else', () => {
    const svg = layerChart(diverging);
    expect(svg).toMatch(/^<svg [^>]*role="img"[^>]*>\n<title>[^<]+<\/title>\n<desc>/);
    expect(svg).toContain('prefers-color-scheme:dark');
    expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/https?:|url\(|href|@import|<script|\bon\w+=/);
    expect(rects(layerChart(comparison([])))).toEqual([]);
  });
});

describe('on a terminal', () => {
  test('a chart, what it says, and the calls around the first that diverges', () => {
    expect(printLayers(diverging)).toMatchInlineSnapshot(`
      "Difference of each call from TensorFlow, over the size of its output, in call order
       1e-2 ┤   ▂▅
       1e-4 ┤   ██
       1e-6 ┤   ██
       1e-8 ┤ ▅███
            └───▲─
      shared (call 2) is the first to diverge, call 4 of 5: by 3.0e-2 of its size; the largest difference is 2.0e-1, in scores.
        stem/conv        absorbed by stem/bn
        stem/bn          relative 2.0e-7    absolute 2.0e-7    cosine 1.000000000
        shared           relative 1.0e-6    absolute 1.0e-6    cosine 1.000000000
      ▶ shared (call 2)  relative 3.0e-2    absolute 3.0e-2    cosine 1.000000000
        scores           relative 2.0e-1    absolute 2.0e-1    cosine 1.000000000
      "
    `);
  });

  test('no more columns than there are: a column stands for several calls', () => {
    const many = comparison(Array.from({ length: 500 }, (_, index) => compared(`layer_${index}`, index === 250 ? 1 : 1e-6)));
    const [title, ...lines] = printLayers(many, 60).split('\n');
    expect(title).toContain('Difference of each call');
    const chart = lines.filter((line) => /[┤└]/.test(line));
    expect(Math.max(...chart.map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(chart[0]).toMatch(/┤ +█$/);
    expect(lines.join('\n')).toContain('None of 500 calls diverges; the largest difference is 1.0e+0, in layer_250.');
  });

  test('no control character of a name reaches it', () => {
    const hostile = { ...comparison([compared('a\u001b[2J', 1)], 0), unmatched: ['b\u001b]0;x'] };
    expect(printLayers(hostile)).not.toContain('\u001b');
    expect(printLayers(hostile)).toContain('Not in the reference: b\\x1b]0;x');
    expect(printLayers(comparison([]))).toBe('No call was compared.\n');
  });
});
