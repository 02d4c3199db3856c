import { Component } from 'react';
import type { ReactNode } from 'react';

/** What is left when the page itself fails. Sessions are on the server and go on. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <main className="sign-in">
        <form>
          <h1>Something broke on this page</h1>
          <p>Your sessions go on. Reload the page to return to them.</p>
          <button type="button" className="primary" onClick={() => location.reload()}>
            Reload
          </button>
        </form>
      </main>
    );
  }
}
