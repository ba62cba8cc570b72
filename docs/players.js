// On the site a link to the playground that stands alone becomes the playground itself, in the page. Where this does not run,
// in the repository or on paper, the link remains.
"use strict";
{
  const frames = [];
  for (const link of document.querySelectorAll("main p > a[href*='playground.html#text=']")) {
    const paragraph = link.parentElement;
    if (paragraph.textContent.trim() !== link.textContent) continue;
    const frame = document.createElement("iframe");
    Object.assign(frame, { src: `${link.href}&embedded=`, title: link.textContent, loading: "lazy" });
    frame.style.cssText = "display: block; width: 100%; height: 40rem; margin: 1rem 0; border: 0";
    // What the link says is above it.
    paragraph.replaceChildren(link.textContent);
    paragraph.after(frame);
    frames.push(frame);
  }
  // Where the browser can, they are dark when the site is: its themes are these three, and two light ones.
  const root = document.documentElement;
  const dress = () => {
    const isDark = ["ayu", "coal", "navy"].some((theme) => root.classList.contains(theme));
    for (const frame of frames) frame.style.colorScheme = isDark ? "dark" : "light";
  };
  dress();
  new MutationObserver(dress).observe(root, { attributes: true, attributeFilter: ["class"] });
  // Each says how tall it is.
  addEventListener("message", ({ source, data }) => {
    const frame = frames.find(({ contentWindow }) => contentWindow === source);
    if (frame && Number.isFinite(data?.height)) frame.style.height = `${data.height}px`;
  });
}
