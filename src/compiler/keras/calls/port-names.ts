/** Keras' `model.output_names`: the layer's name; `_1`, `_2` … behind it where a layer gives several outputs. */
export function outputNames(layers: readonly string[]): string[] {
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  return layers.map((layer) => {
    let name = layer;
    while (taken.has(name)) {
      const count = counts.get(layer) ?? 1;
      name = `${layer}_${count}`;
      counts.set(layer, count + 1);
    }
    taken.add(name);
    return name;
  });
}
