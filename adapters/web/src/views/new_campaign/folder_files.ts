// A folder of one's own machine, and which of its files the rows of a list name. Nothing here asks the engine.

export interface Folder {
  name: string;
  /** By their paths within the folder, in the form that `plain` gives them. */
  files: Map<string, File>;
}

/** A cell of the column that names files, as the engine found it in the list. */
export interface NamedCell {
  cell: string;
  /** The first that has it. */
  line: number;
  rows: number;
}

export interface FoundFiles {
  /** Each once, however many cells name it. */
  named: File[];
  namedRows: number;
  missing: NamedCell[];
  missingRows: number;
  /** Paths of what no row names. */
  unnamed: string[];
}

/** The letters of a name may be composed or not, as the system that wrote it has them: a Mac's "й" is two characters. */
const plain = (path: string) => path.normalize("NFC");

/** What a browser gives for a folder has the folder before each path; files that were chosen one by one have no paths. */
export function folderOf(chosen: Iterable<File>): Folder | null {
  const folder: Folder = { name: "", files: new Map() };
  for (const file of chosen) {
    const [top = "", ...path] = file.webkitRelativePath.split("/");
    folder.name = top;
    folder.files.set(plain(path.length > 0 ? path.join("/") : file.name), file);
  }
  return folder.files.size > 0 ? folder : null;
}

/** Blanks and what nobody sees, at a cell's ends: the engine takes them off as well. */
const unseen = /^[\s\p{Cf}\p{Cc}]+|[\s\p{Cf}\p{Cc}]+$/gu;

/** As the command line finds it: no name leads out of the folder. Lists from Windows may part folders by backslashes. */
export function fileNamed({ files }: Folder, cell: string): File | null {
  const within = (path: string): File | null => {
    const parts = path.split("/").filter((one) => one !== "" && one !== ".");
    return path.startsWith("/") || parts.includes("..") ? null : (files.get(plain(parts.join("/"))) ?? null);
  };
  const name = cell.replace(unseen, "");
  return within(name) ?? within(name.replaceAll("\\", "/"));
}

export function findFiles(folder: Folder, cells: NamedCell[]): FoundFiles {
  const named = new Set<File>();
  const missing: NamedCell[] = [];
  let namedRows = 0;
  for (const one of cells) {
    const file = fileNamed(folder, one.cell);
    if (!file) missing.push(one);
    else {
      named.add(file);
      namedRows += one.rows;
    }
  }
  return {
    named: [...named],
    namedRows,
    missing,
    missingRows: missing.reduce((sum, one) => sum + one.rows, 0),
    unnamed: [...folder.files].filter(([, file]) => !named.has(file)).map(([path]) => path),
  };
}

/** The column whose first cells name files of the folder; "" where none does. */
export function columnThatNames(folder: Folder, columns: string[], rows: string[][]): string {
  return columns.find((_, at) => rows.some((row) => row[at] && fileNamed(folder, row[at]))) ?? "";
}

/** What the engine wants before the list: for each cell the id that takes its place, nothing for a missing file. */
export function replacementsFor(folder: Folder, column: string, cells: NamedCell[], ids: Map<File, string>): string {
  const idOf = (cell: string) => {
    const file = fileNamed(folder, cell);
    return (file && ids.get(file)) ?? "";
  };
  return cells.map(({ cell }) => `${JSON.stringify({ column, file: cell, id: idOf(cell) })}\n`).join("");
}
