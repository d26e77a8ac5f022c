/** The body of an error, the same in TensorFlow Serving's REST and the Open Inference Protocol. */
export function encodeErrorMessage(what: string): string {
  return JSON.stringify({ error: what });
}

/** What a server's error says; the text itself, shortened, where it has another form (a proxy's page, say). */
export function decodeErrorMessage(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    if (typeof error === 'string') return error;
  } catch {
    // Not of either dialect: shown as it is.
  }
  return text.trim().slice(0, 300);
}
