import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app';
import { ErrorBoundary } from './ui/error-boundary';
import { Toasts } from './ui/toasts';
import { followVisibleArea } from './ui/visible-area';
import './ui/style.css';

followVisibleArea(window);
const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <ErrorBoundary>
        <Toasts>
          <App />
        </Toasts>
      </ErrorBoundary>
    </StrictMode>,
  );
}
