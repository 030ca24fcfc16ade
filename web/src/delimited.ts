// Delimited text: a CSV file as rows of cells, with the line of the file on which each begins.

export interface TextRow { line: number; cells: string[] }

const DELIMITERS = [",", ";", "\t"];

/** The sign that parts cells: of the three in use the one that stands most often in the head, outside quotes. */
export function delimiterOf(text: string): string {
  const head = (/^(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(text)?.[0] ?? "").replace(/"(?:[^"]|"")*"/g, "");
  const count = (sign: string): number => head.split(sign).length;
  return DELIMITERS.reduce((best, sign) => (count(sign) > count(best) ? sign : best));
}

/** Rows of cells; a cell in quotes may hold delimiters, quotes that are doubled, and ends of lines. Lines without any cell are left out. */
export function rowsOf(text: string, delimiter: string): TextRow[] {
  const rows: TextRow[] = [];
  let cells: string[] = [], cell = "", isQuoted = false, line = 1, first = 1;
  const endRow = (): void => {
    cells.push(cell);
    if (cells.some((c) => c.trim() !== "")) rows.push({ line: first, cells });
    [cells, cell] = [[], ""];
  };
  for (let i = 0; i < text.length; i++) {
    const sign = text[i] ?? "", isEnd = sign === "\n" || (sign === "\r" && text[i + 1] !== "\n");
    if (isEnd) line++;
    if (isQuoted) {
      if (sign !== '"') cell += sign;
      else if (text[i + 1] === '"') { cell += sign; i++; } else isQuoted = false;
    } else if (sign === '"' && cell.trim() === "") { cell = ""; isQuoted = true; }
    else if (sign === delimiter) { cells.push(cell); cell = ""; }
    else if (isEnd) { endRow(); first = line; }
    else if (sign !== "\r") cell += sign;
  }
  endRow();
  return rows;
}
