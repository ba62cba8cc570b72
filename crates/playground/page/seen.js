// What the net was given, in pixels, and over it where ink would help and where it would hurt.
const seenImage = (canvas) => {
  const context = canvas.getContext("2d");
  const colour = (name) => {
    const text = getComputedStyle(canvas).getPropertyValue(name).trim();
    return [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
  };
  let shown = null;

  const draw = () => {
    const [height, width] = shown?.size ?? [28, 28];
    canvas.width = width;
    canvas.height = height;
    const pixels = context.createImageData(width, height);
    const [paper, ink, more, less] = ["--card", "--text", "--help", "--hurt"].map(colour);
    const largest = Math.max(1e-12, ...(shown?.slopes ?? []).map(Math.abs));
    for (let k = 0; k < width * height; k += 1) {
      const darkness = (shown?.image[k] ?? 0) / 255;
      const slope = (shown?.slopes[k] ?? 0) / largest;
      // Small slopes are seen, too.
      const strength = Math.sqrt(Math.abs(slope)) * 0.85;
      const tint = slope > 0 ? more : less;
      const mixed = paper.map((p, c) => {
        const grey = p + (ink[c] - p) * darkness;
        return grey + (tint[c] - grey) * strength;
      });
      pixels.data.set([...mixed, 255], 4 * k);
    }
    context.putImageData(pixels, 0, 0);
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  return { show: (answer) => { shown = answer; draw(); } };
};
