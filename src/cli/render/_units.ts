const SIZES = ["B", "kB", "MB", "GB", "TB"];

/** Bytes for people: `1.2 MB`. */
export function formatBytes(bytes: number): string {
  let unit = 0;
  while (bytes >= 999.5 && unit < SIZES.length - 1) {
    bytes /= 1000;
    unit++;
  }
  return `${unit === 0 || bytes >= 100 ? Math.round(bytes) : bytes.toFixed(1)} ${SIZES[unit]}`;
}

/** A number with its thousands apart: `12,345`. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Seconds for people: `0.8 s`, `12 s`, `3m 05s`, `2h 10m`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h ${two(Math.floor(whole % 3600 / 60))}m`;
}

/** `1 document`, `12,345 documents`. */
export function formatDocuments(count: number): string {
  return `${formatCount(count)} ${count === 1 ? "document" : "documents"}`;
}
