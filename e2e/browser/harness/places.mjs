// Where things lie, from the repository's root.
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");

/** The program under test. */
export const BINARY = process.env.BENCHSIDE_BINARY ?? path.join(ROOT, "target/release/benchside");
/** Debian's browser. */
export const CHROMIUM = process.env.BENCHSIDE_CHROMIUM ?? "/usr/bin/chromium";
/** Where screenshots are laid. */
export const SCREENSHOTS = process.env.BENCHSIDE_SCREENSHOTS ?? path.join(ROOT, "target/screenshots");
/** Our own capture: one potassium from a c 111, framed. */
export const POTASSIUM_CAPTURE = path.join(ROOT, "captures/roche_cobas_c/potassium.astm");
/** A real transmission of a c 111. It lies beside the checkout where it may be used, and is no part of it. */
export const REAL_CAPTURE = path.resolve(ROOT, "../shared/captures/astm/cobas_c111.txt");
/** Folder for what lives as long as one run. */
export const TEMPORARY = os.tmpdir();
