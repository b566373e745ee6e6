import { css } from "lit";

export const panelStyle = css`
  :host { overflow-y: auto; background: var(--panel); scrollbar-color: #33373d transparent; scrollbar-width: thin; }
  section { padding: 14px 16px; border-bottom: 1px solid #0c0d0f; }
  .title { display: flex; align-items: baseline; gap: 8px; margin-bottom: 12px; min-width: 0; }
  .title b { color: var(--strong); font-size: 15px; }
  .title .quiet { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .chip { width: 9px; height: 9px; border-radius: 50%; flex: none; }
  .buttons { display: grid; grid-template-columns: auto repeat(2, minmax(0, 1fr)); gap: 6px; }
  .buttons button { padding: 0 4px; overflow: hidden; text-overflow: ellipsis; }
  .buttons.two { grid-template-columns: repeat(2, minmax(0, 1fr)); margin-bottom: 8px; }
  .wide { width: 100%; margin-top: 8px; }
  .reset { margin: 8px 0 -4px -9px; color: var(--quiet); }
  .fields { display: grid; gap: 5px; }
  .field { display: flex; align-items: center; justify-content: space-between; gap: 8px; min-height: 26px; }
  .field > :last-child { flex: none; }
  .field > input[type="range"] { width: 130px; }
  .field select { width: 130px; }
  .field select.number { width: 66px; }
  .entry { display: inline-flex; align-items: center; gap: 4px; }
  .small { font-size: 12px; margin: 8px 0 0; }
  .good { color: var(--good); }
  .copy + .copy { margin-top: 10px; padding-top: 6px; border-top: 1px solid var(--line); }
  .legend { display: flex; gap: 14px; margin: 10px 0 0; font-size: 12px; color: var(--quiet); }
  .legend span { display: inline-flex; align-items: center; gap: 6px; }
  .dot { width: 9px; height: 9px; border-radius: 50%; background: #fff; }
  .dot.interpolated { background: none; box-shadow: inset 0 0 0 1.5px #fff; }
  .dot.corrected { background: var(--accent); }
  .chips { display: flex; flex-wrap: wrap; gap: 4px; align-items: center; margin-top: 10px; }
  .chips .small { margin: 0; }
  .chips button:not(.icon) { height: 22px; padding: 0 7px; font-size: 12px; }
  .brush { display: grid; grid-template-columns: auto 1fr 1fr; margin: 2px 0 8px; }
  .brush button { padding: 0 8px; font-size: 12px; }
  .swatch { width: 10px; height: 10px; border-radius: 2px; box-shadow: inset 0 0 0 1px #fff8; }
  .swatch.v255 { background: #fff; }
  .swatch.v128 { background: var(--accent); }
  .swatch.v0 { background: #000; }
  .order { list-style: none; margin: 0; padding: 0; }
  .order li { display: grid; grid-template-columns: auto 1fr auto auto; align-items: center; gap: 8px; height: 28px; }
  .text { width: 130px; }
  .alert { margin: 12px 16px 0; padding: 8px 10px; border-radius: 5px; background: #3a211e; color: #ffc9c0; font-size: 12px; overflow-wrap: anywhere; }
`;
