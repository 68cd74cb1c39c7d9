// Certificates for tests over TLS.

/** Files of a server that speaks TLS. */
export interface Certificates {
  readonly folder: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** An authority and a certificate for 127.0.0.1; `undefined` without openssl. */
export async function makeCertificates(): Promise<Certificates | undefined> {
  const folder = await Deno.makeTempDir({ prefix: "datahood-tls" });
  const at = (name: string) => `${folder}/${name}`;
  const openssl = async (...args: string[]) => {
    const { success, stderr } = await new Deno.Command("openssl", { args }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  };
  try {
    await Deno.writeTextFile(at("san"), "subjectAltName=IP:127.0.0.1,DNS:localhost\n");
    const fresh = ["-nodes", "-newkey", "rsa:2048", "-days", "2"];
    // deno-fmt-ignore
    await openssl("req", "-x509", ...fresh, "-subj", "/CN=datahood tests", "-keyout", at("ca.key"), "-out", at("ca.pem"));
    const plain = ["-nodes", "-newkey", "rsa:2048", "-subj", "/CN=127.0.0.1"];
    await openssl("req", "-new", ...plain, "-keyout", at("key.pem"), "-out", at("csr.pem"));
    // deno-fmt-ignore
    await openssl("x509", "-req", "-days", "2", "-in", at("csr.pem"), "-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-CAcreateserial", "-extfile", at("san"), "-out", at("cert.pem"));
  } catch (error) {
    await Deno.remove(folder, { recursive: true });
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  return { folder, ca: at("ca.pem"), cert: at("cert.pem"), key: at("key.pem") };
}
