import { useEffect, useId, useRef } from "react";
import type { ReactNode } from "react";
import { useNoticePlace } from "./notices.tsx";

/** A question or a task above the page. Escape closes it; the focus stays inside. */
export function Dialog(props: {
  title: string;
  onClose: () => void;
  children: ReactNode;
  wide?: boolean;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  const place = useNoticePlace();
  useEffect(() => {
    const before = document.activeElement;
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    const leave = dialog ? place(dialog) : () => {};
    // A dialog that is taken away, not closed, leaves the focus nowhere.
    return () => {
      leave();
      if (before instanceof HTMLElement) before.focus();
    };
  }, [place]);
  return (
    <dialog ref={ref} aria-labelledby={id} onClose={props.onClose} className="card dialog" data-wide={props.wide ?? false}>
      <h2 id={id}>{props.title}</h2>
      {props.children}
    </dialog>
  );
}
