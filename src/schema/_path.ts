/** The path of a field: keys that are empty, or hold a sign that paths are made with, are quoted. */
export function childPath(path: string, key: string): string {
  const shown = key === "" || /[.[\]*"{}]/.test(key) ? JSON.stringify(key) : key;
  return path === "" ? shown : `${path}.${shown}`;
}
