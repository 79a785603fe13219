import { Component } from "react";
import type { ReactNode } from "react";
import { words } from "../english.ts";

/** Says in words that the page broke, instead of leaving it white. */
export class FaultBoundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    return (
      <main className="sign-in">
        <div className="card sign-in-card" role="alert">
          <h1>{words.fault.title}</h1>
          <button className="primary" type="button" onClick={() => location.reload()}>
            {words.fault.reload}
          </button>
        </div>
      </main>
    );
  }
}
