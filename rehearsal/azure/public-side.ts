/** What clients meet of Azure: Microsoft Entra and Front Door over TLS, the managed-identity endpoint over plain HTTP, on the loopback. */
import { randomUUID } from "node:crypto";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { entra, issuerOf, type EntraOptions } from "./entra.ts";
import { noFaults } from "./faults.ts";
import { frontDoorPlane, type FrontDoorPlaneOptions } from "./front-door-plane.ts";
import { listener, type Held, type Service } from "./http.ts";
import { identityEndpoint, type TokenBook } from "./identity.ts";
import { createSigner, type Signer } from "./jwt.ts";
import { close, listen } from "./listen.ts";
import type { Certificate } from "./tls.ts";

export interface PublicSideOptions extends Omit<FrontDoorPlaneOptions, "tokens"> {
  readonly certificate: Certificate;
  readonly directory: Omit<EntraOptions, "signer" | "tokenLifetimeSeconds">;
  readonly held?: Held;
}

export interface PublicSide {
  /** `https://127.0.0.1:<port>`: Front Door, and the host of the authority. */
  readonly endpoint: string;
  readonly authority: string;
  /** For IDENTITY_ENDPOINT and IDENTITY_HEADER. */
  readonly identityEndpoint: string;
  readonly identityHeader: string;
  stop(): Promise<void>;
}

/** Entra's own for a person's access token, on the average. */
const PERSON_TOKEN_SECONDS = 3600;

export async function startPublicSide(options: PublicSideOptions): Promise<PublicSide> {
  const { certificate, directory, constants, held = () => () => undefined } = options;
  const { cert, key } = { cert: certificate.certificate, key: certificate.privateKey };
  const signer = createSigner();
  const serve = (service: Service): ReturnType<typeof listener> => listener(service, held, noFaults());
  const login = createHttpsServer({ cert, key }, serve(entra({ ...directory, signer, tokenLifetimeSeconds: PERSON_TOKEN_SECONDS })));
  const authority = `https://127.0.0.1:${await listen(login, 0)}`;
  const issuer = issuerOf(authority, directory.tenant);
  const tokens = { signer, audience: directory.audience, issuer };
  const edge = createHttpsServer({ cert, key }, serve(frontDoorPlane({ ...options, tokens })));
  const header = randomUUID();
  const identities = {
    header,
    audiences: [directory.audience],
    userAssignedClientIds: [],
    tokens: signedTokens(signer, issuer, constants.tokenLifetimeSeconds),
    faults: noFaults(),
    constants,
  };
  const msi = createHttpServer(serve(identityEndpoint(identities)));
  return {
    endpoint: `https://127.0.0.1:${await listen(edge, 0)}`,
    authority,
    identityEndpoint: `http://127.0.0.1:${await listen(msi, 0)}/msi/token`,
    identityHeader: header,
    stop: async () => void (await Promise.all([login, edge, msi].map(close))),
  };
}

/** A managed identity's, which the gateways can check as they check a person's. */
function signedTokens(signer: Signer, iss: string, lifetimeSeconds: number): TokenBook {
  return {
    issue(aud, clientId) {
      const expiresAt = Date.now() + lifetimeSeconds * 1000;
      const iat = Math.floor(Date.now() / 1000);
      return {
        token: signer.sign({ iss, aud, appid: clientId, iat, nbf: iat, exp: Math.floor(expiresAt / 1000), jti: randomUUID() }),
        expiresAt,
      };
    },
    find: () => undefined,
  };
}
