import type { PortRecord } from '../../bundle/manifest.ts';
import { float32Elements, type Tensor } from '../../engines/tensor.ts';

/** An image [H, W, 3] float32 → [1, …] as the model takes it: its layout, and its dtype, bytes without rounding, as TensorFlow casts. */
export function asInput(image: Tensor, { dtype, layout }: Pick<PortRecord, 'dtype' | 'layout'>): Tensor {
  const [height, width, channels] = image.shape as [number, number, number];
  let elements = float32Elements(image);
  if (layout === 'NCHW') {
    const moved = new Float32Array(elements.length);
    for (let pixel = 0; pixel < height * width; pixel++)
      for (let channel = 0; channel < channels; channel++) moved[channel * height * width + pixel] = elements[pixel * channels + channel] as number;
    elements = moved;
  }
  const shape = layout === 'NCHW' ? [1, channels, height, width] : [1, height, width, channels];
  if (dtype === 'uint8') return { dtype, shape, data: Uint8Array.from(elements) };
  return { dtype: 'float32', shape, data: new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength) };
}
