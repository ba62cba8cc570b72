// A drawing that is too large for its frame may fit when it is broken into rows elsewhere. `wide(width)` asks for one as wide as that:
// of some widths the one is taken whose text is largest, or the frame's own where none is as large as `least`.
const fitted = (wide, { width, height }, least) => {
  const first = { answer: wide(width), width };
  if (first.answer.error) return first;
  const sizeOf = ({ svg }) => [/ width="([\d.]+)"/, / height="([\d.]+)"/].map((side) => Number(side.exec(svg)[1]));
  const scaleOf = (answer) => (([w, h]) => Math.min(1, width / w, height / h))(sizeOf(answer));
  // As large as the first, and of the frame's shape.
  const [w, h] = sizeOf(first.answer);
  const like = Math.sqrt(w * h * (width / height));
  let best = { ...first, scale: scaleOf(first.answer) };
  for (const share of [0.9, 0.95, 1, 1.05, 1.1, 1.2]) {
    // No way of breaking it makes a drawing fit that is far too large.
    if (best.scale === 1 || width / like < 0.9 * least) break;
    const wanted = Math.max(1, Math.round(share * like));
    const answer = wide(wanted);
    const scale = scaleOf(answer);
    if (scale > best.scale) best = { answer, scale, width: wanted };
  }
  return best.scale < least ? first : best;
};
