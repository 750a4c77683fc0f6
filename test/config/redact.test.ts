import { expect, it } from "vitest";
import { redact } from "../../src/config/redact.ts";

it.each([
  ["a user and password in a URL", "https://ann:s3cret@host/x", "https://[redacted]@host/x"],
  ["a user alone in a URL", "https://s3cret@host", "https://[redacted]@host"],
  ["a URL's query", "https://host/p?sig=abc&x=1", "https://host/p?[redacted]"],
  ["a URL's fragment", "https://host/p#access", "https://host/p?[redacted]"],
  [
    "a connection string",
    "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=c2VjcmV0Cg==;X=1",
    "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=[redacted];X=1",
  ],
  ["an assignment", "api-key: hunter2", "api-key: [redacted]"],
  ["a bearer token", "Bearer abc.def", "Bearer [redacted]"],
  ["a 32-digit hex key", "0123456789abcdef0123456789abcdef", "[redacted]"],
  ["an 84-character Foundry key", `${"Ab1".repeat(28)}`, "[redacted]"],
  ["a base64 key with slashes", `${"aB/cD+eF".repeat(10)}AAAAAA==`, "[redacted]"],
])("hides %s", (_, text, shown) => {
  expect(redact(text)).toBe(shown);
});

it.each([
  "eastus2",
  "https://foundry-contoso-eastus2.openai.azure.com/",
  "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-contoso-ai-eastus2/providers/Microsoft.CognitiveServices/accounts/foundry-contoso-eastus2/deployments/gpt-4o",
  "DataZoneProvisionedManaged",
])("leaves %s readable", (text) => {
  expect(redact(text)).toBe(text);
});
