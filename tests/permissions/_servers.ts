// The servers of the matrix: one that is open, one that wants a login, one that speaks TLS.
import { MongoClient } from "mongodb";
import { type MongoServer, NoServerError, startMongoServer } from "../../scripts/mongodb_server.ts";
import { makeCertificates } from "../integration/_certificates.ts";
import { at } from "../integration/_cli.ts";
import { type Places, type ServerKind, SHOP } from "./matrix.ts";

/** A password that does not look like one, and that a connection string must spell otherwise. */
export const PASSWORD = "s3cret:pw/@";

/** Servers that run. */
export interface Servers {
  /** Where rows find them. */
  readonly places: Omit<Places, "database">;
  /** Clients of them, to look. */
  readonly clients: Readonly<Record<ServerKind, MongoClient>>;
  /** Ends them. */
  stop(): Promise<void>;
}

/** Starts them; the reason where there are none. With `RUN_INTEGRATION=1` there must be. */
export async function startServers(): Promise<Servers | string> {
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof NoServerError) || Deno.env.get("RUN_INTEGRATION") === "1") throw error;
    return error.message;
  }
}

async function start(): Promise<Servers> {
  const certificates = await makeCertificates();
  if (certificates === undefined) throw new NoServerError("openssl, for certificates, is missing");
  const { folder, ca, cert, key } = certificates;
  const begun = await Promise.allSettled([
    startMongoServer(),
    startMongoServer({ auth: { user: "root", password: PASSWORD } }),
    startMongoServer({ tls: { certFile: cert, keyFile: key } }),
  ]);
  const running = begun.flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
  const stop = async () => {
    for (const server of running) await server.stop();
    await Deno.remove(folder, { recursive: true });
  };
  const failed = begun.find((one) => one.status === "rejected");
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  const [plain, auth, tls] = running as [MongoServer, MongoServer, MongoServer];
  const servers = { plain, auth, tls };
  const clients = {
    plain: new MongoClient(plain.uri),
    auth: new MongoClient(auth.uri),
    tls: new MongoClient(tls.uri, { tlsCAFile: ca }),
  };
  for (const client of Object.values(clients)) {
    const orders = client.db(SHOP).collection("orders");
    await orders.deleteMany({});
    await orders.insertMany([{ n: 1, state: "open" }, { n: 2, state: "paid" }, { n: 3 }]);
  }
  return {
    places: {
      mongodb: (server, namespace) => at(servers[server].uri, namespace),
      uri: (server) => servers[server].uri,
      ca,
    },
    clients,
    async stop() {
      for (const client of Object.values(clients)) await client.close();
      await stop();
    },
  };
}
