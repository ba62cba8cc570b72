// A canvas to draw a digit on, with mouse, pen or finger. `changed` is called whenever there is more or less ink on it.
const drawingBoard = (canvas, changed) => {
  const side = canvas.width;
  const pen = side / 14;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  let last = null;
  let isBlank = true;
  // The image that is shown, until something is drawn over it.
  let image = null;

  // White paper, also on a dark page: the digit is looked for as dark on light.
  const clear = () => {
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, side, side);
    isBlank = true;
    image = null;
    changed();
  };
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * side, ((event.clientY - box.top) / box.height) * side];
  };
  const line = (from, to) => {
    Object.assign(context, { strokeStyle: "#1c2330", lineWidth: pen, lineCap: "round", lineJoin: "round" });
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
    isBlank = false;
    image = null;
    changed();
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    last = place(event);
    line(last, last);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!last) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) {
      const to = place(each);
      line(last, to);
      last = to;
    }
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { last = null; });

  return {
    clear,
    isBlank: () => isBlank,
    side,
    // One byte a pixel, 255 the paper.
    greys: () => {
      const { data } = context.getImageData(0, 0, side, side);
      return Uint8Array.from({ length: side * side }, (_, k) => data[4 * k]);
    },
    image: () => image,
    // An image that is shown is a drawing like another from now on.
    forget: () => { image = null; },
    // Shows an image whose ink is light on dark, as data sets have it.
    show: (other) => {
      const { size: [height, width], bytes } = other;
      const small = new OffscreenCanvas(width, height);
      const pixels = new ImageData(width, height);
      bytes.forEach((byte, k) => pixels.data.set([255 - byte, 255 - byte, 255 - byte, 255], 4 * k));
      small.getContext("2d").putImageData(pixels, 0, 0);
      context.fillStyle = "#ffffff";
      context.fillRect(0, 0, side, side);
      context.imageSmoothingQuality = "high";
      const scale = side / Math.max(width, height);
      const [w, h] = [width * scale, height * scale];
      context.drawImage(small, (side - w) / 2, (side - h) / 2, w, h);
      isBlank = false;
      image = other;
      changed();
    },
  };
};
