import type uPlot from "uplot";

/** Something at a step that is more than a value. */
export interface Mark {
  readonly x: number;
  /** Without one the mark stands on the axis. */
  readonly y?: number;
  readonly kind: "checkpoint" | "best";
}

/** Draws checkpoints as diamonds on the axis, and the best value in a ring. */
export function drawMarks(plot: uPlot, marks: readonly Mark[], color: (name: string) => string): void {
  const { ctx, bbox } = plot;
  const unit = devicePixelRatio;
  ctx.save();
  for (const { x, y, kind } of marks) {
    const left = plot.valToPos(x, "x", true);
    if (left < bbox.left - 1 || left > bbox.left + bbox.width + 1) continue;
    ctx.beginPath();
    if (kind === "checkpoint") {
      const top = bbox.top + bbox.height;
      const size = 4.5 * unit;
      ctx.moveTo(left, top - size);
      ctx.lineTo(left + size, top);
      ctx.lineTo(left, top + size);
      ctx.lineTo(left - size, top);
      ctx.closePath();
      ctx.fillStyle = color("--mark");
      ctx.fill();
    } else if (y !== undefined) {
      ctx.arc(left, plot.valToPos(y, "y", true), 6 * unit, 0, 2 * Math.PI);
      ctx.lineWidth = 1.75 * unit;
      ctx.strokeStyle = color("--eval");
      ctx.stroke();
    }
  }
  ctx.restore();
}
