/** Markup whose texts are escaped by construction: only `html` and `raw` make it. */
export interface Html {
  readonly markup: string;
}

type Part = Html | string | number | readonly Html[];

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { markup: strings.reduce((markup, text, index) => markup + markupOf(parts[index - 1] ?? "") + text) };
}

/** For our own assets; never for a text that came from a drill. */
export function raw(markup: string): Html {
  return { markup };
}

export const NOTHING = raw("");

function markupOf(part: Part): string {
  if (typeof part === "number") return String(part);
  if (typeof part === "string") return part.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
  return "markup" in part ? part.markup : part.map(({ markup }) => markup).join("");
}

/** JSON inside a script element: nothing in it can end that element. */
export function jsonScript(id: string, data: unknown): Html {
  return html`<script type="application/json" id="${id}">
    ${raw(JSON.stringify(data).replaceAll("<", "\\u003c"))}
  </script>`;
}

interface Column {
  readonly title: string;
  readonly numeric?: boolean;
}

/** A column of numbers; its unit stays beside its name. */
export function numeric(title: string): Column {
  return { title: title.replaceAll(", ", ",\u00a0"), numeric: true };
}

export interface Row {
  /** The first cell heads the row. */
  readonly cells: readonly (Html | string)[];
  readonly className?: string;
}

/** A table that scrolls by itself on a narrow screen, by keyboard too. */
export function table(caption: string, columns: readonly Column[], rows: readonly Row[], className = ""): Html {
  const head = columns.map(({ title, numeric }) => html`<th scope="col" class="${numeric === true ? "num" : ""}">${title}</th>`);
  const body = rows.map(({ cells, className: rowClass }) => {
    const tds = cells.map((cell, index) =>
      index === 0 ? html`<th scope="row">${cell}</th>` : html`<td class="${columns[index]?.numeric === true ? "num" : ""}">${cell}</td>`,
    );
    return html`<tr class="${rowClass ?? ""}">
      ${tds}
    </tr>`;
  });
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0">
    <table class="${className}">
      <caption>
        <span>${caption}</span>
      </caption>
      <thead>
        <tr>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </div>`;
}
