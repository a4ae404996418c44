// Draws the charts: each specification is beside its place in the page. No code of a specification is compiled (ast).
"use strict";
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const options = {
    actions: false, ast: true, defaultStyle: false, renderer: "svg", hover: false,
    tooltip: { disableDefaultStyle: true, offsetX: 12, offsetY: 12 },
    logLevel: 1,
  };
  const drawn = new Map();

  function wanted(data) {
    const spec = data.light && data.dark ? (dark.matches ? data.dark : data.light) : data.light ?? data.dark;
    return data.datasets ? { ...spec, datasets: data.datasets } : spec;
  }

  async function draw(place) {
    const block = place.parentElement.querySelector("script[type='application/json']");
    const spec = wanted(JSON.parse(block.textContent));
    drawn.get(place)?.finalize();
    drawn.set(place, await vegaEmbed(place, spec, options));
    place.setAttribute("aria-hidden", "true");
    place.dataset.drawn = "";
  }

  async function drawAll() {
    for (const [place, result] of drawn) {
      if (!place.isConnected) { result.finalize(); drawn.delete(place); }
    }
    await Promise.all([...document.querySelectorAll("[data-chart]:not([data-drawn])")].map(draw));
    document.documentElement.dataset.charts = "drawn";
  }

  document.addEventListener("DOMContentLoaded", drawAll);
  document.addEventListener("htmx:afterSettle", drawAll);
  dark.addEventListener("change", () => {
    for (const place of document.querySelectorAll("[data-drawn]")) delete place.dataset.drawn;
    drawAll();
  });
})();
