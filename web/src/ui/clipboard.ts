/**
 * Copies text; false if the browser does not let us. Pages that come neither by HTTPS nor from localhost have no
 * clipboard API, but may still copy what is selected.
 */
export async function copyText(text: string): Promise<boolean> {
  if (!window.isSecureContext) return copyBySelection(text);
  return navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  );
}

function copyBySelection(text: string): boolean {
  const before = document.activeElement;
  const field = document.createElement('textarea');
  field.value = text;
  // What is outside an open dialog cannot be selected.
  (before?.closest('dialog') ?? document.body).append(field);
  field.select();
  // Deprecated, and without a successor that works here.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const copied = document.execCommand('copy');
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  return copied;
}
