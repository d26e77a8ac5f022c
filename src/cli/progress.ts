/** Lines about long work, on standard error: one that is rewritten on a terminal, plain lines elsewhere. */
export interface ProgressDisplay {
  update(line: string): void;
  /** Clears the rewritten line. */
  done(): void;
}

export function createProgress(stream: NodeJS.WriteStream = process.stderr): ProgressDisplay {
  if (!stream.isTTY) {
    let last = '';
    return {
      update(line) {
        if (line !== last) stream.write(`${line}\n`);
        last = line;
      },
      done() {},
    };
  }
  const clear = '\r\u001B[2K';
  return {
    update: (line) => void stream.write(`${clear}${line.slice(0, (stream.columns ?? 80) - 1)}`),
    done: () => void stream.write(clear),
  };
}
