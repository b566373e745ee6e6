/** Line drawings on buttons, on a grid of 16. */

import { html, svg, type TemplateResult } from "lit";

const PATHS = {
  play: "M4.5 3v10l8-5z",
  pause: "M5 3v10M11 3v10",
  first: "M4 3v10M12 3.5 6.5 8l5.5 4.5z",
  last: "M12 3v10M4 3.5 9.500 8 4 12.500z",
  back: "M10.500 3.500 5.500 8l5 4.500",
  on: "M5.500 3.500l5 4.500-5 4.500",
  loop: "M4 6.500A2.500 2.500 0 0 1 6.500 4H13M11 2l2 2-2 2M12 9.500A2.500 2.500 0 0 1 9.500 12H3M5 14l-2-2 2-2",
  undo: "M6 3 3 6l3 3M3 6h6.500a3.500 3.500 0 0 1 0 7H6",
  redo: "M10 3l3 3-3 3M13 6H6.500a3.500 3.500 0 0 0 0 7H10",
  eye: "M1.500 8S4 3.500 8 3.500 14.500 8 14.500 8 12 12.500 8 12.500 1.500 8 1.500 8zM8 6a2 2 0 1 1 0 4 2 2 0 0 1 0-4z",
  hidden:
    "M2 2l12 12M4 4.800C2.400 6 1.500 8 1.500 8S4 12.500 8 12.500c1.200 0 2.300-.4 3.200-.9M7 3.600c.3-.1.700-.1 1-.1 4 0 6.500 4.500 6.500 4.500s-.6 1.100-1.700 2.300",
  fit: "M2.500 6V2.500H6M10 2.500h3.500V6M13.500 10v3.500H10M6 13.500H2.500V10",
  close: "M4 4l8 8M12 4l-8 8",
  add: "M8 3v10M3 8h10",
  up: "M3.500 10 8 5.500l4.500 4.500",
  down: "M3.500 6 8 10.500 12.500 6",
};

export function icon(name: keyof typeof PATHS): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">${svg`<path d=${PATHS[name]} />`}</svg>`;
}
