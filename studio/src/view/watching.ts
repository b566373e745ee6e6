/** Elements that follow the session. */

import { LitElement } from "lit";
import { property } from "lit/decorators.js";
import type { Session } from "../model/session";

export class Watching extends LitElement {
  @property({ attribute: false }) session!: Session;
  private ends: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    this.ends = [
      this.session.listen(() => this.requestUpdate()),
      this.session.listen(() => this.onFrame(), true),
    ];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const end of this.ends) end();
  }

  /** Called when another frame is looked at, many times a second while playing. */
  protected onFrame(): void {}
}
