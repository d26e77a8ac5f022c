/** The two models of nsfwjs that the example rebuilds. */
export const MODELS = {
  mobilenet_v2: { title: 'MobileNetV2', size: 224 },
  inception_v3: { title: 'InceptionV3', size: 299 },
} as const;

export type ModelName = keyof typeof MODELS;

/** In the order of the scores. */
export const CLASSES = ['drawing', 'hentai', 'neutral', 'porn', 'sexy'] as const;
