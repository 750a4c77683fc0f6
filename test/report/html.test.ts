import { describe, expect, it } from "vitest";
import { html, jsonScript, raw, table } from "../../rehearsal/report/html.ts";
import { rowsOf } from "./support.ts";

describe("markup", () => {
  it.each([
    ["an element", "<b>", "&lt;b&gt;"],
    ["an attribute's end", `"'`, "&quot;&#39;"],
    ["an entity", "&amp;", "&amp;amp;"],
  ])("escapes %s in a text", (_, text, escaped) => {
    expect(html`<i title="${text}">${text}</i>`.markup).toBe(`<i title="${escaped}">${escaped}</i>`);
  });

  it("keeps markup inside markup as it is", () => {
    const items = ["<", "b"].map((text) => html`<i>${text}</i>`);
    expect(html`<p>${items}${raw("<hr>")}${0}</p>`.markup).toBe("<p><i>&lt;</i><i>b</i><hr>0</p>");
  });

  it("keeps a script's data inside its script", () => {
    const data = { text: "</script><script>alert(1)</script><!--" };
    const { markup } = jsonScript("data", data);
    expect(markup.match(/<\/?script/g)).toHaveLength(2);
    expect(JSON.parse(markup.replace(/^<script[^>]*>/, "").replace("</script>", ""))).toEqual(data);
  });
});

describe("a table", () => {
  it("has a caption, column heads and row heads, and can be scrolled by keyboard", () => {
    const { markup } = table("Fruit", [{ title: "Kind" }, { title: "Weight, g", numeric: true }], [{ cells: ["<apple>", "120"] }]);
    expect(rowsOf(markup)).toEqual([
      ["Kind", "Weight, g"],
      ["<apple>", "120"],
    ]);
    expect(markup).toMatch(/<th scope="row">\s*&lt;apple&gt;/);
    expect(markup).toMatch(/<th scope="col" class="num">/);
    expect(markup).toMatch(/role="region" aria-label="Fruit" tabindex="0"/);
  });
});
