/** Undo and redo over states that are never changed in place. */

export interface Step<State> {
  state: State;
  label: string; // what led to the state, for a person to read
}

export class History<State> {
  private past: Step<State>[] = [];
  private future: Step<State>[] = [];
  private gesture: string | null = null;

  constructor(
    private current: Step<State>,
    private readonly depth = 200,
  ) {}

  get state(): State {
    return this.current.state;
  }

  /** What `undo` would take back; null if nothing. */
  get undoable(): string | null {
    return this.past.length ? this.current.label : null;
  }

  get redoable(): string | null {
    return this.future.at(-1)?.label ?? null;
  }

  /**
   * Go on to another state.
   * @param gesture steps of one gesture (a drag) that follow one another are undone as one
   */
  push(state: State, label: string, gesture: string | null = null): void {
    if (state === this.current.state) return;
    if (gesture === null || gesture !== this.gesture) {
      this.past.push(this.current);
      if (this.past.length > this.depth) this.past.shift();
    }
    this.gesture = gesture;
    this.current = { state, label };
    this.future = [];
  }

  /** Change all states alike: what is read from a file later was so all along. */
  amend(change: (state: State) => State): void {
    const amended = (step: Step<State>) => ({ ...step, state: change(step.state) });
    this.past = this.past.map(amended);
    this.future = this.future.map(amended);
    this.current = amended(this.current);
  }

  /** End a gesture: the next step is one of its own, whatever it calls itself. */
  settle(): void {
    this.gesture = null;
  }

  undo(): boolean {
    const before = this.past.pop();
    if (!before) return false;
    this.future.push(this.current);
    this.current = before;
    this.gesture = null;
    return true;
  }

  redo(): boolean {
    const after = this.future.pop();
    if (!after) return false;
    this.past.push(this.current);
    this.current = after;
    this.gesture = null;
    return true;
  }
}
