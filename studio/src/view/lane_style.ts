import { css } from "lit";

export const laneStyle = css`
  :host { border-bottom: 1px solid #000; }
  .lane { display: flex; background: var(--panel); }
  .head { width: var(--heads); flex: none; padding: 7px 8px 0 0; border-left: 3px solid transparent; display: grid; grid-template-columns: 1fr auto; align-content: start; row-gap: 2px; cursor: pointer; }
  .chosen .head { border-left-color: var(--own); background: var(--raised); }
  .name { justify-content: flex-start; padding: 0 8px; min-width: 0; }
  .chosen .name { box-shadow: none; background: transparent; }
  .label { overflow: hidden; text-overflow: ellipsis; color: var(--strong); font-weight: 600; }
  .chip { width: 9px; height: 9px; border-radius: 50%; background: var(--own); flex: none; }
  .words { grid-column: 1 / 3; padding: 0 8px 0 25px; font-size: 12px; color: var(--quiet); overflow: hidden; text-overflow: ellipsis; display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; line-height: 1.3; }
  .gone .label { color: var(--quiet); text-decoration: line-through; }
  .body { position: relative; flex: 1; min-width: 0; cursor: default; touch-action: none; }
  canvas { width: 100%; height: 100%; display: block; }
  .handle { position: absolute; width: 13px; height: 13px; margin: -6.5px 0 0 -6.5px; padding: 0; border: 2px solid #0b0c0d; background: #fff; border-radius: 50%; cursor: grab; }
  .handle:hover:not(:disabled) { background: var(--accent); }
  .handle:active { cursor: grabbing; }
  .handle.hold { border-radius: 2px; }
  .handle.smooth { border-radius: 50% 50% 50% 2px; }
  .handle.point { background: var(--accent); transform: rotate(45deg); border-radius: 2px; }
  .handle.freeze { width: 30px; margin-left: -15px; border-radius: 7px; cursor: ns-resize; }
  .hover { position: absolute; transform: translateX(-50%); pointer-events: none; background: #000d; color: #fff; font-size: 11px; padding: 1px 6px; border-radius: 3px; white-space: nowrap; font-variant-numeric: tabular-nums; z-index: 3; }
`;
