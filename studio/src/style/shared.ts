/** What all parts of the page look like. */

import { css } from "lit";

export const shared = css`
  :host { display: block; box-sizing: border-box; }
  * { box-sizing: border-box; }
  [hidden] { display: none !important; }
  button, select, input {
    font: inherit; color: var(--text); background: var(--raised);
    border: 1px solid transparent; border-radius: 5px; height: 26px; padding: 0 9px; margin: 0;
  }
  button { cursor: pointer; white-space: nowrap; display: inline-flex; align-items: center; justify-content: center; gap: 6px; }
  button:hover:not(:disabled), select:hover { background: #292d32; color: var(--strong); }
  button:disabled { color: #5b6067; cursor: default; background: transparent; border-color: var(--line); }
  button[aria-pressed="true"], button[aria-checked="true"], button[aria-selected="true"] { background: #33373d; color: var(--strong); box-shadow: inset 0 0 0 1px #474c53; }
  button.plain { background: transparent; }
  button.plain:hover:not(:disabled) { background: var(--raised); }
  button.plain:disabled { border-color: transparent; }
  button.main { background: var(--accent); color: #1a1405; font-weight: 600; }
  button.main:hover:not(:disabled) { background: #f3c36c; color: #1a1405; }
  button.main:disabled { background: #3b3424; color: #7f775f; border-color: transparent; }
  button.icon { width: 26px; padding: 0; }
  svg.icon { width: 15px; height: 15px; fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round; flex: none; }
  select { padding-right: 4px; }
  input[type="number"] { width: 66px; padding: 0 4px 0 8px; font-variant-numeric: tabular-nums; }
  input[type="range"] { padding: 0; background: transparent; accent-color: var(--accent); height: 20px; }
  input[type="checkbox"] { width: 14px; height: 14px; accent-color: var(--accent); vertical-align: -2px; }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
  .group { display: inline-flex; border-radius: 5px; background: var(--raised); }
  .group > button { background: transparent; border-radius: 5px; }
  .group > button:hover:not(:disabled) { color: var(--strong); }
  .group > button[aria-pressed="true"] { background: #383c43; }
  .quiet { color: var(--quiet); }
  .figures { font-variant-numeric: tabular-nums; }
  .wrong { color: var(--wrong); }
  h2 { font-size: 11px; font-weight: 600; letter-spacing: 0.06em; text-transform: uppercase; color: var(--quiet); margin: 0 0 8px; }
  kbd { font: inherit; font-size: 11px; color: var(--text); background: #2a2d32; border-radius: 3px; padding: 1px 5px; min-width: 18px; display: inline-block; text-align: center; }
`;
