import type { ComponentProps } from "react";

interface BusyButtonProps extends Omit<ComponentProps<"button">, "disabled" | "onClick"> {
  busy: boolean;
  onClick: () => unknown;
}

/** A button that rests while it is busy. It keeps the focus, which one that is disabled loses. */
export function BusyButton({ busy, onClick, type = "button", ...others }: BusyButtonProps) {
  return <button {...others} type={type} aria-disabled={busy} onClick={() => !busy && onClick()} />;
}
