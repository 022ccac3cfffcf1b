const UNITS: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** `512B`, `64KiB`, `16MiB`, `1.5GiB`. */
export const SIZE_PATTERN = /^(\d+(?:\.\d+)?)(B|KiB|MiB|GiB)$/;

/** Bytes; undefined for what is no size. */
export function sizeBytes(text: string): number | undefined {
  const match = SIZE_PATTERN.exec(text);
  return match === null ? undefined : Math.floor(Number(match[1]) * (UNITS[match[2] ?? ""] as number));
}

/** The largest unit in which it is a short number: 16777216 → "16 MiB". */
export function sizeText(bytes: number): string {
  const [unit, size] = Object.entries(UNITS).findLast(([, each]) => bytes >= each) ?? ["B", 1];
  return `${Number((bytes / size).toFixed(1))} ${unit}`;
}
