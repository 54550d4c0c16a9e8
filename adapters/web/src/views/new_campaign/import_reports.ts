// What was left out of a file: the engine tells it once, at the import. Kept as long as the tab lives.
import type { ImportReport } from "../../api/types";

const key = (id: string) => `sluice.import.${id}`;

export const importReports = {
  keep(report: ImportReport): void {
    try {
      sessionStorage.setItem(key(report.id), JSON.stringify(report));
    } catch {
      // A browser without room: the audience is there all the same.
    }
  },
  get(id: string): ImportReport | null {
    return JSON.parse(sessionStorage.getItem(key(id)) ?? "null") as ImportReport | null;
  },
};
