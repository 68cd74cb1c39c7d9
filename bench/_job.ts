/** What a job is, and what several of them use. */
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { MongoClient } from "mongodb";
import { ConnectionString } from "mongodb-connection-string-url";
import type { Command } from "./_measure.ts";
import type { OrdersFile } from "./orders.ts";

/** The programs that datahood is measured against. */
export type PeerName = "mongorestore" | "mongodump" | "mongodb-schema" | "dh" | "reading";

/** Where a job finds its ends. */
export interface JobContext {
  /** The server. */
  readonly uri: string;
  /** A client of it, for what is not measured. */
  readonly client: MongoClient;
  /** The documents. */
  readonly orders: OrdersFile;
  /** The same number of documents as several collections. */
  readonly parts: readonly OrdersFile[];
  /** A folder for output, of this run alone. */
  readonly folder: string;
  /** A folder for what jobs read, of all runs. */
  readonly inputs: string;
  /** Where each peer is, or `undefined` if it is not installed. */
  readonly peers: Readonly<Record<PeerName, string | undefined>>;
  /** Runs datahood with some arguments. */
  datahood(...args: string[]): Command;
}

/** What a job reads beside the file of orders; it is there before the first run. */
export type Input = "collection" | "database" | "dump" | "archive" | "copy";

/** One job. */
export interface Job {
  /** A word for `--only`. */
  readonly name: string;
  /** What it does. */
  readonly title: string;
  /** The peer that can do it too. */
  readonly peer?: PeerName;
  /** What the table calls the peer, where its program's name does not tell. */
  readonly peerTitle?: string;
  /** Whether the peer may fail in the end: what it took until then is a lower bound. */
  readonly peerMayFail?: boolean;
  /** Wall time of datahood over the peer's that is aimed at. */
  readonly wallGoal?: number;
  /** Bytes that are gone through, where what counts is how many of them a second. */
  readonly speed?: {
    /** How many there are. */
    bytes(context: JobContext): number;
    /** Megabytes a second that are aimed at. */
    readonly goalMb: number;
  };
  /** Peak memory of datahood that is aimed at, in MB. */
  readonly peakGoalMb: number;
  /** What it reads. */
  readonly reads?: Input;
  /** The command of datahood, or of the peer. */
  command(context: JobContext, tool: "datahood" | PeerName): Command;
  /** Looks at what a run made, throws if it is not all there, and clears it away. */
  finish(context: JobContext): Promise<void>;
}

/** The database of the one collection that jobs read or write. */
export const DATABASE = "datahood_bench";

/**
 * The address of a database or collection for datahood.
 *
 * @param uri The server.
 * @param place The database, or the namespace.
 * @returns The same server with the place as its path.
 */
export function address(uri: string, place: string): string {
  const parts = new ConnectionString(uri);
  if (parts.username !== "" && !parts.searchParams.has("authSource")) {
    parts.searchParams.set("authSource", parts.pathname.slice(1) || "admin");
  }
  parts.pathname = `/${place}`;
  return parts.toString();
}

/** The address of the server for the peers, which take the place as options. */
export function peerAddress(uri: string): string[] {
  const parts = new ConnectionString(address(uri, DATABASE));
  parts.pathname = "/";
  return ["--quiet", "--uri", parts.toString()];
}

/** Whether there is something of that name. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** How many bytes a file holds, uncompressed. */
export async function bytesOf(path: string, gzip: boolean): Promise<number> {
  if (!gzip) return (await Deno.stat(path)).size;
  let found = 0;
  await pipeline(createReadStream(path), createGunzip(), async (parts) => {
    for await (const part of parts) found += part.length;
  });
  return found;
}

/** Throws if a file does not hold so many bytes. */
export async function expectBytes(path: string, bytes: number, gzip: boolean): Promise<void> {
  const found = await bytesOf(path, gzip);
  if (found !== bytes) {
    throw new Error(`Cannot trust "${path}": it has ${found} bytes, not ${bytes}`);
  }
}
