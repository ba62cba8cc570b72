// Begins in the report of a training run: its net reads what is drawn, and the test images that it misread.
(async () => {
  const { height, width, classes } = byId("draw").dataset;
  const tape = await engine(bytesOf(byId("wasm").textContent));
  const taken = tape({ do: "net", height: Number(height), width: Number(width) }, bytesOf(byId("weights").textContent));
  if (taken.error) throw new Error(taken.error.message);
  const drawing = looking((question, bytes) => drawing.take(tape(question, bytes)), Number(classes));
  drawing.clear();

  // An image of the report is ink on nothing: how opaque a pixel is, is its byte in the data set.
  const bytesIn = (image) => {
    const [across, down] = [image.naturalWidth, image.naturalHeight];
    const context = new OffscreenCanvas(across, down).getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, across, down);
    return Uint8Array.from({ length: across * down }, (_, k) => data[4 * k + 3]);
  };
  const show = (figure) => {
    const label = Number(figure.dataset.label);
    const image = figure.querySelector("img");
    drawing.show({ size: [image.naturalHeight, image.naturalWidth], bytes: bytesIn(image), label }, label);
  };
  const misread = Array.from(document.querySelectorAll("#mistakes figure"));
  for (const figure of misread) {
    const image = figure.querySelector("img");
    const button = make("button", { type: "button", className: "shown", title: "See what the net goes by" });
    image.replaceWith(button);
    button.append(image);
    button.addEventListener("click", () => {
      show(figure);
      byId("paper").scrollIntoView({ block: "nearest" });
    });
  }
  byId("sample").hidden = byId("by-keyboard").hidden = misread.length === 0;
  let next = 0;
  byId("sample").addEventListener("click", () => {
    show(misread[next]);
    next = (next + 1) % misread.length;
  });
})().catch((error) => {
  byId("read").textContent = "This browser cannot run the net.";
  byId("why").textContent = `${sentence(error.message)} It needs WebAssembly with vector instructions, which every browser has had since 2023.`;
});
