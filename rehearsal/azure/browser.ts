/** A browser of the one who signs in, as far as it is needed: it opens the page and sends the form that sends itself. */

export async function followSignIn(url: string): Promise<void> {
  const page = await fetch(url);
  const html = await page.text();
  const action = /<form method="POST" action="([^"]+)"/.exec(html)?.[1];
  if (action === undefined) throw new Error(`The sign-in page says: ${html.replaceAll(/<[^>]+>/g, " ").trim()}`);
  const fields = [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)];
  const body = new URLSearchParams(fields.map(([, name = "", value = ""]): [string, string] => [unescaped(name), unescaped(value)]));
  const answer = await fetch(unescaped(action), { method: "POST", body });
  if (!answer.ok) throw new Error(`The client refused the answer to its sign-in: ${await answer.text()}`);
}

function unescaped(text: string): string {
  return text.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&amp;", "&");
}
