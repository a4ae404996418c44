// What a page does besides showing figures: folding the navigation, closing menus, searching lists, saying that figures changed.
// Everything works without it, too; then the filter bar has a button.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  document.addEventListener("DOMContentLoaded", () => {
    const narrow = matchMedia("(max-width: 820px)");
    for (const fold of all(".fold")) {
      const fit = () => { fold.hidden = !narrow.matches; };
      fit();
      narrow.addEventListener("change", fit);
      fold.addEventListener("click", () => {
        const isOpen = document.getElementById(fold.getAttribute("aria-controls")).classList.toggle("open");
        fold.setAttribute("aria-expanded", String(isOpen));
      });
    }
    hover(document);
  });

  // Menus close with Escape, giving the focus back, and with a click elsewhere.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = all("details[data-pop][open]").pop();
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
      event.stopPropagation();
    }
  });
  document.addEventListener("click", (event) => {
    for (const pop of all("details[data-pop][open]")) if (!pop.contains(event.target)) pop.open = false;
  });
  document.addEventListener("focusin", (event) => {
    for (const pop of all("details[data-pop][open]")) if (!pop.contains(event.target)) pop.open = false;
  });

  // A definition opens under the mouse and closes after it, unless it was opened on purpose.
  function hover(within) {
    for (const pop of all("details[data-hover]", within)) {
      let timer = 0;
      let byMouse = false;
      pop.addEventListener("pointerenter", (event) => {
        if (event.pointerType !== "mouse" || pop.open) return;
        timer = setTimeout(() => { pop.open = byMouse = true; }, 250);
      });
      pop.addEventListener("pointerleave", () => {
        clearTimeout(timer);
        if (byMouse) pop.open = byMouse = false;
      });
      pop.querySelector("summary").addEventListener("click", (event) => {
        clearTimeout(timer);
        if (byMouse) { byMouse = false; event.preventDefault(); }
      });
    }
  }

  // Searching a long list hides what does not fit.
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  document.addEventListener("input", (event) => {
    if (!event.target.matches(".search")) return;
    const wanted = plain(event.target.value);
    for (const label of all("label", event.target.closest(".bubble"))) label.hidden = !plain(label.textContent).includes(wanted);
  });
  document.addEventListener("change", (event) => {
    const { target } = event;
    if (target.matches(".search")) { event.stopPropagation(); return; }
    const form = target.closest(".filters");
    if (!form) return;
    if (target.name === "from" || target.name === "to") { form.elements.year.selectedIndex = -1; form.elements.month.selectedIndex = 0; }
    if (target.name === "year" || target.name === "month") for (const name of ["from", "to"]) form.elements[name].value = "";
    const many = target.closest(".many");
    if (many) count(many);
  }, true);

  function count(many) {
    const chosen = all("input[type=checkbox]:checked", many);
    const place = many.querySelector("[data-count]");
    const texts = { 0: place.dataset.all, 1: chosen[0]?.parentElement.textContent.trim() };
    place.textContent = texts[chosen.length] ?? place.dataset.chosen.replace("#", chosen.length);
  }

  // While figures are on their way, and when they are there.
  document.addEventListener("htmx:configRequest", (event) => {
    for (const [name, value] of [...event.detail.formData.entries()]) if (value === "") event.detail.formData.delete(name);
  });
  document.addEventListener("htmx:beforeRequest", () => document.getElementById("board")?.setAttribute("aria-busy", "true"));
  document.addEventListener("htmx:afterSettle", (event) => {
    document.getElementById("board")?.removeAttribute("aria-busy");
    const said = document.getElementById("said");
    said.textContent = "";
    setTimeout(() => { said.textContent = said.dataset.updated; }, 50);
    hover(event.detail.elt);
    keepWishes();
  });
  for (const failure of ["htmx:responseError", "htmx:sendError"]) {
    document.addEventListener(failure, (event) => {
      if (failure === "htmx:responseError") location.assign(event.detail.pathInfo.finalRequestPath);
      else document.getElementById("board")?.removeAttribute("aria-busy");
    });
  }

  // Links for language and colours, and to other boards, keep the filters that were chosen since the page was loaded.
  function keepWishes() {
    for (const link of all(".switch a")) {
      const [name, value] = new URL(link.href).searchParams.has("lang") ? ["lang", link.hreflang] : ["theme", new URL(link.href).searchParams.get("theme")];
      const there = new URL(location.href);
      there.searchParams.set(name, value);
      link.href = there.pathname + there.search;
    }
    for (const link of all(".side nav a")) {
      const there = new URL(link.href), here = new URLSearchParams(location.search);
      there.search = "";
      for (const [name, value] of here) if (["year", "month", "from", "to", "compare", "shop", "channel", "country"].includes(name)) there.searchParams.append(name, value);
      link.href = there.pathname + there.search;
    }
  }
})();
