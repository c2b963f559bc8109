export function follow(heads: { seq: bigint; hash: string }[]): {
  next(line: string): void;
  end(): { entries: bigint; erased: number; untimed: number; head: string };
};
