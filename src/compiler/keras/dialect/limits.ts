/** What a config may hold. Each is far above any real model and far below what would hurt; a file past one ends with `limit-exceeded`. */
export const CONFIG_LIMITS = {
  /** Lists and objects inside one another. The deepest known configs (nested models with per-node arguments) reach about 20. */
  depth: 100,
  /** Models inside models. Real ones reach 3. */
  modelDepth: 32,
  /** Layers of all models together. The largest keras.applications model has about 1,050. */
  layers: 100_000,
  /** Calls after nested models are written out: a model that calls a model twice, 20 levels deep, would be a million. */
  calls: 100_000,
  /** Characters of one layer's name. */
  nameLength: 1_000,
} as const;
