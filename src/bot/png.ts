import { createRequire } from "node:module";

/** Three dots of the picture for each of its own: sharp on a telephone. */
const zoom = 3;

/**
 * Makes a PNG of an SVG, beside the event loop; `null` on a platform for which npm has no resvg, where pictures are done without.
 * The font comes along: what a server has installed is nobody's guess.
 */
export async function pngOf(svg: string): Promise<Buffer | null> {
  const resvg = await import("@resvg/resvg-js").catch(() => null);
  if (resvg === null) return null;
  const rendered = await resvg.renderAsync(svg, {
    font: { loadSystemFonts: false, fontFiles: fontFiles(), defaultFontFamily: "Atkinson Hyperlegible" },
    fitTo: { mode: "zoom", value: zoom },
  });
  return rendered.asPng();
}

function fontFiles(): string[] {
  const { resolve } = createRequire(import.meta.url);
  return ["400Regular/AtkinsonHyperlegible_400Regular.ttf", "700Bold/AtkinsonHyperlegible_700Bold.ttf"].map((file) =>
    resolve(`@expo-google-fonts/atkinson-hyperlegible/${file}`),
  );
}
