// Curves that grow: a line of points in an SVG, the axes from 0 on.
const curve = (svg, { least, unit }) => {
  const [width, height, left, bottom, top] = [320, 150, 38, 20, 8];
  const most = 400;
  let points = [];
  let last = 1;
  let every = 1;
  let seen = 0;
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const part = (tag, attributes, text = "") => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.textContent = text;
    return element;
  };
  const draw = () => {
    const highest = Math.max(least, ...points.map(([, y]) => y).filter(Number.isFinite));
    const x = (step) => left + (step / last) * (width - left - 6);
    const y = (value) => top + (1 - value / highest) * (height - top - bottom);
    const marks = [0, 0.5, 1].flatMap((share) => {
      const [value, at] = [share * highest, y(share * highest)];
      return [
        part("line", { class: "grid", x1: left, x2: width - 6, y1: at, y2: at }),
        part("text", { x: left - 5, y: at + 3.5, "text-anchor": "end" }, unit(value)),
      ];
    });
    const steps = [0, last].map((step) =>
      part("text", { x: x(step), y: height - 5, "text-anchor": step ? "end" : "middle" }, step ? `${step.toLocaleString("en")} steps` : "0"));
    const line = points.filter(([, value]) => Number.isFinite(value)).map(([step, value]) => `${x(step).toFixed(1)},${y(value).toFixed(1)}`);
    svg.replaceChildren(...marks, ...steps, part("polyline", { class: "curve", points: line.join(" ") }));
  };
  return {
    clear: (steps) => {
      [points, last, every, seen] = [[], steps, 1, 0];
      draw();
    },
    add: (step, value) => {
      seen += 1;
      if (seen % every !== 0) return;
      points.push([step, value]);
      last = Math.max(last, step);
      if (points.length > most) {
        points = points.filter((_, place) => place % 2 === 0);
        every *= 2;
      }
      draw();
    },
    extend: (steps) => { last = Math.max(last, steps); draw(); },
  };
};
