/** Tokens signed as Microsoft Entra signs them: RS256, with a key that is published. */
import { createPublicKey, generateKeyPairSync, randomUUID, sign, verify, type JsonWebKey } from "node:crypto";
import { z } from "zod";

const Claims = z.looseObject({ iss: z.string(), aud: z.string(), exp: z.number(), nbf: z.number() });
export type Claims = z.infer<typeof Claims>;

export interface Signer {
  sign(claims: Claims): string;
  /** Undefined when another key signed it, or none. */
  verify(token: string): Claims | undefined;
  readonly publicKey: JsonWebKey & { readonly kid: string; readonly use: "sig"; readonly alg: "RS256" };
}

export function createSigner(): Signer {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const kid = randomUUID();
  const header = part({ typ: "JWT", alg: "RS256", kid });
  return {
    sign(claims) {
      const content = `${header}.${part(claims)}`;
      return `${content}.${sign("sha256", Buffer.from(content), privateKey).toString("base64url")}`;
    },
    verify(token) {
      const [head, payload, signature, ...rest] = token.split(".");
      // The algorithm is ours and not the token's to choose: another header is another token.
      if (head !== header || payload === undefined || signature === undefined || rest.length > 0) return undefined;
      if (!verify("sha256", Buffer.from(`${head}.${payload}`), publicKey, Buffer.from(signature, "base64url"))) return undefined;
      return Claims.parse(JSON.parse(Buffer.from(payload, "base64url").toString()));
    },
    publicKey: { ...createPublicKey(privateKey).export({ format: "jwk" }), kid, use: "sig", alg: "RS256" },
  };
}

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
