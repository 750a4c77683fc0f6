/** The two pages that Entra shows here. */
import type { Reply } from "./http.ts";

/** Sends itself off in a browser (response_mode form_post). */
export function codeForm(action: string, fields: Readonly<Record<string, string>>): Reply {
  const inputs = Object.entries(fields).map(([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`);
  return page(200, `<form method="POST" action="${escaped(action)}">${inputs.join("")}</form><script>document.forms[0].submit()</script>`);
}

export function refusalPage(number: string, text: string): Reply {
  return page(400, `<h1>Sorry, but we're having trouble signing you in.</h1><p>${escaped(`${number}: ${text}`)}</p>`);
}

function page(status: number, body: string): Reply {
  const headers = { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" };
  return { status, headers, body: `<!doctype html><html lang="en"><head><title>Sign in</title></head><body>${body}</body></html>` };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
