/**
 * How TensorFlow resizes one axis, as a matrix: `output = matrix · input`. Weights follow its kernels step by step, in float32 where
 * they are (tensorflow/core/kernels/image: resize_bicubic_op.cc, resize_area_op.cc, scale_and_translate_op.cc, sampling_kernels.h).
 */
export type ResampleMethod = 'bicubic' | 'area' | KernelName;
type KernelName = 'triangle' | 'keyscubic' | 'lanczos3' | 'lanczos5' | 'gaussian' | 'mitchellcubic';

const f = Math.fround;

/** Row-major [outputSize, inputSize]. */
export function interpolationMatrix(method: ResampleMethod, inputSize: number, outputSize: number, antialias: boolean): readonly number[] {
  const matrix = new Array<number>(outputSize * inputSize).fill(0);
  const add = (row: number, column: number, weight: number): void => {
    const index = row * inputSize + Math.min(Math.max(column, 0), inputSize - 1);
    matrix[index] = (matrix[index] as number) + weight;
  };
  if (method === 'bicubic') bicubic(inputSize, outputSize, add);
  else if (method === 'area') area(inputSize, outputSize, add);
  else scaleAndTranslate(KERNELS[method], inputSize, outputSize, antialias, add);
  return matrix;
}

type AddWeight = (row: number, column: number, weight: number) => void;

/** resize_bicubic with half_pixel_centers: Keys' cubic (a = −0.5) from a table of 1,024 steps; what lies outside has no weight. */
function bicubic(inputSize: number, outputSize: number, add: AddWeight): void {
  const steps = 1024;
  const a = -0.5;
  const near = (offset: number): number => {
    const x = offset / steps;
    return f(((a + 2) * x - (a + 3)) * x * x + 1);
  };
  const far = (offset: number): number => {
    const x = offset / steps + 1;
    return f(((a * x - 5 * a) * x + 8 * a) * x - 4 * a);
  };
  const scale = f(inputSize / outputSize);
  for (let row = 0; row < outputSize; row++) {
    const position = f(f(f(row + 0.5) * scale) - 0.5);
    const base = Math.floor(position);
    const offset = roundHalfToEven(f(position - base) * steps);
    const taps = [far(offset), near(offset), near(steps - offset), far(steps - offset)].map((weight, index) => {
      const column = base - 1 + index;
      return { column, weight: column >= 0 && column < inputSize ? weight : 0 };
    });
    const sum = taps.reduce((total, { weight }) => f(total + weight), 0);
    for (const { column, weight } of taps) if (weight !== 0) add(row, column, f(weight * f(1 / sum)));
  }
}

/** The mean over the area an output pixel covers; a pixel on the border counts with its share. */
function area(inputSize: number, outputSize: number, add: AddWeight): void {
  const scale = f(inputSize / outputSize);
  for (let row = 0; row < outputSize; row++) {
    const begin = f(row * scale);
    const end = f((row + 1) * scale);
    for (let column = Math.floor(begin); column < Math.ceil(end); column++) {
      const share = column < begin ? (column + 1 > end ? scale : f(column + 1 - begin)) : column + 1 > end ? f(end - column) : 1;
      add(row, column, share / scale);
    }
  }
}

interface Kernel {
  readonly radius: number;
  weight(x: number): number;
}

const KERNELS: Readonly<Record<KernelName, Kernel>> = {
  triangle: { radius: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  keyscubic: {
    radius: 2,
    weight(signed) {
      const x = Math.abs(signed);
      if (x >= 2) return 0;
      return x >= 1 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : (1.5 * x - 2.5) * x * x + 1;
    },
  },
  mitchellcubic: {
    radius: 2,
    weight(signed) {
      const x = Math.abs(signed);
      if (x >= 2) return 0;
      return x >= 1 ? (((-7 / 18) * x + 2) * x - 10 / 3) * x + 16 / 9 : ((7 / 6) * x - 2) * x * x + 8 / 9;
    },
  },
  gaussian: { radius: 1.5, weight: (x) => (Math.abs(x) >= 1.5 ? 0 : Math.exp((-x * x) / (2 * 0.5 * 0.5))) },
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
};

function lanczos(radius: number): Kernel {
  return {
    radius,
    weight(signed) {
      const x = Math.abs(signed);
      if (x > radius) return 0;
      if (x <= 1e-3) return 1;
      return (radius * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / radius)) / (Math.PI * Math.PI * x * x);
    },
  };
}

/** ScaleAndTranslate without translation. Only `antialias` widens the kernel where an image shrinks. */
function scaleAndTranslate(kernel: Kernel, inputSize: number, outputSize: number, antialias: boolean, add: AddWeight): void {
  const inverseScale = f(1 / f(outputSize / inputSize));
  const kernelScale = antialias ? Math.max(inverseScale, 1) : 1;
  const reach = f(kernel.radius * kernelScale);
  for (let row = 0; row < outputSize; row++) {
    const sample = f((row + 0.5) * inverseScale);
    if (sample < 0 || sample > inputSize) continue;
    const clamp = (column: number): number => Math.min(Math.max(column, 0), inputSize - 1);
    const begin = clamp(Math.ceil(f(f(sample - reach) - 0.5)));
    const end = clamp(Math.floor(f(f(sample + reach) - 0.5)));
    const weights: number[] = [];
    for (let column = begin; column <= end; column++) weights.push(f(kernel.weight(f(f(column + 0.5 - sample) / kernelScale))));
    const sum = weights.reduce((total, weight) => f(total + weight), 0);
    // 1000 times the least float32: TensorFlow leaves the output 0 below it.
    if (Math.abs(sum) < 1000 * 2 ** -126) continue;
    weights.forEach((weight, index) => {
      add(row, begin + index, f(weight * f(1 / sum)));
    });
  }
}

/** C's lrintf in its default mode. */
function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}
